import type { Column } from "../../core/columns.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, sql } from "../connection/fragments.ts";
import { aggregated } from "../snapshots/two-snapshots.ts";
import { figuresByCounting } from "./counted.ts";
import { edgesFor } from "./edges.ts";
import { type Figures, profileOf } from "./figures.ts";
import type { Measured } from "./measures.ts";
import { type ProbedColumn, probe } from "./probe.ts";
import { countedRows, figuresOfScattered, type Rows } from "./scattered.ts";
import { countable, sortable, written } from "./values.ts";

/** The edges of histograms that were taken before, by column; of those of the same type. */
export type FormerEdges = ReadonlyMap<string, { type: string; edges: string[] }>;

/**
 * The profile of each of the columns. `key` is the one column of a key that is one: each of its values is another one, and is
 * there. A sample tells in which way each of the others is counted.
 */
export async function profileRows(
  on: Queryable,
  rows: Rows,
  columns: readonly Column[],
  key: string | null,
  former: FormerEdges,
): Promise<Profile[]> {
  const keyed = columns.filter(({ name }) => name === key);
  const others = columns.filter(({ name }) => name !== key);
  const probed = others.length === 0 ? [] : await probe(on, rows.of, rows.count, others);
  const measured = probed.map((one) => ({ ...one, edges: edgesOf(one, former) }));
  const found = new Map<Column, Profile>();
  const keep = (one: Measured, figures: Figures | undefined) => {
    if (figures !== undefined) found.set(one.column, profileOf(one.column, figures, one.edges));
  };
  for (const column of keyed) keep({ column, edges: null }, await figuresOfKey(on, rows, column));
  const scattered = measured.filter((one) => rows.count > countedRows && one.distinct > one.values / 2);
  for (const one of scattered) keep(one, await figuresOfScattered(on, rows, one));
  for (const group of inGroups(measured.filter((one) => !scattered.includes(one)))) {
    const figures = await figuresByCounting(on, rows.of(group.map(({ column }) => column)), group);
    for (const [index, one] of group.entries()) keep(one, figures[index]);
  }
  return columns.flatMap((column) => found.get(column) ?? []);
}

/** The column of a key that is one. */
export function soleKey({ live }: Pick<LoadTable, "live">): string | null {
  return live.key.length === 1 ? (live.key[0] ?? null) : null;
}

/** What was taken before stays. */
function edgesOf({ column, extent }: ProbedColumn, former: FormerEdges): string[] | null {
  const known = former.get(column.name);
  if (known?.type === column.type) return known.edges;
  return extent === null ? null : edgesFor(column, extent);
}

async function figuresOfKey(on: Queryable, rows: Rows, column: Column): Promise<Figures> {
  const value = sortable(countable(column), column);
  const figures = sql`json_build_object('rows', count(*), 'values', count(${cell("s", column)}),
    'min', ${written(sql`min(${value})`, column)}, 'max', ${written(sql`max(${value})`, column)})`;
  const [found] = await aggregated<Pick<Figures, "rows" | "values" | "min" | "max">>(on, [figures], rows.of([column]));
  if (found === undefined) throw new Error("an aggregate gave no row");
  const none = { mean: null, stddev: null, quantiles: null, bins: null, frequent: [] };
  return { ...found, ...none, distinct: found.values, distinct_exact: true };
}

/** So many combinations of values fit a hash table that is kept near the processor. */
const combinations = 20_000;

/** A statement takes no more than so many columns, lest it outgrow what a server parses at once. */
const columnsAtOnce = 30;

/** Columns that are counted together: as many as have few combinations, each counted once for all of them. */
function inGroups<One extends ProbedColumn>(columns: readonly One[]): One[][] {
  const groups: { product: number; members: One[] }[] = [];
  for (const one of columns.toSorted((a, b) => b.distinct - a.distinct)) {
    // NULL is one more; where the sample was empty nothing is known.
    const values = one.rows === 0 ? combinations : one.distinct + 1;
    const open = groups.find(
      ({ product, members }) => product * values <= combinations && members.length < columnsAtOnce,
    );
    if (open === undefined) groups.push({ product: values, members: [one] });
    else {
      open.product *= values;
      open.members.push(one);
    }
  }
  return groups.map(({ members }) => members);
}
