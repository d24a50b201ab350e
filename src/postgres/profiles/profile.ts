import type { Column } from "../../core/columns.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, type Fragment, sql } from "../connection/fragments.ts";
import { aggregated } from "../snapshots/two-snapshots.ts";
import { figuresByCounting } from "./counted.ts";
import { edgesFor } from "./edges.ts";
import { type Figures, noValues, profileOf } from "./figures.ts";
import { fewRows, inGroups, inStatements } from "./groups.ts";
import type { Measured, Rows } from "./measures.ts";
import { type ProbedColumn, probe, repeatsIn, unprobed } from "./probe.ts";
import { countedRows, figuresOfScattered } from "./scattered.ts";
import { countable, isOrdered } from "./values.ts";

/** The edges of histograms that were taken before, by column; of those of the same type. */
export type FormerEdges = ReadonlyMap<string, { type: string; edges: string[] }>;

/** Of a large table values are counted that occur so often, or a sort of all rows takes less. */
const worthCounting = 8;

/**
 * The profile of each of the columns. Of those of the key no value is kept: it says who somebody is, and no more. A sample
 * tells in which way each of the others is counted.
 */
export async function profileRows(
  on: Queryable,
  rows: Rows,
  columns: readonly Column[],
  key: readonly string[],
  former: FormerEdges,
): Promise<Profile[]> {
  const isKey = ({ name }: Column) => key.includes(name);
  const others = columns.filter((column) => !isKey(column));
  // Of one that lies on several servers each counts its own.
  const isSmall = rows.count <= fewRows && !rows.isSpread;
  const probed = await probeWhereNeeded(on, rows, others, former, isSmall);
  const measured = probed.map((one) => ({ ...one, edges: edgesOf(one, former) }));
  const found = new Map<Column, Profile>();
  const keep = (one: Measured, figures: Figures | undefined) => {
    if (figures !== undefined) found.set(one.column, profileOf(one.column, figures, one.edges));
  };
  const together: (Measured & ProbedColumn)[] = [];
  for (const one of measured) {
    const { column } = one;
    const isScattered = rows.count > countedRows && one.distinct > one.values / 2;
    const repeats = isScattered && isOrdered(column) ? await repeatsIn(on, rows, column) : null;
    if (!isScattered) together.push(one);
    else if (repeats !== null && repeats.distinct < rows.count / worthCounting) together.push({ ...one, ...repeats });
    else keep(one, await figuresOfScattered(on, rows, one, repeats?.repeated ?? []));
  }
  const groups = inGroups(together, isSmall);
  // There are no statistics of what was staged: the planner expects so many combinations that it would rather sort all rows.
  if (!isSmall) await on`set local enable_sort = off`;
  // Few rows are read sooner than a statement is sent.
  for (const few of isSmall ? inStatements(groups) : groups.map((group) => [group])) {
    const figures = await figuresByCounting(on, rows, few);
    for (const [index, one] of few.flat().entries()) keep(one, figures[index]);
  }
  if (!isSmall) await on`set local enable_sort to default`;
  const [counted] = found.values();
  for (const column of columns.filter(isKey)) {
    const figures =
      key.length === 1 && !column.nullable && counted !== undefined
        ? figuresOfRows(counted.rows)
        : await figuresOfKey(on, rows.of([column]), column, key.length === 1);
    keep({ column, edges: null }, figures);
  }
  return columns.flatMap((column) => found.get(column) ?? []);
}

/** Of few rows no sample has to tell anything but where bins lie, and that is known of columns that were profiled before. */
async function probeWhereNeeded(
  on: Queryable,
  rows: Rows,
  columns: readonly Column[],
  former: FormerEdges,
  isSmall: boolean,
): Promise<ProbedColumn[]> {
  const hasNoEdges = (column: Column) => isOrdered(column) && former.get(column.name)?.type !== column.type;
  const wanted = isSmall ? columns.filter(hasNoEdges) : columns;
  const probed = wanted.length === 0 ? [] : await probe(on, rows, wanted, !isSmall);
  return columns.map((column) => probed.find((one) => one.column === column) ?? { column, ...unprobed });
}

/** What was taken before stays. */
function edgesOf({ column, extent }: ProbedColumn, former: FormerEdges): string[] | null {
  const known = former.get(column.name);
  if (known?.type === column.type) return known.edges;
  return extent === null ? null : edgesFor(column, extent);
}

/** Of a key that is one column, and never NULL, each row has its own: the rows were counted with the other columns. */
function figuresOfRows(rows: number): Figures {
  return { ...noValues, rows, values: rows, distinct: rows, distinct_exact: true };
}

/** Of a key that is one column each value is another one. */
async function figuresOfKey(on: Queryable, rows: Fragment, column: Column, isAlone: boolean): Promise<Figures> {
  const values = sql`count(${cell("s", column)})`;
  const distinct = isAlone ? values : sql`count(distinct ${countable(column)})`;
  const figures = sql`json_build_object('rows', count(*), 'values', ${values}, 'distinct', ${distinct})`;
  const [found] = await aggregated<Pick<Figures, "rows" | "values" | "distinct">>(on, [figures], rows);
  if (found === undefined) throw new Error("an aggregate gave no row");
  return { ...found, ...noValues, distinct_exact: true };
}
