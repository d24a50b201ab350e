import { lfByte, quoteByte } from "./bytes.ts";
import type { RowFaults } from "./row-faults.ts";
import type { ScannedRecord } from "./scan.ts";
import { showBytes } from "./utf8.ts";

/** A value over 1 MB that goes on in data to come: it is passed over, so that memory stays flat. */
export class LongValue {
  #goesOnTo: "quote" | "line" | null;
  readonly #cell: number;
  readonly #line: number;
  readonly #written: string;

  constructor(record: ScannedRecord, line: number, data: Buffer) {
    this.#goesOnTo = record.goesOnTo;
    this.#cell = record.cells.length - 1;
    this.#line = line + (record.troubles.at(-1)?.linesDown ?? 0);
    const from = record.cells.at(-1)?.from ?? 0;
    this.#written = showBytes(data.subarray(from, from + 400));
  }

  get isOver(): boolean {
    return this.#goesOnTo === null;
  }

  /** Passes over what belongs to the value and to the rest of its line; returns how many bytes that is. */
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
    const isOpen = this.#goesOnTo === "quote";
    const reason = isOpen ? "a quote opens here that is never closed" : "longer than 1 MB";
    const code = isOpen ? "quote_unclosed" : "value_too_long";
    faults.tally.add(code, reason, this.#line, faults.columnName(this.#cell), this.#written);
  }
}
