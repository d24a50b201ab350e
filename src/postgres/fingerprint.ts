import type { Column } from "../core/columns.ts";
import type { Queryable } from "./connect.ts";
import { list } from "./fragments.ts";

/** Rows of a snapshot and their fingerprint. */
export interface Sealed {
  rows: number;
  fingerprint: string;
}

/**
 * A row as text that is the same on every PostgreSQL: equal numerics are written alike whatever their scale (16.0 and
 * 16.00), and the text of a row keeps NULL and the empty string apart.
 */
function canonicalRow(sql: Queryable, columns: readonly Column[]) {
  const cells = columns.map(({ name, type }) =>
    type === "numeric" ? sql`trim_scale(s.${sql(name)})` : sql`s.${sql(name)}`,
  );
  return sql`row(${list(sql, cells)})::text`;
}

/**
 * Aggregates over `s` that give row count and fingerprint: the sum, modulo 2^64, of each row's 64-bit hash. A sum does
 * not depend on row order, and unlike an exclusive or it does not cancel equal rows. PostgreSQL routes the rows of
 * hash-partitioned tables by this very function, so that it stays the same from version to version; a test holds it.
 */
export function fingerprintOf(sql: Queryable, columns: readonly Column[]) {
  return sql`count(*) as rows,
    coalesce(sum(hashtextextended(${canonicalRow(sql, columns)} collate "C", 0)), 0)::text as hash_sum`;
}

export function toSealed(row: { rows: number; hash_sum: string } | undefined): Sealed {
  const sum = BigInt.asUintN(64, BigInt(row?.hash_sum ?? "0"));
  return { rows: row?.rows ?? 0, fingerprint: sum.toString(16).padStart(16, "0") };
}
