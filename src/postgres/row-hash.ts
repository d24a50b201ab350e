import type { Column } from "../core/columns.ts";
import type { Queryable } from "./connect.ts";
import { type Fragment, list } from "./fragments.ts";

/**
 * How a row of alias `s` is made into a 64-bit hash. Both ways tell every cell apart, NULL from the empty string, and
 * take numerics that are equal for equal whatever their scale (16.0 and 16.00). PostgreSQL routes the rows of
 * hash-partitioned tables by the functions they are made of, so that they stay the same from version to version.
 *
 * - `text` hashes the row as it is written. Seals were made so at first, and still have to be verified.
 * - `cells` hashes each cell by its own type, for a quarter of the cost.
 */
export const rowHashes = { text: hashOfText, cells: hashOfCells } as const;
export type Hashing = keyof typeof rowHashes;

function hashOfText(sql: Queryable, columns: readonly Column[]): Fragment {
  const cells = columns.map(({ name, type }) =>
    type === "numeric" ? sql`trim_scale(s.${sql(name)})` : sql`s.${sql(name)}`,
  );
  return sql`hashtextextended(row(${list(sql, cells)})::text collate "C", 0)`;
}

/**
 * The cells' hashes, each with a seed of its own so that no two columns can stand for one another, by exclusive or; then
 * hashed once more, without which the sums of rows that swapped a cell would have bits in common.
 */
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
