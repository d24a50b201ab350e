import type { Column } from "../core/columns.ts";
import type { FaultCode } from "../core/faults.ts";
import { formatCounted } from "../core/format.ts";
import { acceptedBy } from "../core/written/settings.ts";
import { kindsOf, type LineEnd } from "./bytes.ts";
import type { DateRange } from "./cells/cell-type.ts";
import { type CellJudge, cellJudge, isMarked, quotedMark } from "./cells/judge.ts";
import { Rounding } from "./cells/rounding.ts";
import { writtenJudge } from "./cells/written-judge.ts";
import type { RecordScanner, ScannedCell, ScannedRecord } from "./scan.ts";
import type { FaultTally } from "./tally.ts";
import { describeForeignByte, firstForeignByte, wholeCharacters } from "./utf8.ts";
import { Rendering } from "./written/rendering.ts";
import { byteKind } from "./written/signs.ts";
import { plainSyntax, type Syntax } from "./written/syntax.ts";

/** What a file's rows are held against. */
export interface RowShape {
  /** In the file's order; null for a column that the table does not have. */
  columns: readonly (Column | null)[];
  key: readonly string[];
  dates: DateRange;
  lineEnd: LineEnd;
  syntax?: Syntax;
}

/** Bytes of a malformed record that are looked at to show it. */
const shownBytes = 400;

/** Counts rows, and names what is wrong with those that are not sound. */
export class RowFaults {
  rows = 0;
  /** Blank lines since the last row: of no account at the end of a file, a fault when a row follows. */
  blanks = 0;
  readonly width: number;
  readonly names: readonly string[];
  readonly lineEnd: LineEnd;
  readonly syntax: Syntax;
  /** Null where rows are passed on as they are. */
  readonly rendering: Rendering | null;
  readonly rounding: Rounding;
  readonly #judges: readonly (CellJudge | null)[];
  readonly #quick: readonly (CellJudge["quick"] | null)[];
  #firstBlank = 0;
  #hasShort = false;

  constructor(
    { columns, key, dates, lineEnd, syntax = plainSyntax }: RowShape,
    readonly tally: FaultTally,
  ) {
    this.width = columns.length;
    this.names = columns.map((column, index) => column?.name ?? `column ${index + 1}`);
    this.lineEnd = lineEnd;
    this.syntax = syntax;
    const isOnly = columns.length === 1;
    const roleOf = ({ name }: Column) => ({ isKey: key.includes(name), isOnly });
    if (syntax.hasPlainRows) {
      this.#judges = columns.map((column) => column && cellJudge(column, roleOf(column), dates));
      this.rendering = null;
      this.rounding = new Rounding(columns, () => undefined);
    } else {
      const { dialect } = syntax;
      const judges = columns.map((column) => column && writtenJudge(column, roleOf(column), dates, dialect));
      this.#judges = judges;
      this.rendering = new Rendering(judges, syntax);
      this.rounding = new Rounding(columns, (index) => judges[index]?.write);
    }
    this.#quick = this.#judges.map((judge) => judge?.quick ?? null);
  }

  /**
   * True for a row that is sound for certain, false for one to be judged cell by cell. By hand, as it runs for every row:
   * a compiled schema takes longer to make than a small file to read, and is no faster.
   */
  allows(cells: string[]): boolean {
    const quick = this.#quick;
    if (cells.length !== quick.length) return false;
    for (let index = 0; index < quick.length; index++) {
      const column = quick[index];
      const cell = cells[index] ?? "";
      if (!column || (column.mayBeEmpty && cell === "")) continue;
      if (!column.pattern.test(cell) || column.within?.(cell) === false) return false;
    }
    return true;
  }

  /** A row was met: blank lines before it stand between rows. */
  row(): void {
    this.rows++;
    for (let i = 0; i < this.blanks; i++) {
      this.tally.add("row_blank", "a blank line between rows", this.#firstBlank + i);
    }
    this.blanks = 0;
  }

  /** A record of a sound block that `allows` did not pass; `isCut` when the file ends with it and no line end. */
  inspect(cells: string[], line: number, isCut: boolean): void {
    if (cells.length === 1 && cells[0] === "") this.#blank(line);
    else {
      this.row();
      if (cells.length !== this.width)
        this.#ragged(cells.length, line, cells.join(this.syntax.signs.text.delimiter), isCut);
      else for (let index = 0; index < cells.length; index++) this.#judge(index, cells[index] ?? "", line);
    }
  }

  /** A record of an unsound block; the scanner's data starts at `offset` in the file. */
  scanned(scanner: RecordScanner, record: ScannedRecord, offset: number, line: number): void {
    const { cells, goesOnTo, lineEnd } = record;
    const isOther = lineEnd !== "" && lineEnd !== this.lineEnd && !this.syntax.signs.isMixed;
    if (isOther) this.tally.add("line_ends", otherLineEnd[lineEnd], line);
    if (cells.length === 1 && cells[0]?.from === cells[0]?.to) {
      this.#blank(line);
      return;
    }
    this.row();
    this.#troubles(scanner, record, line);
    this.#foreignBytes(scanner, record, offset, line);
    if (goesOnTo !== null) return;
    if (cells.length !== this.width) {
      const isSound = cells.every(({ trouble }) => trouble === null);
      if (isSound) this.#ragged(cells.length, line, showRow(scanner, cells), lineEnd === "");
      return;
    }
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      if (cell?.trouble === null) this.#judge(index, this.#read(scanner, cell), line);
    }
    if (this.rendering !== null && this.tally.count === 0) {
      const records = [cells.map((cell) => this.#read(scanner, cell))];
      this.rendering.add({ records, isUnquoted: false, lineOf: () => line });
    }
  }

  /** The value of a scanned cell as a block gives it. */
  #read(scanner: RecordScanner, cell: ScannedCell): string {
    const value = scanner.value(cell);
    const marked = cell.quoted && this.syntax.marks.isMarkedValue(value) ? quotedMark + value : value;
    return this.syntax.trim?.(marked) ?? marked;
  }

  /** Something is wrong with the structure of a cell. */
  trouble(code: FaultCode, line: number, index: number, written: string): void {
    this.tally.add(code, structureReasons[code] ?? code, line, this.names[index], written);
  }

  #blank(line: number): void {
    // With a single column a blank line may be meant as a NULL, so it cannot be passed over at the end either.
    if (this.width === 1) this.tally.add("row_blank", "a blank line, which a single column must not have", line);
    else if (this.blanks++ === 0) this.#firstBlank = line;
  }

  #ragged(found: number, line: number, written: string, isCut: boolean): void {
    const isShort = found < this.width;
    const reason = `${formatCounted(found, "value")}, where the header has ${formatCounted(this.width, "column")}`;
    // Where other rows are as short, it is not the end that is missing.
    if (isShort && isCut && !this.#hasShort)
      this.tally.add("file_cut", `${reason}: the file ends here`, line, undefined, written);
    else this.tally.add(isShort ? "row_short" : "row_long", reason, line, undefined, written);
    this.#hasShort ||= isShort;
  }

  #judge(index: number, cell: string, line: number): void {
    const wrong = this.#judges[index]?.judge(cell);
    if (!wrong) return;
    const value = isMarked(cell) ? `"${cell.slice(1)}"` : cell;
    this.tally.add(wrong.code, wrong.reason, line, this.names[index], value);
  }

  #troubles(scanner: RecordScanner, { cells, goesOnTo }: ScannedRecord, line: number): void {
    // Of a record that goes on, the last cell is told once it is over.
    const known = goesOnTo === null ? cells.length : cells.length - 1;
    for (let index = 0; index < known; index++) {
      const cell = cells[index];
      if (cell === undefined || cell.trouble === null) continue;
      const at = cell.trouble === "quote_unclosed" ? line + cell.linesDown : line;
      this.trouble(cell.trouble, at, index, showCell(scanner, cell));
    }
  }

  #foreignBytes(scanner: RecordScanner, { cells, goesOnTo }: ScannedRecord, offset: number, line: number): void {
    const { data } = scanner;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      if (cell === undefined || (cell.kinds & (byteKind.nul | byteKind.beyondAscii)) === 0) continue;
      const isBroken = goesOnTo !== null && index === cells.length - 1;
      const at = firstForeignByte(data, cell.from, isBroken ? wholeCharacters(data, cell.to) : cell.to);
      if (at === -1 && (cell.kinds & byteKind.nul) === 0) continue;
      const code = at === -1 ? "nul_byte" : "encoding";
      // Millions of reasons that differ cost more than all else, so after those that are listed the offset is left out.
      const place = this.tally.isFull ? null : offset + at;
      const isUtf8 = this.syntax.encoding === plainSyntax.encoding;
      const foreign = isUtf8 ? describeForeignByte(data[at] ?? 0, place) : `bytes that are not ${this.syntax.encoding}`;
      const reason = at === -1 ? "a NUL byte in the value" : foreign;
      this.tally.add(code, reason, line, this.names[index], showCell(scanner, cell));
      cell.trouble ??= code;
    }
  }
}

const structureReasons: Partial<Record<FaultCode, string>> = {
  quote_unclosed: "a quote opens here that is never closed",
  quote_trailing: "text follows the closing quote",
  quote_bare: "a quote inside a value that is not quoted",
  quote_escape: "a backslash that escapes neither a quote nor another backslash",
  line_ends: "a carriage return without a line feed",
  row_long: "more values than the header has columns, in a line of over 1 MB",
  value_too_long: "longer than 1 MB",
};
const acceptsBoth = acceptedBy({ line_ends: "mixed" });
const otherLineEnd = {
  "\n": `the line ends in LF, the header in CRLF; ${acceptsBoth}`,
  "\r\n": `the line ends in CRLF, the header in LF; ${acceptsBoth}`,
};

/** A cell as it is written, as much of it as is looked at. */
export function showCell({ text }: RecordScanner, { from, to, kinds }: ScannedCell): string {
  return text.written(from, Math.min(to, from + shownBytes), kinds);
}

function showRow({ data, text }: RecordScanner, cells: readonly ScannedCell[]): string {
  const from = cells[0]?.from ?? 0;
  const to = Math.min(cells.at(-1)?.to ?? from, from + shownBytes);
  return text.written(from, to, kindsOf(data, from, to));
}
