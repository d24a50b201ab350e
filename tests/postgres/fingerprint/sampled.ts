import type { Column } from "../../../src/core/columns.ts";
import { catalogTables } from "../../../src/postgres/catalog/introspect.ts";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { type Fragment, list } from "../../../src/postgres/connection/fragments.ts";
import { majorOf, sealed } from "./stored.ts";

/** A value as PostgreSQL reads it, whatever its type; null for NULL. */
export function literal(sql: Sql, value: string | null): Fragment {
  return sql.unsafe(value === null ? "null" : `'${value.replaceAll("'", "''")}'`);
}

/** Values as a table has them: each in a row of its own, by its index as `key`, in column `v`. */
export interface Sampled {
  table: string;
  /** Column `v` alone, as the console finds it in the catalog. */
  columns: Column[];
}

let tables = 0;

export async function sampled(sql: Sql, declared: Fragment, values: readonly (string | null)[]): Promise<Sampled> {
  const table = `sampled_${++tables}`;
  await sql`create table ${sql(table)} (key int4, v ${declared})`;
  const rows = values.map((value, key) => sql`(${sql.unsafe(String(key))}, ${literal(sql, value)})`);
  await sql`insert into ${sql(table)} values ${list(rows)}`;
  const [shape] = await catalogTables(sql, [{ schema: "public", name: table }]);
  return { table, columns: shape?.columns.filter(({ name }) => name === "v") ?? [] };
}

/** Fingerprints of each of the values, alone in a column that is declared so. */
export async function fingerprintsOf(
  sql: Sql,
  declared: Fragment,
  values: readonly (string | null)[],
): Promise<string[]> {
  const { table, columns } = await sampled(sql, declared, values);
  const seals = values.map((_, key) =>
    sealed(sql, sql`(select key, v from ${sql(table)} where key = ${key}::int4)`, columns, majorOf(sql)),
  );
  return (await Promise.all(seals)).map(({ fingerprint }) => fingerprint);
}

/** Values that share their fingerprint, as `a, b`; none where all are told apart. */
export function confused(values: readonly (string | null)[], fingerprints: readonly string[]): string[] {
  const byFingerprint = Map.groupBy(values.keys(), (index) => fingerprints[index]);
  const groups = byFingerprint.values().filter((group) => group.length > 1);
  return Array.from(groups, (group) => group.map((index) => values[index] ?? "NULL itself").join(", "));
}
