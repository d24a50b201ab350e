import type { Column } from "../../core/columns.ts";
import { plainDialect } from "../../core/written/dialect.ts";
import { isMarked, quotedMark } from "../cells/judge.ts";
import { type WrittenJudge, writtenJudge } from "../cells/written-judge.ts";
import { locateRecords, soundKey, type TakeRecord } from "../locate.ts";
import { openFile } from "../opening.ts";
import { openOne } from "../parts/open.ts";
import { isParquet, partsOf } from "../parts/parts.ts";
import { placeOf } from "../parts/place.ts";
import type { TableSource } from "../source.ts";
import { type Syntax, syntaxOf } from "../written/syntax.ts";

/** A row of a table's files: where it stands, and some of its cells. */
export interface LocatedRow {
  /** The place of its line; null for a malformed row, whose key is there all the same. */
  line: number | null;
  /** As CSV that PostgreSQL takes; empty for NULL and for what is no value. */
  cells: string[];
  /** Which of them are no values, from 0. */
  bad: number[];
}

/** Rows of a piece that was read; `isTorn` when others may be hidden. */
interface Batch {
  rows: LocatedRow[];
  isTorn: boolean;
}

export interface LocatedRows {
  /** The columns that the files carry, of those asked for. */
  columns: Column[];
  /** The names of all that they carry. */
  carried: string[];
  rows: AsyncIterable<Batch>;
}

/**
 * Cells of the rows of a table's files, a batch for each piece that is read, faulty rows as they are meant: blanks around a key
 * are left out, a cell that is no value is marked as such, and the others of its row are there. Null where the header is not
 * to be understood. Reading throws a SourceFault where a file cannot be read to its end.
 */
export async function locateRows(
  source: TableSource,
  wanted: readonly Column[],
  signal?: AbortSignal,
): Promise<LocatedRows | null> {
  const parts = await partsOf(source);
  const [first] = parts;
  const carried = first === undefined ? null : await carriedBy(first.source);
  if (carried === null) return null;
  const columns = wanted.filter(({ name }) => carried.includes(name));
  async function* batches() {
    for (const [part, { source: one }] of parts.entries()) {
      const batches = isParquet(one) ? rowsOfParquet(one, columns, signal) : rowsOfFile(one, columns, signal);
      for await (const { rows, isTorn } of batches) {
        const placed = part === 0 ? rows : rows.map((row) => ({ ...row, line: row.line && placeOf(part, row.line) }));
        yield { rows: placed, isTorn };
      }
    }
  }
  return { columns, carried, rows: batches() };
}

/** Null where the header is not to be understood. */
async function carriedBy(source: TableSource): Promise<string[] | null> {
  if (isParquet(source)) return (await openOne(source)).header?.columns ?? null;
  const { layout } = await openFile(source);
  return layout?.columns.flatMap((column) => column?.name ?? []) ?? null;
}

async function* rowsOfParquet(
  source: TableSource,
  columns: readonly Column[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  const { locateParquetRows } = await import("../parquet/locate.ts");
  const names = columns.map(({ name }) => name);
  for await (const found of locateParquetRows(source, names, signal)) {
    const rows = found.map(({ line, cells }) => ({
      line,
      cells: cells.map((cell) => cell ?? ""),
      bad: cells.flatMap((cell, at) => (cell === null ? [at] : [])),
    }));
    yield { rows, isTorn: false };
  }
}

async function* rowsOfFile(
  source: TableSource,
  columns: readonly Column[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  const { layout } = await openFile(source);
  if (layout === null) return;
  const syntax = syntaxOf(source.written ?? plainDialect);
  const places = columns.map((column) => {
    const index = layout.columns.findIndex((one) => one?.name === column.name);
    const role = { isKey: source.shape.key.includes(column.name), isOnly: layout.columns.length === 1 };
    return { index, isKey: role.isKey, judge: writtenJudge(column, role, source.dates, syntax.dialect) };
  });
  let rows: LocatedRow[] = [];
  const take: TakeRecord = (record) => {
    const row = rowOf(record, layout.columns.length, places, syntax);
    if (row.line !== null || row.bad.length < row.cells.length) rows.push(row);
  };
  for await (const isTorn of locateRecords(source, layout, syntax, take, signal)) {
    yield { rows, isTorn };
    rows = [];
  }
}

interface Place {
  index: number;
  isKey: boolean;
  judge: WrittenJudge;
}

function rowOf(
  { width, line, cellAt, isQuotedAt }: Parameters<TakeRecord>[0],
  columns: number,
  places: readonly Place[],
  syntax: Syntax,
): LocatedRow {
  const isWhole = width === columns;
  const bad: number[] = [];
  const cells = places.map(({ index, isKey, judge }, at) => {
    const value = isWhole || isKey ? cellAt(index) : undefined;
    const text = value === undefined ? null : textOf(value, isQuotedAt(index), isKey, judge, syntax);
    if (text === null) bad.push(at);
    return text ?? "";
  });
  return { line: isWhole ? line : null, cells, bad };
}

/** Null for what is no value. */
function textOf(
  value: string,
  isQuoted: boolean,
  isKey: boolean,
  { quick, judge, write }: WrittenJudge,
  { marks, trim }: Syntax,
): string | null {
  if (value.includes("\0")) return null;
  const marked = isQuoted && marks.isMarkedValue(value) ? quotedMark + value : value;
  const cell = trim?.(marked) ?? marked;
  // Most are sound at a glance.
  if ((quick.pattern.test(cell) && quick.within?.(cell) !== false) || judge(cell) === null) return write(cell);
  if (!isKey) return null;
  const meant = soundKey(isMarked(cell) ? cell.slice(1) : cell);
  return meant !== "" && judge(meant) === null ? write(meant) : null;
}
