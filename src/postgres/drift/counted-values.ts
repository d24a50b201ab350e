import type { Column } from "../../core/columns.ts";
import { cell, type Fragment, list, sql } from "../connection/fragments.ts";
import type { TwoSnapshots } from "../snapshots/two-snapshots.ts";

/** Types without an equality operator are compared as text. */
const comparedAsText = new Set(["json", "xml", "point"]);

/** A column's cells in a form that can be grouped and put in order. */
export function groupable(column: Column): Fragment {
  return comparedAsText.has(column.type) ? sql`${cell("s", column)}::text` : cell("s", column);
}

/** Queries for a WITH, and what they make of each column: `(select v, f, t …)`, how often a value occurs on either side. */
interface CountedValues {
  queries: Fragment;
  of(this: void, index: number): Fragment;
}

/** Count the values of columns that have few of them. */
export function countedValues(rows: TwoSnapshots, columns: readonly Column[]): CountedValues {
  return rows.isSpread ? countedByColumn(rows, columns) : countedTogether(rows, columns);
}

/** All are counted in one scan of each side, and each is a grouping set of its own. */
function countedTogether({ from, to }: TwoSnapshots, columns: readonly Column[]): CountedValues {
  const names = columns.map((_, index) => sql`${sql(`v${index}`)}`);
  const cells = columns.map((column, index) => sql`${groupable(column)} as ${sql(`v${index}`)}`);
  const sets = names.map((name) => sql`(${name})`);
  const side = (rows: Fragment, counts: Fragment) => sql`
    select grouping(${list(names)}) as grouped, ${list(names)}, ${counts}
      from (select ${list(cells)} from ${rows} s) cells
     group by grouping sets (${list(sets)})`;
  const all = 2 ** columns.length - 1;
  return {
    queries: sql`counted as materialized (
      ${side(from, sql`count(*) as f, 0 as t`)} union all ${side(to, sql`0, count(*)`)})`,
    of(index) {
      // In a column's own grouping set its bit, from the left, is the one that is not set.
      const own = all - 2 ** (columns.length - 1 - index);
      return sql`
      (select ${names[index] ?? sql`null`} as v, sum(f)::int as f, sum(t)::int as t
         from counted where grouped = ${own} group by 1)`;
    },
  };
}

/**
 * On several servers there are no grouping sets: each column is grouped for itself, where its rows are, and what comes from
 * there are its values, each once from each place.
 */
function countedByColumn(rows: TwoSnapshots, columns: readonly Column[]): CountedValues {
  return {
    queries: list(columns.map((column, index) => countedOnBothSides(rows, column, index))),
    of: (index) => sql`
      (select v, sum(f)::int as f, sum(t)::int as t from (${bothSides(index)}) cells group by 1)`,
  };
}

function countedOnBothSides({ from, to }: TwoSnapshots, column: Column, index: number): Fragment {
  const side = (name: string, rows: Fragment) => sql`
    ${sql(name + index)} as materialized (select ${groupable(column)} as v, count(*) as n from ${rows} s group by 1)`;
  return list([side("from", from), side("to", to)]);
}

function bothSides(index: number): Fragment {
  return sql`
    select v, n as f, 0 as t from ${sql(`from${index}`)} union all select v, 0, n from ${sql(`to${index}`)}`;
}

/**
 * A column's values in order, those for which `isIn` holds, and how often each occurs on either side, made by one sort:
 * `(select v, f, t …)`. Of several servers each sends its values, for none of them knows the rank of one among all.
 */
export function valuesInOrder(rows: TwoSnapshots, column: Column, order: Fragment, isIn = sql`true`): Fragment {
  if (rows.isSpread) {
    return sql`
    (with ${countedOnBothSides(rows, column, 0)}
     select v, sum(f)::int as f, sum(t)::int as t
       from (select v, f, t from (${bothSides(0)}) cells where ${isIn} order by ${order} offset 0) sorted
      group by v order by ${order})`;
  }
  const value = groupable(column);
  return sql`
    (select v, (count(*) filter (where is_from))::int as f, (count(*) filter (where not is_from))::int as t
       from (select v, is_from
               from (select ${value} as v, true as is_from from ${rows.from} s
                      union all
                     select ${value}, false from ${rows.to} s) cells
              where ${isIn} order by ${order} offset 0) sorted
      group by v order by ${order})`;
}
