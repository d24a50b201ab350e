import type { PendingQuery, Row } from "postgres";
import type { Column } from "../../core/columns.ts";
import type { Queryable } from "./connect.ts";

/** A piece of SQL that becomes part of a statement. */
export type Fragment = PendingQuery<Row[]>;

/** `a, b, c` */
export function list(sql: Queryable, fragments: readonly Fragment[]): Fragment {
  return fragments.reduce((joined, fragment) => sql`${joined}, ${fragment}`);
}

/** `a and b and c`; true for none. */
export function every(sql: Queryable, conditions: readonly Fragment[]): Fragment {
  return conditions.reduce((joined, condition) => sql`${joined} and ${condition}`, sql`true`);
}

/** `a or b or c`; false for none. */
export function some(sql: Queryable, conditions: readonly Fragment[]): Fragment {
  return conditions.reduce((joined, condition) => sql`${joined} or ${condition}`, sql`false`);
}

/** Aliases: `s` what is staged or sealed, `l` live, `f` and `t` the two sides of a comparison. */
export type Alias = "s" | "l" | "f" | "t";

/** Columns of one relation, by its alias: `s."a", s."b"`. */
export function columnsOf(sql: Queryable, alias: Alias, names: readonly string[]): Fragment[] {
  return names.map((name) => sql`${sql(alias)}.${sql(name)}`);
}

/** `l.k1 = s.k1 and l.k2 = s.k2` */
export function sameKey(sql: Queryable, left: Alias, right: Alias, key: readonly string[]): Fragment {
  return every(
    sql,
    key.map((name) => sql`${sql(left)}.${sql(name)} = ${sql(right)}.${sql(name)}`),
  );
}

/** Types without an equality operator are compared as text. */
const comparedAsText = new Set(["json", "xml", "point"]);

/** A column's value in a form that can be grouped and put in order. */
export function comparable(sql: Queryable, alias: Alias, { name, type }: Column): Fragment {
  return comparedAsText.has(type) ? sql`${sql(alias)}.${sql(name)}::text` : sql`${sql(alias)}.${sql(name)}`;
}
