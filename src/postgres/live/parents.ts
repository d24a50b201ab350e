import type { Reference } from "../../core/columns.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { Queryable } from "../connection/connect.ts";
import { every, type Fragment, list, some } from "../connection/fragments.ts";
import { type Frozen, isFrozen } from "../snapshots/snapshots.ts";

/**
 * Where the parents of a drop's rows may be, besides the drop: in the live tables; or, once those hold later months, in
 * what older months delivered, of which the snapshots of these days are the record.
 */
export type Parents = { kind: "live" } | { kind: "snapshots"; dates: readonly string[] };

/** A cell of the row whose parent is looked for, held against a column of the table where it may be. */
export type Match = (column: Fragment, index: number) => Fragment;

/**
 * True where a parent stands in one of those places. The older snapshots of the parent itself tell, and those of every
 * table that refers to it: no row of theirs was taken without its parent.
 */
export function isKnownParent(
  sql: Queryable,
  reference: Reference,
  { tables, parents }: { tables: readonly LoadTable[]; parents: Parents },
  match: Match,
): Fragment {
  const { parent, parentColumns } = reference;
  if (parents.kind === "live") {
    return standsIn(sql, sql`${sql(parent.schema)}.${sql(parent.name)}`, parentColumns, sql`true`, match);
  }
  if (parents.dates.length === 0) return sql`false`;
  const days = list(
    sql,
    parents.dates.map((day) => sql`${day}::date`),
  );
  const looks = tables.filter(isFrozen).flatMap((table) => {
    const { table: target, asOfColumn } = table.snapshot;
    const isOlder = sql`p.${sql(asOfColumn)} in (${days})`;
    return columnsToward(table, reference).map((columns) =>
      standsIn(sql, sql`${sql(target.schema)}.${sql(target.name)}`, columns, isOlder, match),
    );
  });
  return sql`(${some(sql, looks)})`;
}

function standsIn(
  sql: Queryable,
  relation: Fragment,
  columns: readonly string[],
  condition: Fragment,
  match: Match,
): Fragment {
  const matches = columns.map((column, index) => match(sql`p.${sql(column)}`, index));
  return sql`exists (select 1 from ${relation} p where ${every(sql, matches)} and ${condition})`;
}

/** The frozen columns of a table that hold the parent's key, in the order of the reference. */
function columnsToward({ name, live, snapshot }: Frozen, { parent, parentColumns }: Reference): string[][] {
  const own = name === parent.name ? [parentColumns] : [];
  const others = live.references
    .filter((one) => one.parent.name === parent.name && one.parentColumns.join() === parentColumns.join())
    .map(({ columns }) => columns);
  const frozen = new Set(snapshot.columns.map((column) => column.name));
  return [...own, ...others].filter((columns) => columns.every((column) => frozen.has(column)));
}
