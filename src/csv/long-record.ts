import { lfByte, quoteByte } from "./bytes.ts";
import type { RowFaults } from "./row-faults.ts";
import type { ScannedRecord } from "./scan.ts";
import { showBytes } from "./utf8.ts";

/** A record over 1 MB that cannot be sound and goes on in data to come: it is passed over, so that memory stays flat. */
export class LongRecord {
  #goesOnTo: "quote" | "line" | null;
  readonly #isTooWide: boolean;
  readonly #cell: number;
  readonly #line: number;
  readonly #written: string;

  constructor(record: ScannedRecord, line: number, data: Buffer) {
    this.#goesOnTo = record.goesOnTo;
    this.#cell = record.cells.length - 1;
    const last = record.cells.at(-1);
    this.#isTooWide = last?.trouble === "row_long";
    this.#line = line + (last?.linesDown ?? 0);
    const from = last?.from ?? 0;
    this.#written = showBytes(data.subarray(from, from + 400));
  }

  get isOver(): boolean {
    return this.#goesOnTo === null;
  }

  /** Passes over what belongs to it, to the end of its line; returns how many bytes that is. */
  pass(data: Buffer, final: boolean): number {
    let at = 0;
    while (this.#goesOnTo === "quote") {
      at = data.indexOf(quoteByte, at);
      if (at === -1) return data.length;
      // Whether it closes is told by what follows.
      if (at === data.length - 1 && !final) return at;
      if (data[at + 1] === quoteByte) at += 2;
      else this.#goesOnTo = "line";
    }
    const lineFeed = data.indexOf(lfByte, at);
    if (lineFeed === -1) return data.length;
    this.#goesOnTo = null;
    return lineFeed + 1;
  }

  /** Once it is over, or the file is. */
  report(faults: RowFaults): void {
    const [code, reason] = this.#goesOnTo === "quote" ? unclosed : this.#isTooWide ? tooWide : tooLong;
    const column = this.#cell < faults.width ? faults.columnName(this.#cell) : undefined;
    faults.tally.add(code, reason, this.#line, column, this.#written);
  }
}

const unclosed = ["quote_unclosed", "a quote opens here that is never closed"] as const;
const tooWide = ["row_long", "more values than the header has columns, in a line of over 1 MB"] as const;
const tooLong = ["value_too_long", "longer than 1 MB"] as const;
