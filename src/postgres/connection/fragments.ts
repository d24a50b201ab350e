import postgres, { type PendingQuery, type Row } from "postgres";
import type { Column } from "../../core/columns.ts";

/** A piece of SQL that becomes part of a statement. */
export type Fragment = PendingQuery<Row[]>;

/** The tag of fragments, which belong to no connection: a statement is run by its connection's own tag, never by this one. */
export const sql = postgres({ host: "none.invalid", user: "nobody", max: 1, target_session_attrs: "primary" });

/** `a, b, c` */
export function list(fragments: readonly Fragment[]): Fragment {
  return fragments.reduce((joined, fragment) => sql`${joined}, ${fragment}`);
}

/** `a and b and c`; true for none. */
export function every(conditions: readonly Fragment[]): Fragment {
  return conditions.reduce((joined, condition) => sql`${joined} and ${condition}`, sql`true`);
}

/** `a or b or c`; false for none. */
export function some(conditions: readonly Fragment[]): Fragment {
  return conditions.reduce((joined, condition) => sql`${joined} or ${condition}`, sql`false`);
}

/** `a union all b union all c` */
export function unionAll(queries: readonly Fragment[]): Fragment {
  return queries.reduce((joined, query) => sql`${joined} union all ${query}`);
}

/** A JSON array of JSON values, however many they are: a function would take a hundred. */
export function jsonArray(values: readonly Fragment[]): Fragment {
  return values.length === 0 ? sql`'[]'::json` : sql`to_json(array[${list(values)}]::json[])`;
}

/** A time as ISO 8601, UTC. */
export function iso(column: string): Fragment {
  return sql`to_char(${sql(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

interface Named {
  schema: string;
  name: string;
}

/** `"schema"."name"` */
export function qualified({ schema, name }: Named): Fragment {
  return sql`${sql(schema)}.${sql(name)}`;
}

/** The oid of what has this name now; NULL when nothing has. */
export function oidOf({ schema, name }: Named): Fragment {
  return sql`to_regclass(format('%I.%I', ${schema}::text, ${name}::text))`;
}

/**
 * Whether somebody set any of these options, of a relation or a column. The server writes down some of its own there, whose
 * names begin with `pg_`: `pg_attver`, since the minor releases of November 2026, for every column.
 */
export function hasOptions(options: Fragment): Fragment {
  return sql`exists (select from unnest(${options}) set_option where not starts_with(set_option, 'pg_'))`;
}

/** The tables' names as rows, for a FROM: `… as wanted(schema, name)`. */
export function namesAsRows(tables: readonly Named[]): Fragment {
  const names = tables.map(({ schema, name }) => ({ schema, name }));
  return sql`jsonb_to_recordset(${sql.json(names)}) as wanted(schema text, name text)`;
}

/** Aliases: `s` what is staged or sealed, `l` live, `f` and `t` the two sides of a comparison. */
export type Alias = "s" | "l" | "f" | "t";

/** `s."a"` */
export function cell(alias: Alias, { name }: Pick<Column, "name">): Fragment {
  return sql`${sql(alias)}.${sql(name)}`;
}

/** `s."a", s."b"` */
export function cells(alias: Alias, names: readonly string[]): Fragment {
  return list(names.map((name) => cell(alias, { name })));
}

/** A key as one text, however many columns it has. */
export function keyAsText(key: readonly string[]): Fragment {
  return key.length === 1 ? sql`${cells("s", key)}::text` : sql`row(${cells("s", key)})::text`;
}

/** `l.k1 = s.k1 and l.k2 = s.k2` */
export function sameKey(left: Alias, right: Alias, key: readonly string[]): Fragment {
  return every(key.map((name) => sql`${cell(left, { name })} = ${cell(right, { name })}`));
}
