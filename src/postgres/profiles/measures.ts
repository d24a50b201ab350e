import type { Column } from "../../core/columns.ts";
import { histogramBins } from "../../core/messages/profiles.ts";
import { type Fragment, sql } from "../connection/fragments.ts";

/** A column, and the edges of its histogram; null where it has none. */
export interface Measured {
  column: Column;
  edges: readonly string[] | null;
}

/** The number of a value's bin: 0 below the first edge, 21 from the last edge on. */
export function binsOf(value: Fragment, { type }: Column, edges: readonly string[]): Fragment {
  const number = type.startsWith("int") ? "int8" : type.startsWith("float") ? "float8" : type;
  return sql`width_bucket(${value}, ${[...edges]}::text[]::${sql.unsafe(number)}[])`;
}

/** Below the first edge, the bins, and from the last edge on. */
export const binNumbers = Array.from({ length: histogramBins + 2 }, (_, bin) => bin);
