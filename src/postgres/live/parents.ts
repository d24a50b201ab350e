import type { Reference } from "../../core/columns.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import { every, type Fragment, list, qualified, sql } from "../connection/fragments.ts";
import { type Frozen, isFrozen } from "../snapshots/snapshots.ts";

/**
 * Where the parents of a drop's rows may be, besides the drop: in the live tables; or, once those hold later months, in
 * what older months delivered, of which the snapshots of these days are the record.
 */
export type Parents = { kind: "live" } | { kind: "snapshots"; dates: readonly string[] };

/** A relation, alias `p`, of which rows that meet the condition hold the parent's key in these columns. */
export interface ParentPlace {
  relation: Fragment;
  columns: readonly string[];
  condition: Fragment;
}

/**
 * Where a parent may stand. The older snapshots of the parent itself tell, and those of every table that refers to it: no row
 * of theirs was taken without its parent.
 */
export function placesOfParents(
  reference: Reference,
  { tables, parents }: { tables: readonly LoadTable[]; parents: Parents },
): ParentPlace[] {
  const { parent, parentColumns } = reference;
  if (parents.kind === "live") return [placeOf(qualified(parent), parentColumns)];
  if (parents.dates.length === 0) return [];
  const days = list(parents.dates.map((day) => sql`${day}::date`));
  return tables.filter(isFrozen).flatMap((table) => {
    const { table: target, asOfColumn } = table.snapshot;
    const condition = sql`p.${sql(asOfColumn)} in (${days})`;
    return columnsToward(table, reference).map((columns) => ({ relation: qualified(target), columns, condition }));
  });
}

export function placeOf(relation: Fragment, columns: readonly string[]): ParentPlace {
  return { relation, columns, condition: sql`true` };
}

/** True where a row stands there; `match` holds a column of the place against the cell of this index of the row that refers to it. */
export function standsIn(
  { relation, columns, condition }: ParentPlace,
  match: (column: Fragment, index: number) => Fragment,
): Fragment {
  const matches = columns.map((column, index) => match(sql`p.${sql(column)}`, index));
  return sql`exists (select 1 from ${relation} p where ${every(matches)} and ${condition})`;
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
