import type { FaultCode } from "../core/faults.ts";
import { formatCounted } from "../core/format.ts";
import type { LineEnd } from "./bytes.ts";
import { isUnquotedNull } from "./null-words.ts";
import { isMarked, quotedMark } from "./parse.ts";
import { type RowCheck, type RowColumns, rowCheck } from "./row-check.ts";
import type { RecordScanner, ScannedCell, ScannedRecord } from "./scan.ts";
import type { FaultTally } from "./tally.ts";
import { describeForeignByte, firstForeignByte, showBytes } from "./utf8.ts";

/** What a file's rows are held against. */
export interface RowShape extends RowColumns {
  lineEnd: LineEnd;
}

/** Bytes of a malformed record that are looked at to show it. */
const shownBytes = 400;

/** Counts rows, and names what is wrong with those that are not sound. */
export class RowFaults {
  rows = 0;
  /** Blank lines since the last row: of no account at the end of a file, a fault when a row follows. */
  blanks = 0;
  readonly #check: RowCheck;
  readonly #names: string[];
  #firstBlank = 0;

  constructor(
    readonly shape: RowShape,
    readonly tally: FaultTally,
  ) {
    this.#check = rowCheck(shape);
    this.#names = shape.columns.map((column, index) => column?.name ?? `column ${index + 1}`);
  }

  get width(): number {
    return this.shape.columns.length;
  }

  /** True for a row that is certainly sound. */
  allows(cells: string[]): boolean {
    return this.#check.allows(cells);
  }

  /** A row was met: blank lines before it stand between rows. */
  row(): void {
    this.rows++;
    for (let i = 0; i < this.blanks; i++) {
      this.tally.add("row_blank", "a blank line between rows", this.#firstBlank + i);
    }
    this.blanks = 0;
  }

  /** A record of a sound block that `allows` did not pass. */
  inspect(cells: string[], line: number): void {
    if (cells.length === 1 && cells[0] === "") {
      this.#blank(line);
      return;
    }
    this.row();
    if (cells.length !== this.width) this.#ragged(cells.length, line, cells.join(","));
    else for (let index = 0; index < cells.length; index++) this.#judge(index, cells[index] ?? "", line);
  }

  /** A record of an unsound block that starts at `from` in the scanner's data, which starts at `offset` in the file. */
  scanned(scanner: RecordScanner, record: ScannedRecord, from: number, offset: number, line: number): void {
    const { cells, goesOnTo } = record;
    this.#lineEnd(record.lineEnd, line);
    if (cells.length === 1 && cells[0]?.from === cells[0]?.to) {
      this.#blank(line);
      return;
    }
    this.row();
    const bad = new Set<ScannedCell>();
    this.#troubles(scanner, record, line, bad);
    this.#foreignBytes(scanner, record, offset, line, bad);
    if (goesOnTo !== null || (cells.length !== this.width && bad.size > 0)) return;
    if (cells.length !== this.width) {
      this.#ragged(cells.length, line, showRaw(scanner.data, from, cells.at(-1)?.to ?? from));
      return;
    }
    for (const [index, cell] of cells.entries()) {
      if (!bad.has(cell)) this.#judge(index, markedValue(scanner, cell), line);
    }
  }

  columnName(index: number): string {
    return this.#names[index] ?? `column ${index + 1}`;
  }

  #blank(line: number): void {
    // With a single column a blank line may be meant as a NULL, so it cannot be passed over at the end either.
    if (this.width === 1) this.tally.add("row_blank", "a blank line, which a single column must not have", line);
    else if (this.blanks++ === 0) this.#firstBlank = line;
  }

  #ragged(found: number, line: number, written: string): void {
    const reason = `${formatCounted(found, "value")}, where the header has ${formatCounted(this.width, "column")}`;
    this.tally.add(found < this.width ? "row_short" : "row_long", reason, line, undefined, written);
  }

  #judge(index: number, cell: string, line: number): void {
    const wrong = this.#check.judges[index]?.(cell);
    if (!wrong) return;
    const value = isMarked(cell) ? `"${cell.slice(1)}"` : cell;
    this.tally.add(wrong.code, wrong.reason, line, this.#names[index], value);
  }

  #lineEnd(found: ScannedRecord["lineEnd"], line: number): void {
    if (found === "" || found === this.shape.lineEnd) return;
    const [here, usual] = found === "\n" ? ["LF", "CRLF"] : ["CRLF", "LF"];
    this.tally.add("line_ends", `the line ends in ${here}, the header in ${usual}`, line);
  }

  #troubles(scanner: RecordScanner, record: ScannedRecord, line: number, bad: Set<ScannedCell>): void {
    for (const { code, cell: index, linesDown } of record.troubles) {
      const cell = record.cells[index];
      const goesOn = record.goesOnTo !== null && index === record.cells.length - 1;
      if (cell === undefined || goesOn) continue;
      bad.add(cell);
      const at = code === "quote_unclosed" ? line + linesDown : line;
      const written = showRaw(scanner.data, cell.from, cell.to);
      this.tally.add(code, structureReasons[code] ?? code, at, this.#names[index], written);
    }
  }

  #foreignBytes(
    { data }: RecordScanner,
    record: ScannedRecord,
    offset: number,
    line: number,
    bad: Set<ScannedCell>,
  ): void {
    for (let index = 0; index < record.cells.length; index++) {
      const cell = record.cells[index];
      if (cell === undefined) continue;
      const at = firstForeignByte(data, cell.from, cell.to);
      if (at === -1 && !hasNul(data, cell)) continue;
      const value = showRaw(data, cell.from, cell.to);
      bad.add(cell);
      if (at === -1) this.tally.add("nul_byte", "a NUL byte in the value", line, this.#names[index], value);
      else {
        this.tally.add("encoding", describeForeignByte(data[at] ?? 0, offset + at), line, this.#names[index], value);
      }
    }
  }
}

const structureReasons: Partial<Record<FaultCode, string>> = {
  quote_unclosed: "a quote opens here that is never closed",
  quote_trailing: "text follows the closing quote",
  quote_bare: "a quote inside a value that is not quoted",
  line_ends: "a carriage return without a line feed",
  value_too_long: "longer than 1 MB",
};

function markedValue(scanner: RecordScanner, cell: ScannedCell): string {
  const value = scanner.value(cell);
  const isMarked = cell.quoted && (value === "" || value === "\\." || isUnquotedNull(value));
  return isMarked ? quotedMark + value : value;
}

function showRaw(data: Buffer, from: number, to: number): string {
  return showBytes(data, from, Math.min(to, from + shownBytes));
}

function hasNul(data: Buffer, { from, to }: ScannedCell): boolean {
  for (let at = from; at < to; at++) if (data[at] === 0) return true;
  return false;
}
