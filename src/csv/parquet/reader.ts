import { faultCodes } from "../../core/faults.ts";
import { plainDialect } from "../../core/written/dialect.ts";
import { isMarked } from "../cells/judge.ts";
import { Rounding } from "../cells/rounding.ts";
import { Controls, mayHoldControls } from "../controls.ts";
import type { FileStats } from "../files/opened.ts";
import { sha256Of } from "../files/regular-file.ts";
import { SourceFault } from "../files/source-fault.ts";
import type { ReadOptions, TableRead, TableReader } from "../reader.ts";
import { changedMeanwhile, hasChanged, SourceFile, type TableSource } from "../source.ts";
import type { FaultTally } from "../tally.ts";
import { Rendering } from "../written/rendering.ts";
import { plainSyntax } from "../written/syntax.ts";
import { type ReadColumn, readColumns } from "./columns.ts";
import { type ParquetFile, parquetOf } from "./file.ts";

/** Rows that are judged and sent at a time. */
const batchRows = 2_000;

/** Opens a table's Parquet file and reads its footer. Does not throw for what is wrong with it: `read` tells. */
export async function openParquet(source: TableSource): Promise<TableReader> {
  const opened = await withParquet(source, async (file) => readColumns(file, source)).catch(asFault);
  const isSound = !(opened instanceof SourceFault) && opened.faults.length === 0;
  const read = (tally: FaultTally, options: ReadOptions = {}) => readParquet(source, tally, options);
  return {
    header: isSound ? { columns: opened.columns.map(({ name }) => name) } : null,
    read,
    // Its values have to be written as text in any case, which is what takes the time.
    isPassedOn: false,
    pass: (_, tally, options) => read(tally, options),
  };
}

function asFault(error: unknown): SourceFault {
  if (error instanceof SourceFault) return error;
  throw error;
}

/** Rejects with a SourceFault when there is no such file, or none that can be read. */
async function withParquet<Result>(
  source: TableSource,
  work: (file: ParquetFile, stats: FileStats) => Promise<Result>,
): Promise<Result> {
  const { handle, stats } = await SourceFile.open(source);
  try {
    return await work(await parquetOf(handle, stats.size), stats);
  } finally {
    await handle.close();
  }
}

async function readParquet(source: TableSource, tally: FaultTally, options: ReadOptions): Promise<TableRead> {
  const read: TableRead = { rows: 0, bytes: 0, sha256: null, controls: [], rounded: [], lineOf: (line) => line };
  try {
    const stats = await withParquet(source, async (file, stats) => {
      const { size } = stats;
      read.bytes = size;
      const { columns, faults } = readColumns(file, source);
      for (const { code, reason, line, column, value } of faults) tally.add(code, reason, line, column, value);
      const rows = new ParquetRows(columns, tally);
      for (const group of file.groupRows.keys()) {
        options.signal?.throwIfAborted();
        await rows.read(file, group, options);
        options.onProgress?.(Math.round((size * (group + 1)) / file.groupRows.length));
      }
      const { header_only: mayBeEmpty } = source.written ?? plainDialect;
      if (rows.count === 0 && tally.count === 0 && !mayBeEmpty) tally.add("no_rows", faultCodes.no_rows.means);
      Object.assign(read, { rows: rows.count, controls: rows.controls.columns, lineOf: rows.lineOf });
      read.rounded = rows.rounding.found;
      return stats;
    });
    const sha256 = await sha256Of(source.path);
    if (await hasChanged(source.path, stats)) throw new SourceFault("file_changed", changedMeanwhile);
    read.sha256 = sha256;
  } catch (error) {
    const { code, reason } = asFault(error);
    tally.add(code, reason);
  }
  return read;
}

/** Rows as they are read, judged cell by cell and put into PostgreSQL's words. */
class ParquetRows {
  count = 0;
  readonly controls: Controls;
  readonly rounding: Rounding;
  readonly #rendering: Rendering;

  constructor(
    readonly columns: readonly ReadColumn[],
    readonly tally: FaultTally,
  ) {
    this.controls = new Controls(columns.map(({ name }) => name));
    this.rounding = new Rounding(
      columns.map(({ column }) => column),
      (index) => columns[index]?.judge.write,
    );
    this.#rendering = new Rendering(
      columns.map(({ judge }) => judge),
      plainSyntax,
    );
  }

  /** The row of the file that a line of what was sent is from. */
  readonly lineOf = (line: number): number => this.#rendering.lineOf(line);

  async read(file: ParquetFile, group: number, { write, signal }: ReadOptions): Promise<void> {
    const values = [];
    for (const { stored } of this.columns) values.push(await file.read(stored, group));
    const rows = file.groupRows[group] ?? 0;
    for (let from = 0; from < rows; from += batchRows) {
      signal?.throwIfAborted();
      const to = Math.min(rows, from + batchRows);
      const records: string[][] = Array.from({ length: to - from }, () => new Array(this.columns.length));
      for (const [place, column] of this.columns.entries()) {
        for (let row = from; row < to; row++) {
          const record = records[row - from];
          if (record) record[place] = this.#cell(column, values[place]?.[row], this.count + row - from + 1);
        }
      }
      await this.#send(records, write);
    }
  }

  #cell({ name, judge, cellOf }: ReadColumn, value: unknown, row: number): string {
    const cell = cellOf(value);
    if (typeof cell !== "string") {
      this.tally.add(cell.code, cell.reason, row, name);
      return "";
    }
    const { pattern, within, mayBeEmpty } = judge.quick;
    if (mayBeEmpty && cell === "") return cell;
    if (pattern.test(cell) && within?.(cell) !== false) return cell;
    const wrong = judge.judge(cell);
    if (wrong !== null) this.tally.add(wrong.code, wrong.reason, row, name, isMarked(cell) ? cell.slice(1) : cell);
    return cell;
  }

  async #send(records: string[][], write: ReadOptions["write"]): Promise<void> {
    const first = this.count + 1;
    this.count += records.length;
    if (this.tally.count > 0 || records.length === 0) return;
    this.#rendering.add({ records, isUnquoted: false, lineOf: (index) => first + index });
    const made = this.#rendering.take();
    if (this.rounding.isOpen) this.rounding.look(records, () => (index) => first + index);
    if (mayHoldControls(made, null)) this.controls.count(records, (index) => first + index);
    await write?.(made);
  }
}
