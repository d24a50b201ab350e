import type { Column } from "../../core/columns.ts";
import { type Hashing, hashings } from "../../core/messages/seals.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, type Fragment, keyAsText, list, sql } from "../connection/fragments.ts";
import { exactValue } from "./exact.ts";

/**
 * What a seal keeps of the rows whose key's hash ends in the same byte: group, rows, the sum of the low 32 bits of each
 * row's hash, and the sum of those, each multiplied by its key's hash. Sums are text, for they outgrow a number.
 */
export type KeyGroup = [group: number, rows: number, lowSum: string, weightedSum: string];

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

/**
 * A key's hash, of 31 bits: small enough that its product with 32 bits of a row's hash is a bigint. It only says where to
 * look for a row. Beside hashes of an older kind it is of the key's text, for which one setting or another may matter.
 */
export function keyHash(key: readonly Column[], hashing: Hashing = "exact"): Fragment {
  const isText = key.length === 1 && key[0]?.type === "text";
  const text =
    hashing === "exact" && !isText
      ? sql`encode(record_send(row(${exactCells(key)})), 'hex')`
      : keyAsText(key.map(({ name }) => name));
  return sql`(hashtextextended(${text} collate "C", 0) & 2147483647)`;
}

/**
 * Row count and fingerprint of a relation, given as `(select …)`, in one scan. The fingerprint is the sum of all rows'
 * hashes, modulo 2^64 for each of their words. A sum does not depend on row order, and unlike an exclusive or it does not
 * cancel equal rows. The sums are kept by groups of keys, 256 of them: see suspects.ts. So many rows come from each part of
 * a table that is on several nodes.
 */
export async function seal(sql: Queryable, relation: Fragment, sealing: Sealing): Promise<Sealed> {
  const { key, hashing } = sealing;
  const { digest, parts } = rowHash(sealing);
  const low = sql`(${parts[0] ?? sql`0`} & 4294967295)`;
  const names = parts.map((_, index) => sql`${sql(`sum_${index}`)}`);
  const sums = parts.map((part, index) => sql`sum(${part}) as ${sql(`sum_${index}`)}`);
  const totals = names.map((name) => sql`coalesce(sum(${name}), 0)::text`);
  // The volatile column is a fence, and one that lets the scan be parallel: a subquery that has one is not merged into
  // its surroundings, where the row's digest would be computed again for each sum.
  const [row] = await sql<{ rows: number; sums: string[]; groups: KeyGroup[] }[]>`
    select coalesce(sum(rows), 0)::bigint as rows, array[${list(totals)}]::text[] as sums,
           coalesce(jsonb_agg(jsonb_build_array(key_group, rows, low_sum::text, weighted_sum::text)
                              order by key_group), '[]') as groups
      from (select key_hash & 255 as key_group, count(*) as rows, ${list(sums)},
                   sum(${low}) as low_sum,
                   sum(${low} * key_hash) as weighted_sum
              from (select ${keyHash(key, hashing)} as key_hash, pg_is_in_recovery() as fence, ${digest} as digest
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

/** What the server makes of bytes: from this version on they can be cast to numbers. */
const castsBytes = 18;

/**
 * How a row of alias `s` is hashed: `digest` is evaluated once a row, and each of `parts` makes a bigint of its column
 * `digest`. All of them together are what is known of the row.
 */
function rowHash({ columns, hashing, serverMajor }: Sealing): { digest: Fragment; parts: Fragment[] } {
  if (hashing === "text") return { digest: hashOfText(columns), parts: [sql`digest`] };
  if (hashing === "cells") return { digest: hashOfCells(columns), parts: [sql`digest`] };
  const digest = sql`sha256(${encoding(columns)})`;
  const words = [0, 1, 2, 3];
  if (serverMajor >= castsBytes) {
    return { digest, parts: words.map((word) => sql`substr(digest, ${8 * word + 1}::int, 8)::bigint`) };
  }
  return {
    digest: sql`('x' || encode(${digest}, 'hex'))::bit(256)`,
    parts: words.map((word) => sql`substring(digest, ${64 * word + 1}::int, 64)::bigint`),
  };
}

/**
 * All cells as one value that no other row has: a composite's binary form, which frames each cell with its type and its
 * length, -1 for NULL. Before them stands a digest of the columns' names and types.
 */
function encoding(columns: readonly Column[]): Fragment {
  const described = JSON.stringify(columns.map(({ name, type }) => [name, type]));
  const digest = new Bun.CryptoHasher("sha256").update(described).digest("hex");
  return sql`record_send(row(decode(${digest}, 'hex'), ${exactCells(columns)}))`;
}

function exactCells(columns: readonly Column[]): Fragment {
  return list(columns.map((column) => exactValue(cell("s", column), column)));
}

/** The row as it is written. The first seals were made so, and still have to be verified. */
function hashOfText(columns: readonly Column[]): Fragment {
  const cells = columns.map((column) =>
    column.type === "numeric" ? sql`trim_scale(${cell("s", column)})` : cell("s", column),
  );
  return sql`hashtextextended(row(${list(cells)})::text collate "C", 0)`;
}

/** The cells' own hashes, each with a seed of its own, by exclusive or. The second seals were made so. */
function hashOfCells(columns: readonly Column[]): Fragment {
  const cells = columns.map((column, index) => hashOfCell(cell("s", column), column.type, index + 1));
  return sql`hashint8extended(${cells.reduce((joined, hash) => sql`${joined} # ${hash}`)}, 0)`;
}

function hashOfCell(value: Fragment, type: string, seed: number): Fragment {
  let hash = sql`hashtextextended(${value}::text collate "C", ${seed})`;
  if (type === "numeric") hash = sql`hash_numeric_extended(${value}, ${seed})`;
  if (["int2", "int4", "int8"].includes(type)) hash = sql`hashint8extended(${value}, ${seed})`;
  if (type === "bool") hash = sql`hashint8extended(${value}::int, ${seed})`;
  return sql`coalesce(${hash}, ${seed}::bigint)`;
}
