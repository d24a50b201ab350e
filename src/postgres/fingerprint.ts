import type { Column } from "../core/columns.ts";
import { type Hashing, hashings } from "../core/fingerprints.ts";
import type { Queryable } from "./connect.ts";
import { exactValue } from "./exact.ts";
import { columnsOf, type Fragment, list } from "./fragments.ts";
import type { KeyGroup } from "./key-groups.ts";
import { rowHash } from "./row-hash.ts";

/** Rows of a snapshot, their fingerprint, and sums that help to find a row which no longer matches it. */
export interface Sealed {
  rows: number;
  fingerprint: string;
  groups: KeyGroup[];
}

/** What a fingerprint is made of: these columns, hashed in this way, by a server of this version. */
export interface Sealing {
  key: readonly Column[];
  columns: readonly Column[];
  hashing: Hashing;
  serverMajor: number;
}

/** A key as one text, however many columns it has. */
export function keyText(sql: Queryable, key: readonly Column[]): Fragment {
  const names = key.map(({ name }) => name);
  const cells = list(sql, columnsOf(sql, "s", names));
  return key.length === 1 ? sql`${cells}::text` : sql`row(${cells})::text`;
}

/**
 * A key's hash, of 31 bits: small enough that its product with 32 bits of a row's hash is a bigint. It only says where to
 * look for a row. Beside hashes of an older kind it is of the key's text, for which one setting or another may matter.
 */
export function keyHash(sql: Queryable, key: readonly Column[], hashing: Hashing = "exact"): Fragment {
  const isText = key.length === 1 && key[0]?.type === "text";
  const cells = key.map((column) => exactValue(sql, sql`s.${sql(column.name)}`, column));
  const text =
    hashing === "exact" && !isText ? sql`encode(record_send(row(${list(sql, cells)})), 'hex')` : keyText(sql, key);
  return sql`(hashtextextended(${text} collate "C", 0) & 2147483647)`;
}

/**
 * Row count and fingerprint of a relation, given as `(select …)`, in one scan. The fingerprint is the sum of all rows'
 * hashes, modulo 2^64 for each of their words. A sum does not depend on row order, and unlike an exclusive or it does not
 * cancel equal rows. The sums are kept by groups of keys, 256 of them: see key-groups.ts.
 */
export async function seal(
  sql: Queryable,
  relation: Fragment,
  { key, columns, hashing, serverMajor }: Sealing,
): Promise<Sealed> {
  const { digest, parts } = rowHash(sql, columns, hashing, serverMajor);
  const [first] = parts;
  const names = parts.map((_, index) => sql`${sql(`sum_${index}`)}`);
  const sums = parts.map((part, index) => sql`sum(${part}) as ${sql(`sum_${index}`)}`);
  const totals = names.map((name) => sql`coalesce(sum(${name}), 0)::text`);
  // The volatile column is a fence, and one that lets the scan be parallel: a subquery that has one is not merged into
  // its surroundings, where the row's digest would be computed again for each sum.
  const [row] = await sql<{ rows: number; sums: string[]; groups: KeyGroup[] }[]>`
    select coalesce(sum(rows), 0)::bigint as rows, array[${list(sql, totals)}]::text[] as sums,
           coalesce(jsonb_agg(jsonb_build_array(key_group, rows, low_sum::text, weighted_sum::text)
                              order by key_group), '[]') as groups
      from (select key_hash & 255 as key_group, count(*) as rows, ${list(sql, sums)},
                   sum(${first ?? sql`0`} & 4294967295) as low_sum,
                   sum((${first ?? sql`0`} & 4294967295) * key_hash) as weighted_sum
              from (select ${keyHash(sql, key, hashing)} as key_hash, pg_is_in_recovery() as fence, ${digest} as digest
                      from ${relation} s) hashed
             group by key_hash & 255) grouped`;
  return {
    rows: row?.rows ?? 0,
    fingerprint: hashings[hashing] + (row?.sums ?? parts.map(() => "0")).map(hexadecimal).join(""),
    groups: row?.groups ?? [],
  };
}

/** A sum modulo 2^64, as 16 digits. */
function hexadecimal(sum: string): string {
  return BigInt.asUintN(64, BigInt(sum)).toString(16).padStart(16, "0");
}
