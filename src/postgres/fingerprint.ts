import type { Column } from "../core/columns.ts";
import type { Queryable } from "./connect.ts";
import { columnsOf, type Fragment, list } from "./fragments.ts";
import type { KeyGroup } from "./key-groups.ts";

/** Rows of a snapshot, their fingerprint, and sums that help to find a row which no longer matches it. */
export interface Sealed {
  rows: number;
  fingerprint: string;
  groups: KeyGroup[];
}

/**
 * A row as text that is the same on every PostgreSQL: equal numerics are written alike whatever their scale (16.0 and
 * 16.00), and the text of a row keeps NULL and the empty string apart.
 */
function canonicalRow(sql: Queryable, columns: readonly Column[]): Fragment {
  const cells = columns.map(({ name, type }) =>
    type === "numeric" ? sql`trim_scale(s.${sql(name)})` : sql`s.${sql(name)}`,
  );
  return sql`row(${list(sql, cells)})::text`;
}

/** A key as one text, however many columns it has. */
export function keyText(sql: Queryable, key: readonly string[]): Fragment {
  const cells = list(sql, columnsOf(sql, "s", key));
  return key.length === 1 ? sql`${cells}::text` : sql`row(${cells})::text`;
}

/** A key's hash, of 31 bits: small enough that its product with 32 bits of a row's hash is a bigint. */
export function keyHash(sql: Queryable, key: readonly string[]): Fragment {
  return sql`(hashtextextended(${keyText(sql, key)} collate "C", 0) & 2147483647)`;
}

/**
 * Row count and fingerprint of a relation, given as `(select …)`, in one scan. The fingerprint is the sum, modulo 2^64,
 * of each row's 64-bit hash. A sum does not depend on row order, and unlike an exclusive or it does not cancel equal
 * rows. PostgreSQL routes the rows of hash-partitioned tables by this very function, so that it stays the same from
 * version to version; a test holds it. The sums are kept by groups of keys, 256 of them: see key-groups.ts.
 */
export async function seal(
  sql: Queryable,
  relation: Fragment,
  key: readonly string[],
  columns: readonly Column[],
): Promise<Sealed> {
  // The clock is a fence, and one that lets the scan be parallel: a subquery with a volatile column is not merged into
  // its surroundings, where the row's hash would be computed again for each sum.
  const [row] = await sql<{ rows: number; hash_sum: string; groups: KeyGroup[] }[]>`
    select coalesce(sum(rows), 0)::bigint as rows, coalesce(sum(hash_sum), 0)::text as hash_sum,
           coalesce(jsonb_agg(jsonb_build_array(key_group, rows, low_sum::text, weighted_sum::text)
                              order by key_group), '[]') as groups
      from (select key_hash & 255 as key_group, count(*) as rows, sum(row_hash) as hash_sum,
                   sum(row_hash & 4294967295) as low_sum, sum((row_hash & 4294967295) * key_hash) as weighted_sum
              from (select ${keyHash(sql, key)} as key_hash, clock_timestamp() as fence,
                           hashtextextended(${canonicalRow(sql, columns)} collate "C", 0) as row_hash
                      from ${relation} s) hashed
             group by key_hash & 255) grouped`;
  const sum = BigInt.asUintN(64, BigInt(row?.hash_sum ?? "0"));
  return { rows: row?.rows ?? 0, fingerprint: sum.toString(16).padStart(16, "0"), groups: row?.groups ?? [] };
}
