import type { type } from "../../core/checks.ts";
import { bounded, ordered } from "../plan/bounds.ts";
import { columnOf, type Entry, entry, OnColumn, StrictBounds } from "../plan/entry.ts";
import { type Answer, asNumber, type Limits, type Plan, type Scope, within } from "../plan/plan.ts";
import { name, q, relation, type Sql } from "../plan/sql.ts";
import {
  comparable,
  familyOf,
  isoMoment,
  numeric,
  sortableMoment,
  suiteError,
  temporal,
  textFor,
} from "../plan/values.ts";

const Args = { ...OnColumn, ...StrictBounds } as const;
type Args = type.infer<typeof Args>;

/** Column aggregate expectations that compare one metric with min_value and max_value. */
export const columnAggregates: readonly Entry[] = [
  entry("expect_column_min_to_be_between", Args, (args, scope) => extreme(args, scope, (column) => q`min(${column})`)),
  entry("expect_column_max_to_be_between", Args, (args, scope) => extreme(args, scope, (column) => q`max(${column})`)),
  entry("expect_column_sum_to_be_between", Args, (args, scope) => metric(args, scope, (column) => q`sum(${column})`)),
  entry("expect_column_mean_to_be_between", Args, (args, scope) => metric(args, scope, (column) => q`avg(${column})`)),
  entry("expect_column_stdev_to_be_between", Args, (args, scope) =>
    metric(args, scope, (column) => q`stddev_samp(${column})`),
  ),
  entry("expect_column_median_to_be_between", Args, (args, scope) => ({
    ...metric(args, scope, (column) => q`percentile_cont(0.5) within group (order by ${column})`),
    sorts: true,
  })),

  entry("expect_column_unique_value_count_to_be_between", Args, (args, scope) => {
    // Great Expectations takes strict_min and strict_max here, and does not heed them.
    const limits = { ...numberLimits(args), strict_min: false, strict_max: false };
    return distinctCounts(args, scope, (distinct) => within(distinct, limits));
  }),

  entry("expect_column_proportion_of_unique_values_to_be_between", Args, (args, scope) => {
    const limits = numberLimits(args);
    return distinctCounts(args, scope, (distinct, values) => within(values === 0 ? 0 : distinct / values, limits));
  }),
];

/** The least or greatest value: compared with bounds of the column's own type. */
function extreme(args: Args, scope: Scope, aggregate: (column: Sql) => Sql): Plan {
  const column = columnOf(scope, "column", args.column, bounded);
  const terms = [inScope(aggregate(ordered(column)), scope)];
  if (numeric.includes(familyOf(column))) return { kind: "aggregate", terms, answer: numberAnswer(args) };
  const isMoment = temporal.includes(familyOf(column));
  const limit = (argument: "min_value" | "max_value") => {
    const given = args[argument];
    if (given === null || given === undefined) return null;
    const text = textFor(column, argument, given);
    return isMoment ? sortableMoment(text) : text;
  };
  const limits = { ...args, min_value: limit("min_value"), max_value: limit("max_value") };
  const answer = ([value]: readonly unknown[]): Answer => {
    if (typeof value !== "string") return { success: false, observed: null };
    if (!isMoment) return within(value, limits);
    return { ...within(sortableMoment(value), limits), observed: isoMoment(value) };
  };
  return { kind: "aggregate", terms, answer };
}

function metric(args: Args, scope: Scope, aggregate: (column: Sql) => Sql) {
  const column = columnOf(scope, "column", args.column, numeric);
  const terms = [inScope(aggregate(name(column.name)), scope)];
  return { kind: "aggregate" as const, terms, answer: numberAnswer(args) };
}

function numberAnswer(args: Args): (values: readonly unknown[]) => Answer {
  const limits = numberLimits(args);
  return ([value]) => within(asNumber(value), limits);
}

function numberLimits(args: Args): Limits<number> {
  const limit = (argument: "min_value" | "max_value") => {
    const number = asNumber(args[argument]);
    if (Number.isNaN(number)) throw suiteError(argument, `${JSON.stringify(args[argument])} is not a number`);
    return number;
  };
  return { ...args, min_value: limit("min_value"), max_value: limit("max_value") };
}

function inScope(aggregate: Sql, { rows }: Scope): Sql {
  return rows === null ? aggregate : q`${aggregate} filter (where ${rows})`;
}

/** How many different values there are, among how many that are not NULL. */
function distinctCounts(args: Args, scope: Scope, answer: (distinct: number, values: number) => Answer): Plan {
  const column = comparable(columnOf(scope, "column", args.column));
  return {
    kind: "query",
    statement: q`select count(*), coalesce(sum(times), 0)
                   from (select count(*) as times from ${relation} where ${present(column, scope)} group by ${column}) g`,
    answer: ([counts = []]) => answer(Number(counts[0]), Number(counts[1])),
  };
}

export function present(column: Sql, { rows }: Scope): Sql {
  return rows === null ? q`${column} is not null` : q`${column} is not null and ${rows}`;
}
