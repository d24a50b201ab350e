import type { Column } from "../../core/columns.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Alias, every, type Fragment } from "../connection/fragments.ts";

const fractions = new Set(["numeric", "float8"]);

/** Numbers whose decimals may have passed through a float on one side. */
export function mayBeRounded({ type }: Column): boolean {
  return fractions.has(type);
}

/**
 * True where two relations' numbers differ by no more than a float of 64 bits rounds: it keeps 15 digits at least, so that
 * the difference is below 1e-14 of the larger.
 */
export function isRounding(sql: Queryable, left: Alias, right: Alias, { name }: Column): Fragment {
  const [one, other] = [sql`${sql(left)}.${sql(name)}`, sql`${sql(right)}.${sql(name)}`];
  // NaN is above Infinity here. One product alone, which neither overflows nor comes to nothing.
  const canBe = every(sql, [
    sql`abs(${one}) < 'Infinity'`,
    sql`abs(${other}) < 'Infinity'`,
    sql`sign(${one}) = sign(${other})`,
  ]);
  return sql`
    (case when ${canBe}
          then least(abs(${one}), abs(${other})) >= greatest(abs(${one}), abs(${other})) * 0.99999999999999
          else false end)`;
}
