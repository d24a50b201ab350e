import type { Column } from "../../core/columns.ts";
import { type Alias, cell, type Fragment, sql } from "../connection/fragments.ts";

/** Numbers whose decimals may have passed through a float on one side. */
export function mayBeRounded({ type }: Column): boolean {
  return type === "numeric" || type === "float8";
}

/**
 * True where two relations' numbers differ by no more than a float of 64 bits rounds: it keeps 15 digits at least, so that
 * the difference is below 1e-14 of the larger.
 */
export function isRounding(left: Alias, right: Alias, column: Column): Fragment {
  const [one, other] = [cell(left, column), cell(right, column)];
  // NaN is above Infinity here. One product alone, which neither overflows nor comes to nothing.
  return sql`
    (case when abs(${one}) < 'Infinity' and abs(${other}) < 'Infinity' and sign(${one}) = sign(${other})
          then least(abs(${one}), abs(${other})) >= greatest(abs(${one}), abs(${other})) * 0.99999999999999
          else false end)`;
}
