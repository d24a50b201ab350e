import type { Column } from "../../core/columns.ts";
import type { AnyNumber } from "../../core/exact-number.ts";
import { columnOf, type Entry, onColumn } from "../plan/entry.ts";
import type { Answer, Query, Scope } from "../plan/plan.ts";
import { all, commas, counted, name, q, relation, value } from "../plan/sql.ts";
import { familyOf, numeric, suiteError } from "../plan/values.ts";
import { distinctValues, mostListed } from "./column-sets.ts";
import {
  type Binned,
  type Comparison,
  compareBins,
  compareCategories,
  type Holdouts,
  linearBins,
  sum,
} from "./relative-entropy.ts";

const Share = "0 <= number <= 1";
const Args = {
  partition_object: [
    {
      "+": "reject",
      weights: "number[]",
      "values?": "unknown[]",
      "bins?": "(number | '-Infinity' | 'Infinity' | '-inf' | 'inf')[]",
      "tail_weights?": "number[]",
    },
    "|",
    "null",
  ],
  threshold: "number >= 0 | null",
  "internal_weight_holdout?": Share,
  "tail_weight_holdout?": Share,
  "bucketize_data?": "boolean",
} as const;

/** What a comparison leads to. */
type Tell = (comparison: Comparison) => Answer;

/** The expectation that a column is distributed much as a partition says. */
export const klDivergence: readonly Entry[] = [
  onColumn("expect_column_kl_divergence_to_be_less_than", Args, null, (column, args, scope) => {
    const { partition_object: partition, bucketize_data: bucketize = true, threshold } = args;
    const holdouts = {
      internal: Number(args.internal_weight_holdout ?? 0),
      tail: Number(args.tail_weight_holdout ?? 0),
    };
    const tell = ({ divergence, observed, expected }: Comparison): Answer => ({
      success: threshold === null || divergence <= Number(threshold),
      observed: Number.isFinite(divergence) ? divergence : null,
      details: { observed_partition: observed, expected_partition: expected },
    });
    if (partition === null) {
      if (!bucketize) return categorical(column, scope, null, holdouts, tell);
      if (holdouts.tail !== 0) throw suiteError("tail_weight_holdout", "it must be 0 without a partition");
      return automatic(columnOf(scope, "column", column.name, numeric), scope, holdouts, tell);
    }
    const { values, bins = [] } = partition;
    const weights = partition.weights.map(Number);
    const tail_weights = partition.tail_weights?.map(Number);
    if (holdouts.tail !== 0 && tail_weights !== undefined) {
      throw suiteError("tail_weight_holdout", "it must be 0 when the partition has tail_weights");
    }
    if (values?.length === weights.length && isOne(sum(weights))) {
      return categorical(column, scope, { values, weights }, holdouts, tell);
    }
    const binned = { bins: bins.map(edgeNumber), weights, tail_weights };
    requireBins(binned, bucketize, holdouts);
    const subject = columnOf(scope, "column", column.name, numeric);
    return histogram(subject, scope, binned.bins, (observed) => tell(compareBins(binned, observed, holdouts)));
  }),
];

function edgeNumber(edge: AnyNumber | string): number {
  return Number(edge === "inf" || edge === "-inf" ? edge.replace("inf", "Infinity") : edge);
}

function requireBins({ bins, weights, tail_weights: tails }: Binned, bucketize: boolean, holdouts: Holdouts): void {
  const isAscending = bins.every((edge, at) => at === 0 || edge > (bins[at - 1] ?? edge));
  const isWhole =
    weights.length > 0 && bins.length === weights.length + 1 && (tails === undefined || tails.length === 2);
  if (!isWhole || !isAscending || !isOne(sum(weights) + sum(tails ?? []))) {
    const wants = "it needs values or ascending bins, as many weights, and weights that sum to 1";
    throw suiteError("partition_object", wants);
  }
  if (!bucketize) throw suiteError("bucketize_data", "it cannot be false for a partition with bins");
  const infinite = bins.filter((edge) => !Number.isFinite(edge)).length;
  if (infinite > 0 && tails !== undefined) {
    throw suiteError("partition_object", "there can be no tail_weights beside an infinite bin");
  }
  if (infinite === 2 && holdouts.tail > 0) {
    throw suiteError("tail_weight_holdout", "it must be 0 when both ends of the bins are infinite");
  }
}

function isOne(total: number): boolean {
  return Math.abs(total - 1) <= 1e-8 + 1e-5;
}

/** Nothing has no distribution. */
const noValue: Answer = { exception: "the column holds no value" };

/** Without a partition the column's own is the one that is expected. */
function categorical(
  column: Column,
  scope: Scope,
  partition: { values: readonly unknown[]; weights: readonly number[] } | null,
  { internal, tail }: Holdouts,
  tell: Tell,
): Query {
  if (internal > 0) throw suiteError("internal_weight_holdout", "it must be 0 for a partition with values");
  const wanted = partition?.values ?? [];
  return distinctValues(column, scope, { argument: "partition_object", wanted }, (found) => {
    if (found.length > mostListed + wanted.length - 1) {
      return { exception: `the column has more than ${mostListed} distinct values` };
    }
    const total = sum(found.map(({ count }) => count));
    if (total === 0) return noValue;
    const counts = new Map(found.flatMap(({ members, count }) => members.map((at) => [at, count] as const)));
    const named = wanted.map((value, at) => ({
      value,
      observed: (counts.get(at) ?? 0) / total,
      expected: partition?.weights[at] ?? 0,
    }));
    const others = found.filter(({ members }) => members.length === 0);
    const unnamed = others.map(({ value, count }) => {
      const observed = count / total;
      return { value, observed, expected: partition === null ? observed : null };
    });
    return tell(compareCategories([...named, ...unnamed], tail));
  });
}

/** A partition like the column's own: as Great Expectations makes one where none is given. */
function automatic(column: Column, scope: Scope, holdouts: Holdouts, tell: Tell): Query {
  const subject = name(column.name);
  const quantiles = ["0", "0.25", "0.75", "1"].map(
    (quantile) => q`percentile_disc(${value("float8", quantile)}) within group (order by ${subject})`,
  );
  const where = all([q`${subject} is not null`, scope.rows]);
  return {
    kind: "query",
    statement: q`select count(*), ${commas(quantiles)} from ${relation} where ${where}`,
    answer: ([row = []]) => {
      const [count = 0, min = 0, q1 = 0, q3 = 0, max = 0] = row.map(Number);
      if (count === 0) return noValue;
      const bins = linearBins({ min, q1, q3, max }, count);
      return histogram(column, scope, bins, (observed) => {
        const rest = Math.max(0, 1 - sum(observed.weights)) / 2;
        return tell(compareBins({ ...observed, tail_weights: [rest, rest] }, observed, holdouts));
      });
    },
  };
}

/** The shares of the rows in each bin: it has its lower edge, the last its upper edge, too. */
function histogram(column: Column, scope: Scope, bins: readonly number[], answer: (observed: Binned) => Answer): Query {
  const subject = name(column.name);
  const edges = bins.map((edge) => value(familyOf(column) === "float" ? "float8" : "numeric", String(edge)));
  const [first = q`null`] = edges;
  const last = edges.at(-1) ?? first;
  const inside = edges.slice(1).map((to, at) => {
    const below = to === last ? q`${subject} <= ${to}` : q`${subject} < ${to}`;
    return counted(q`${subject} >= ${edges[at] ?? first} and ${below}`);
  });
  const counts = commas([counted(q`${subject} < ${first}`), counted(q`${subject} > ${last}`), ...inside]);
  const where = all([q`${subject} is not null`, scope.rows]);
  return {
    kind: "query",
    statement: q`select count(*), ${counts} from ${relation} where ${where}`,
    answer: ([row = []]) => {
      const [total = 0, ...found] = row.map(Number);
      if (total === 0) return noValue;
      const [below = 0, above = 0, ...weights] = found.map((count) => count / total);
      return answer({ bins, weights, tail_weights: [below, above] });
    },
  };
}
