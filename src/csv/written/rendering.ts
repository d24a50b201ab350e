import type { WrittenJudge } from "../cells/written-judge.ts";
import { ByteRows } from "./byte-rows.ts";
import type { Syntax } from "./syntax.ts";

/** Where the lines of what is sent begin to be other ones than in the file, and by how many. */
interface Shift {
  from: number;
  by: number;
}

/** Whole records that were found sound, and the lines on which they begin. */
export interface SoundBlock {
  records: string[][];
  isUnquoted: boolean;
  /** Asked in ascending order. */
  lineOf(index: number): number;
}

/**
 * Sound rows that are written in another way than PostgreSQL takes them, as CSV that it takes. Knows which line of the
 * file each line of that is from.
 */
export class Rendering {
  #done: Buffer[] = [];
  /** Lines that were made so far. */
  #lines = 0;
  readonly #shifts: Shift[] = [];
  readonly #columns: { index: number; write: WrittenJudge["write"] }[];
  readonly #width: number;
  readonly #bytes: ByteRows | null;

  /** Of the file's columns; null for one that is left out. */
  constructor(columns: readonly (WrittenJudge | null)[], syntax: Syntax) {
    this.#width = columns.length;
    this.#columns = columns.flatMap((judge, index) => (judge === null ? [] : { index, write: judge.write }));
    // A row of one column may have to be quoted for itself.
    this.#bytes = columns.length > 1 ? new ByteRows(columns, syntax) : null;
  }

  /** Adds rows, but not blank lines. */
  add({ records, isUnquoted, lineOf }: SoundBlock): void {
    const rows: string[] = [];
    for (const [index, record] of records.entries()) {
      const line = lineOf(index);
      if (record.length !== this.#width) continue;
      this.#shift(line);
      const row = this.#row(record);
      this.#lines += isUnquoted ? 1 : linesIn(row);
      rows.push(row);
    }
    if (rows.length === 0) return;
    rows.push("");
    this.#done.push(Buffer.from(rows.join("\n")));
  }

  /** Adds the rows of a block without quotes that is read by its bytes; returns how many, 0 when it takes a closer look. */
  addBytes(block: Buffer, line: number, isTold: (index: number, value: string) => boolean): number {
    const read = this.#bytes?.read(block, isTold) ?? null;
    if (read === null) return 0;
    this.#shift(line);
    this.#lines += read.rows;
    this.#done.push(read.bytes);
    return read.rows;
  }

  /** What was added since it was last taken. */
  take(): Buffer {
    const done = this.#done;
    this.#done = [];
    return done.length === 1 ? (done[0] ?? Buffer.alloc(0)) : Buffer.concat(done);
  }

  /** The line of the file that this line, of all that were taken, is from. */
  lineOf(line: number): number {
    return line + (this.#shifts.findLast(({ from }) => from <= line)?.by ?? 0);
  }

  #row(cells: readonly string[]): string {
    return this.#columns.map(({ index, write }) => write(cells[index] ?? "")).join(",");
  }

  #shift(line: number): void {
    const by = line - this.#lines - 1;
    if (by !== (this.#shifts.at(-1)?.by ?? 0)) this.#shifts.push({ from: this.#lines + 1, by });
  }
}

function linesIn(row: string): number {
  let lines = 1;
  for (let at = row.indexOf("\n"); at !== -1; at = row.indexOf("\n", at + 1)) lines++;
  return lines;
}
