import type { Column } from "../core/columns.ts";
import type { Queryable } from "./connect.ts";
import { columnsOf, type Fragment, list } from "./fragments.ts";
import type { KeyGroup } from "./key-groups.ts";
import { type Hashing, rowHashes } from "./row-hash.ts";

/** Rows of a snapshot, their fingerprint, and sums that help to find a row which no longer matches it. */
export interface Sealed {
  rows: number;
  fingerprint: string;
  groups: KeyGroup[];
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

/** A fingerprint tells by how it begins how its rows were hashed: the first ones, of text, began with nothing. */
const beginnings: Record<Hashing, string> = { text: "", cells: "2-" };
const newest: Hashing = "cells";

function hashingOf(fingerprint: string | undefined): Hashing {
  if (fingerprint === undefined) return newest;
  return fingerprint.startsWith(beginnings.cells) ? "cells" : "text";
}

/**
 * Row count and fingerprint of a relation, given as `(select …)`, in one scan. The fingerprint is the sum, modulo 2^64,
 * of each row's 64-bit hash. A sum does not depend on row order, and unlike an exclusive or it does not cancel equal
 * rows. The sums are kept by groups of keys, 256 of them: see key-groups.ts. To be held against a fingerprint that there
 * is, the rows are hashed as they were for that one.
 */
export async function seal(
  sql: Queryable,
  relation: Fragment,
  { key, columns, like }: { key: readonly string[]; columns: readonly Column[]; like?: string | undefined },
): Promise<Sealed> {
  const hashing = hashingOf(like);
  // The volatile column is a fence, and one that lets the scan be parallel: a subquery that has one is not merged into
  // its surroundings, where the row's hash would be computed again for each sum.
  const [row] = await sql<{ rows: number; hash_sum: string; groups: KeyGroup[] }[]>`
    select coalesce(sum(rows), 0)::bigint as rows, coalesce(sum(hash_sum), 0)::text as hash_sum,
           coalesce(jsonb_agg(jsonb_build_array(key_group, rows, low_sum::text, weighted_sum::text)
                              order by key_group), '[]') as groups
      from (select key_hash & 255 as key_group, count(*) as rows, sum(row_hash) as hash_sum,
                   sum(row_hash & 4294967295) as low_sum, sum((row_hash & 4294967295) * key_hash) as weighted_sum
              from (select ${keyHash(sql, key)} as key_hash, pg_is_in_recovery() as fence,
                           ${rowHashes[hashing](sql, columns)} as row_hash
                      from ${relation} s) hashed
             group by key_hash & 255) grouped`;
  return {
    rows: row?.rows ?? 0,
    fingerprint: beginnings[hashing] + hexadecimal(row?.hash_sum ?? "0"),
    groups: row?.groups ?? [],
  };
}

/** A sum modulo 2^64, as 16 digits. */
function hexadecimal(sum: string): string {
  return BigInt.asUintN(64, BigInt(sum)).toString(16).padStart(16, "0");
}

/** The same for a relation, given as `(select …)`, that is only held against another at once: its rows and their sum. */
export async function sumOfRows(
  sql: Queryable,
  relation: Fragment,
  columns: readonly Column[],
): Promise<Pick<Sealed, "rows" | "fingerprint">> {
  const [row] = await sql<{ rows: number; hash_sum: string }[]>`
    select count(*) as rows, coalesce(sum(${rowHashes[newest](sql, columns)}), 0)::text as hash_sum
      from ${relation} s`;
  return { rows: row?.rows ?? 0, fingerprint: hexadecimal(row?.hash_sum ?? "0") };
}
