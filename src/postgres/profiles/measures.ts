import type { Column } from "../../core/columns.ts";
import { histogramBins } from "../../core/messages/profiles.ts";
import { type Fragment, sql } from "../connection/fragments.ts";
import type { RowsOf } from "../snapshots/snapshots.ts";

/** Rows of a table. */
export interface Rows {
  of: RowsOf;
  count: number;
  /** True where they lie on several servers. */
  isSpread: boolean;
}

/** A column, and the edges of its histogram; null where it has none. */
export interface Measured {
  column: Column;
  edges: readonly string[] | null;
}

/** The number of a value's bin: 0 below the first edge, 21 from the last edge on. */
export function binsOf(value: Fragment, column: Column, edges: readonly string[]): Fragment {
  // A subquery is evaluated once: texts are made times of anew in each row, as sessions may differ in what they mean.
  return sql`width_bucket(${value}, (select ${arrayOf(column, edges)}))`;
}

export function arrayOf({ type }: Column, edges: readonly string[]): Fragment {
  const name = type.startsWith("int") ? "int8" : type.startsWith("float") ? "float8" : type;
  return sql`${[...edges]}::text[]::${sql.unsafe(name)}[]`;
}

/** Below the first edge, the bins, and from the last edge on. */
export const binNumbers = Array.from({ length: histogramBins + 2 }, (_, bin) => bin);
