import type { Column } from "../core/columns.ts";
import type { Hashing } from "../core/fingerprints.ts";
import type { Queryable } from "./connect.ts";
import { exactValue } from "./exact.ts";
import { type Fragment, list } from "./fragments.ts";

/**
 * How a row of alias `s` is hashed: `digest` is evaluated once a row, and each of `parts` makes a bigint of its column
 * `digest`. All of them together are what is known of the row.
 */
export interface RowHash {
  digest: Fragment;
  parts: Fragment[];
}

/** What the server makes of bytes: from this version on they can be cast to numbers. */
const castsBytes = 18;

export function rowHash(sql: Queryable, columns: readonly Column[], hashing: Hashing, serverMajor: number): RowHash {
  if (hashing === "text") return { digest: hashOfText(sql, columns), parts: [sql`digest`] };
  if (hashing === "cells") return { digest: hashOfCells(sql, columns), parts: [sql`digest`] };
  const digest = sql`sha256(${encoding(sql, columns)})`;
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
function encoding(sql: Queryable, columns: readonly Column[]): Fragment {
  const cells = columns.map((column) => exactValue(sql, sql`s.${sql(column.name)}`, column));
  return sql`record_send(row(decode(${digestOfColumns(columns)}, 'hex'), ${list(sql, cells)}))`;
}

function digestOfColumns(columns: readonly Column[]): string {
  const described = JSON.stringify(columns.map(({ name, type }) => [name, type]));
  return new Bun.CryptoHasher("sha256").update(described).digest("hex");
}

/** The row as it is written. The first seals were made so, and still have to be verified. */
function hashOfText(sql: Queryable, columns: readonly Column[]): Fragment {
  const cells = columns.map(({ name, type }) =>
    type === "numeric" ? sql`trim_scale(s.${sql(name)})` : sql`s.${sql(name)}`,
  );
  return sql`hashtextextended(row(${list(sql, cells)})::text collate "C", 0)`;
}

/** The cells' own hashes, each with a seed of its own, by exclusive or. The second seals were made so. */
function hashOfCells(sql: Queryable, columns: readonly Column[]): Fragment {
  const cells = columns.map((column, index) => hashOfCell(sql, column, index + 1));
  return sql`hashint8extended(${cells.reduce((joined, cell) => sql`${joined} # ${cell}`)}, 0)`;
}

const integers = new Set(["int2", "int4", "int8"]);

function hashOfCell(sql: Queryable, { name, type }: Column, seed: number): Fragment {
  const value = sql`s.${sql(name)}`;
  const hash = () => {
    if (type === "numeric") return sql`hash_numeric_extended(${value}, ${seed})`;
    if (integers.has(type)) return sql`hashint8extended(${value}, ${seed})`;
    if (type === "bool") return sql`hashint8extended(${value}::int, ${seed})`;
    return sql`hashtextextended(${value}::text collate "C", ${seed})`;
  };
  return sql`coalesce(${hash()}, ${seed}::bigint)`;
}
