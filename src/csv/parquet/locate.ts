import { isMarked, isNullWord } from "../cells/judge.ts";
import type { LocatedKeys } from "../locate.ts";
import { SourceFile, type TableSource } from "../source.ts";
import { type ReadColumn, readColumns } from "./columns.ts";
import { parquetOf } from "./file.ts";

/** The rows of a group: a column's values by the column's name, and how many rows there are before them. */
interface Group {
  rows: number;
  before: number;
  columns: readonly ReadColumn[];
  valuesOf: ReadonlyMap<string, ArrayLike<unknown>>;
}

/** Groups with the values of these columns, as far as the file carries them. Throws a SourceFault where it cannot be read. */
async function* groupsOf(source: TableSource, names: readonly string[], signal?: AbortSignal): AsyncGenerator<Group> {
  const { handle, stats } = await SourceFile.open(source);
  try {
    const file = await parquetOf(handle, stats.size);
    const columns = readColumns(file, source).columns.filter(({ name }) => names.includes(name));
    let before = 0;
    for (const [group, rows] of file.groupRows.entries()) {
      signal?.throwIfAborted();
      const valuesOf = new Map<string, ArrayLike<unknown>>();
      for (const { name, stored } of columns) valuesOf.set(name, await file.read(stored, group));
      yield { rows, before, columns, valuesOf };
      before += rows;
    }
  } finally {
    await handle.close();
  }
}

/** As `locateKeysOf` does: the keys of a Parquet file, with the number of each row in the place of its line. */
export async function* locateParquetKeys(source: TableSource, signal?: AbortSignal): AsyncGenerator<LocatedKeys> {
  const { key } = source.shape;
  for await (const { rows, before, columns, valuesOf } of groupsOf(source, key, signal)) {
    const ofKey = key.flatMap((name) => columns.find((column) => column.name === name) ?? []);
    if (ofKey.length === 0 || ofKey.length < key.length) return;
    const found: LocatedKeys = { keys: [], lines: [], isTorn: false };
    for (let row = 0; row < rows; row++) {
      const cells = ofKey.map(({ name, cellOf }) => keyOf(cellOf(valuesOf.get(name)?.[row])));
      if (cells.includes("")) continue;
      found.keys.push(cells.length === 1 ? (cells[0] ?? "") : JSON.stringify(cells));
      found.lines.push(before + row + 1);
    }
    yield found;
  }
}

/** Some cells of each row, as CSV that PostgreSQL takes; null for what is no value, or not there. */
export async function* locateParquetRows(
  source: TableSource,
  names: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<{ line: number; cells: (string | null)[] }[]> {
  for await (const { rows, before, columns, valuesOf } of groupsOf(source, names, signal)) {
    const asked = names.map((name) => columns.find((column) => column.name === name));
    yield Array.from({ length: rows }, (_, row) => ({
      line: before + row + 1,
      cells: asked.map((column) => (column === undefined ? null : textOf(column, valuesOf.get(column.name)?.[row]))),
    }));
  }
}

function textOf({ cellOf, judge: { judge, write } }: ReadColumn, value: unknown): string | null {
  const cell = cellOf(value);
  return typeof cell === "string" && judge(cell) === null ? write(cell) : null;
}

/** A key as it is meant; empty for what is none. */
function keyOf(cell: ReturnType<ReadColumn["cellOf"]>): string {
  const value = typeof cell === "string" ? (isMarked(cell) ? cell.slice(1) : cell).trim() : "";
  return isNullWord(value) ? "" : value;
}
