import type { Column } from "../../core/columns.ts";
import { type AnyNumber, compareNumbers, isAnyNumber } from "../../core/exact-number.ts";
import { asNumber, bounded, type Limits, numberLimits, ordered, within } from "../plan/bounds.ts";
import { type Entry, onColumn, StrictBounds } from "../plan/entry.ts";
import { medianPlan } from "../plan/median.ts";
import type { Answer } from "../plan/plan.ts";
import { all, counted, filtered, name, q, relation, type Sql, value } from "../plan/sql.ts";
import {
  comparable,
  familyOf,
  isoMoment,
  jsonValue,
  numeric,
  readable,
  sortableMoment,
  suiteError,
  temporal,
  textFor,
} from "../plan/values.ts";

const Ranges = {
  "+": "reject",
  quantiles: "(0 <= number <= 1)[]",
  value_ranges: "(number | null)[][]",
} as const;

/** Column aggregate expectations that hold metrics against bounds. */
export const columnAggregates: readonly Entry[] = [
  extreme("expect_column_min_to_be_between", (column) => q`min(${column})`),
  extreme("expect_column_max_to_be_between", (column) => q`max(${column})`),
  metric("expect_column_sum_to_be_between", (column) => q`sum(${column})`),
  metric("expect_column_mean_to_be_between", (column) => q`avg(${column})`, true),
  metric("expect_column_stdev_to_be_between", (column) => q`stddev_samp(${column})`, true),
  onColumn("expect_column_median_to_be_between", StrictBounds, numeric, (column, args, { rows }) =>
    medianPlan(column, rows, numberAnswer(args)),
  ),

  distinctCount("expect_column_unique_value_count_to_be_between", (distinct, _, limits) => within(distinct, limits)),
  distinctCount("expect_column_proportion_of_unique_values_to_be_between", (distinct, values, limits) =>
    within(values === 0 ? 0 : distinct / values, limits),
  ),

  onColumn(
    "expect_column_proportion_of_non_null_values_to_be_between",
    StrictBounds,
    null,
    (column, args, { rows }) => {
      const limits = numberLimits(args, isNumber);
      return {
        kind: "aggregate",
        terms: [counted(q`${name(column.name)} is not null`, rows), counted(rows)],
        answer: ([present, all]) => within(Number(all) === 0 ? 0 : Number(present) / Number(all), limits),
      };
    },
  ),

  onColumn(
    "expect_column_quantile_values_to_be_between",
    { quantile_ranges: Ranges, "allow_relative_error?": "boolean | string | number | null" },
    numeric,
    (column, { quantile_ranges: { quantiles, value_ranges: ranges } }, { rows }) => {
      if (quantiles.length !== ranges.length)
        throw suiteError("quantile_ranges", "there must be as many ranges as quantiles");
      for (const [low = null, high = null, ...more] of ranges) {
        const isOrdered = low === null || high === null || compareNumbers(low, high) <= 0;
        if (!isOrdered || more.length > 0) throw suiteError("quantile_ranges", "value_ranges must be ordered pairs");
      }
      const terms = quantiles.map((quantile) => {
        const share = value("float8", String(quantile));
        return readable(
          column,
          filtered(q`percentile_disc(${share}) within group (order by ${name(column.name)})`, rows),
        );
      });
      const answer = (values: readonly unknown[]) => quantileAnswer(column, quantiles, ranges, values);
      return { kind: "aggregate", sorts: true, terms, answer };
    },
  ),
];

/** The least or greatest value: compared with bounds of the column's own type. */
function extreme(type: string, aggregate: (column: Sql) => Sql): Entry {
  return onColumn(type, StrictBounds, bounded, (column, args, { rows }) => ({
    kind: "aggregate",
    terms: [readable(column, filtered(aggregate(ordered(column)), rows))],
    answer: numeric.includes(familyOf(column)) ? numberAnswer(args) : textAnswer(column, args),
  }));
}

/** `isDerived` where it is divided or rooted: its digits beyond those of a JavaScript number are none of the column's. */
function metric(type: string, aggregate: (column: Sql) => Sql, isDerived = false): Entry {
  return onColumn(type, StrictBounds, numeric, (column, args, { rows }) => ({
    kind: "aggregate",
    terms: [q`${filtered(aggregate(name(column.name)), rows)}::text`],
    answer: numberAnswer(args, isDerived),
  }));
}

const isNumber = (number: number) => !Number.isNaN(number);

function numberAnswer(args: Limits, isDerived = false): (values: readonly unknown[]) => Answer {
  const limits = numberLimits(args, isNumber);
  return ([value]) => {
    const found = within(asNumber(value), limits);
    const isRounded = isDerived && isAnyNumber(found.observed) && !/^-?\d+$/.test(String(found.observed));
    return isRounded ? { ...found, observed: Number(found.observed) } : found;
  };
}

/** Texts, and moments as texts that compare as they do. */
function textAnswer(column: Column, args: Limits): (values: readonly unknown[]) => Answer {
  const isMoment = temporal.includes(familyOf(column));
  const sortable = isMoment ? sortableMoment : (text: string) => text;
  const limit = (side: "min_value" | "max_value") => {
    const given = args[side] ?? null;
    return given === null ? null : sortable(textFor(column, side, given));
  };
  const limits = { ...args, min_value: limit("min_value"), max_value: limit("max_value") };
  return ([value]) => {
    if (typeof value !== "string") return { success: false, observed: null };
    return { ...within(sortable(value), limits), observed: isMoment ? isoMoment(value) : value };
  };
}

/** How many different values there are, among how many that are not NULL. */
function distinctCount(
  type: string,
  answer: (distinct: number, values: number, limits: Limits<AnyNumber>) => Answer,
): Entry {
  return onColumn(type, StrictBounds, null, (column, args, { rows }) => {
    const limits = numberLimits(args, isNumber);
    const subject = comparable(column);
    const where = all([q`${subject} is not null`, rows]);
    return {
      kind: "query",
      statement: q`select count(*), coalesce(sum(times), 0)
                     from (select count(*) as times from ${relation} where ${where} group by ${subject}) g`,
      answer: ([counts = []]) => answer(Number(counts[0]), Number(counts[1]), limits),
    };
  });
}

function quantileAnswer(
  column: Column,
  quantiles: readonly AnyNumber[],
  ranges: readonly (readonly (AnyNumber | null)[])[],
  found: readonly unknown[],
): Answer {
  const successes = found.map((value, at) => {
    const quantile = value === null ? Number.NaN : Number(value);
    const [low, high] = ranges[at] ?? [];
    const [from, to] = [Number(low ?? Number.NEGATIVE_INFINITY), Number(high ?? Number.POSITIVE_INFINITY)];
    const isInside = from <= quantile && quantile <= to && Number.isFinite(quantile);
    return isInside || isNear(quantile, from) || isNear(quantile, to);
  });
  return {
    success: successes.every(Boolean),
    observed: { quantiles, values: found.map((value) => jsonValue(column, value)) },
    details: { success_details: successes },
  };
}

/** A quantile may lie outside its range as far as numpy's isclose allows. */
function isNear(quantile: number, bound: number): boolean {
  return Number.isFinite(bound) && Math.abs(quantile - bound) <= 1e-8 + 1e-4 * Math.abs(bound);
}
