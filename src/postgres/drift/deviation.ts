import { type Fragment, sql } from "../connection/fragments.ts";

/**
 * The standard deviation of n numbers to its last digit as PostgreSQL has it (numeric.c, numeric_stddev_internal), of sums:
 * those of several servers can be added up, where of a `stddev_pop` of theirs nothing can be made, so that they would send
 * every value.
 */
export function deviation(n: Fragment, sum: Fragment, sumOfSquares: Fragment): Fragment {
  const squares = sql`(${n} * ${sumOfSquares} - ${sum} * ${sum})`;
  const variance = sql`(${squares} / nullif(${n} * ${n}, 0))`;
  return sql`case when ${squares} <= 0 then 0 else round(sqrt(${variance}), scale(${variance})) end`;
}
