import type { type } from "../../core/checks.ts";
import type { Column } from "../../core/columns.ts";
import { columnOf, type Entry, entry, OnColumn } from "../plan/entry.ts";
import type { Answer, Query, Scope } from "../plan/plan.ts";
import { commas, name, q, relation, type Sql, value } from "../plan/sql.ts";
import { familyOf, numeric, suiteError } from "../plan/values.ts";
import { distinctValues, keyOf, mostListed } from "./column-sets.ts";
import {
  type Categorical,
  type Comparison,
  compareBins,
  compareCategories,
  type Histogram,
  isCategorical,
  isContinuous,
  linearBins,
} from "./partition.ts";

const Edge = "number | '-Infinity' | 'Infinity' | '-inf' | 'inf'";
const Share = "0 <= number <= 1";
const Partition = {
  "+": "reject",
  weights: "number[]",
  "values?": "unknown[]",
  "bins?": `(${Edge})[]`,
  "tail_weights?": "number[]",
} as const;

const Args = {
  ...OnColumn,
  partition_object: [Partition, "|", "null"],
  threshold: "number >= 0 | null",
  "internal_weight_holdout?": Share,
  "tail_weight_holdout?": Share,
  "bucketize_data?": "boolean",
} as const;

interface Holdouts {
  internal: number;
  tail: number;
}

/** The expectation that a column is distributed much as a partition says. */
export const klDivergence: readonly Entry[] = [
  entry("expect_column_kl_divergence_to_be_less_than", Args, (args, scope) => {
    const column = columnOf(scope, "column", args.column);
    const holdouts = { internal: args.internal_weight_holdout ?? 0, tail: args.tail_weight_holdout ?? 0 };
    const answer = (comparison: Comparison) => answerOf(comparison, args.threshold);
    const bucketize = args.bucketize_data ?? true;
    if (args.partition_object === null) {
      if (bucketize && holdouts.tail !== 0) throw suiteError("tail_weight_holdout", "it must be 0 without a partition");
      return bucketize
        ? automatic(numericColumn(scope, args.column), scope, holdouts, answer)
        : categorical(column, scope, null, holdouts, answer);
    }
    const { bins, ...rest } = args.partition_object;
    const partition = { ...rest, ...(bins === undefined ? {} : { bins: bins.map(edgeNumber) }) };
    if (holdouts.tail !== 0 && partition.tail_weights !== undefined) {
      throw suiteError("tail_weight_holdout", "it must be 0 when the partition has tail_weights");
    }
    if (isCategorical(partition)) return categorical(column, scope, partition, holdouts, answer);
    if (!isContinuous(partition)) {
      throw suiteError(
        "partition_object",
        "it needs values or ascending bins, as many weights, and weights that sum to 1",
      );
    }
    if (!bucketize) throw suiteError("bucketize_data", "it cannot be false for a partition with bins");
    const infinite = partition.bins.filter((edge) => !Number.isFinite(edge)).length;
    if (infinite > 0 && partition.tail_weights !== undefined) {
      throw suiteError("partition_object", "there can be no tail_weights beside an infinite bin");
    }
    if (infinite === 2 && holdouts.tail > 0) {
      throw suiteError("tail_weight_holdout", "it must be 0 when both ends of the bins are infinite");
    }
    return histogram(numericColumn(scope, args.column), scope, partition.bins, (found) =>
      answer(compareBins(partition, found, holdouts)),
    );
  }),
];

function numericColumn(scope: Scope, column: string): Column {
  return columnOf(scope, "column", column, numeric);
}

function edgeNumber(edge: type.infer<typeof Edge>): number {
  if (typeof edge === "number") return edge;
  return edge.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function answerOf({ divergence, observed, expected }: Comparison, threshold: number | null): Answer {
  return {
    success: threshold === null || divergence <= threshold,
    observed: Number.isFinite(divergence) ? divergence : null,
    details: { observed_partition: observed, expected_partition: expected },
  };
}

function categorical(
  column: Column,
  scope: Scope,
  partition: Categorical | null,
  { internal, tail }: Holdouts,
  answer: (comparison: Comparison) => Answer,
): Query {
  if (internal > 0) throw suiteError("internal_weight_holdout", "it must be 0 for a partition with values");
  const wanted = partition?.values ?? [];
  return distinctValues(column, scope, wanted, (found) => {
    if (found.length > mostListed + wanted.length - 1) return tooMany;
    const total = found.reduce((sum, { count }) => sum + count, 0);
    const observed = new Map(found.map(({ key, count }) => [key, count / total]));
    const expected =
      partition === null ? observed : new Map(wanted.map((one, at) => [keyOf(one), partition.weights[at] ?? 0]));
    const labels = new Map<string, unknown>([
      ...found.map(({ key, value }) => [key, value] as const),
      ...wanted.map((one) => [keyOf(one), one] as const),
    ]);
    return answer(compareCategories(observed, expected, (key) => labels.get(key), tail));
  });
}

const tooMany: Answer = { success: false, exception: `the column has more than ${mostListed} distinct values` };

/** A partition like the column's own: as Great Expectations makes one where none is given. */
function automatic(
  column: Column,
  scope: Scope,
  holdouts: Holdouts,
  answer: (comparison: Comparison) => Answer,
): Query {
  const subject = name(column.name);
  const quantiles = ["0", "0.25", "0.75", "1"].map(
    (quantile) => q`percentile_disc(${value("float8", quantile)}) within group (order by ${subject})`,
  );
  return {
    kind: "query",
    statement: q`select count(*), ${commas(quantiles)} from ${relation} where ${present(subject, scope)}`,
    answer: ([row = []]) => {
      const [count = 0, min = 0, q1 = 0, q3 = 0, max = 0] = row.map(Number);
      if (count === 0) return { success: false, exception: "the column holds no value" };
      const bins = linearBins([min, q1, q3, max], count);
      return histogram(column, scope, bins, (found) => {
        const weights = found.bins.map((rows) => rows / found.total);
        const rest = Math.max(0, 1 - weights.reduce((sum, weight) => sum + weight, 0)) / 2;
        return answer(compareBins({ bins, weights, tail_weights: [rest, rest] }, found, holdouts));
      });
    },
  };
}

/** Counts the rows of each bin: it has its lower edge, the last its upper edge, too. */
function histogram(column: Column, scope: Scope, bins: readonly number[], answer: (found: Histogram) => Answer): Query {
  const subject = name(column.name);
  const edges = bins.map((edge) => value(familyOf(column) === "float" ? "float8" : "numeric", String(edge)));
  const [first = q`null`] = edges;
  const last = edges.at(-1) ?? first;
  const counts = edges.slice(1).map((to, at) => {
    const isLast = at === edges.length - 2;
    const below = isLast ? q`${subject} <= ${to}` : q`${subject} < ${to}`;
    return counting(q`${subject} >= ${edges[at] ?? first} and ${below}`);
  });
  const outside = [counting(q`${subject} < ${first}`), counting(q`${subject} > ${last}`)];
  return {
    kind: "query",
    statement: q`select count(*), ${commas([...outside, ...counts])} from ${relation} where ${present(subject, scope)}`,
    answer: ([row = []]) => {
      const [total = 0, below = 0, above = 0, ...inside] = row.map(Number);
      return answer({ total, below, above, bins: inside });
    },
  };
}

function counting(condition: Sql): Sql {
  return q`count(*) filter (where ${condition})`;
}

function present(column: Sql, { rows }: Scope): Sql {
  return rows === null ? q`${column} is not null` : q`${column} is not null and ${rows}`;
}
