import type { Column } from "../../core/columns.ts";
import type { Answer, Plan, Query } from "./plan.ts";
import { all, counted, filtered, name, q, relation, type Sql, value } from "./sql.ts";
import { familyOf } from "./values.ts";

type Tell = (values: readonly unknown[]) => Answer;

/** How a column's median is found; of an even number of values it is the middle of two, which is exact but for floats. */
export function medianPlan(column: Column, rows: Sql | null, answer: Tell): Plan {
  const family = familyOf(column);
  if (family === "numeric") return middleOfSample(column, rows, answer);
  const middle = family === "float" ? middleOfFloats(column, rows) : middleOfSorted(column, rows);
  return { kind: "aggregate", sorts: true, terms: [q`${middle}::text`], answer };
}

function middleOfFloats(column: Column, rows: Sql | null): Sql {
  return filtered(q`percentile_cont(0.5) within group (order by ${name(column.name)})`, rows);
}

/** The tiny more picks the upper one of two. */
function middleOfSorted(column: Column, rows: Sql | null): Sql {
  const ordered = q`within group (order by ${name(column.name)})`;
  const middle = filtered(q`percentile_disc(array[0.5, 0.500000000001]) ${ordered}`, rows);
  return q`trim_scale(((${middle})[1]::numeric + (${middle})[2]::numeric) * 0.5)`;
}

/**
 * To sort a million numerics takes up to twice as long as to sort floats. So two values of a sample are looked for, between
 * which the median is almost certain to lie; then rows are counted, and only what lies between the two is sorted.
 */
function middleOfSample(column: Column, rows: Sql | null, answer: Tell): Query {
  const subject = name(column.name);
  const sorted = filtered(q`array_agg(trim_scale(${subject}) order by ${subject})`, q`${subject} is not null`);
  const known = q`count(${subject})`;
  // Four standard deviations of the place that the median of all has among so many.
  const apart = q`2 * sqrt(${known})`;
  return {
    kind: "query",
    statement: q`select (${sorted})[floor(${known} * 0.5 - ${apart})]::text, (${sorted})[ceil(${known} * 0.5 + ${apart})]::text
                   from ${relation} where ${all([rows, q`random() < 0.01`])}`,
    answer: ([[low, high] = [null, null]]) =>
      typeof low === "string" && typeof high === "string"
        ? middleBetween(column, rows, [low, high], answer)
        : middleOfAll(column, rows, answer),
  };
}

/** Where the sample was too small, or one of those few that do not speak for all. */
function middleOfAll(column: Column, rows: Sql | null, answer: Tell): Query {
  return {
    kind: "query",
    statement: q`select ${middleOfSorted(column, rows)}::text from ${relation}`,
    answer: ([found = []]) => answer(found),
  };
}

function middleBetween(column: Column, rows: Sql | null, ends: readonly [string, string], answer: Tell): Query {
  const subject = name(column.name);
  const [low, high] = [value("numeric", ends[0]), value("numeric", ends[1])];
  return {
    kind: "query",
    statement: q`select ${counted(q`${subject} is not null`, rows)}, ${counted(q`${subject} < ${low}`, rows)},
                        ${counted(q`${subject} <= ${high}`, rows)} from ${relation}`,
    answer: ([counts = []]) => {
      const [known = 0, below = 0, reached = 0] = counts.map(Number);
      const [lower, upper] = [Math.ceil(known / 2), Math.floor(known / 2) + 1];
      if (lower <= below || upper > reached) return middleOfAll(column, rows, answer);
      if (ends[0] === ends[1]) return answer([ends[0]]);
      const between = all([q`${subject} >= ${low}`, q`${subject} <= ${high}`, rows]);
      const skipped = value("int8", String(lower - below - 1));
      const taken = value("int8", String(upper - lower + 1));
      return {
        kind: "query",
        statement: q`select trim_scale((min(v) + max(v)) * 0.5)::text
                       from (select ${subject} as v from ${relation} where ${between}
                              order by 1 offset ${skipped} limit ${taken}) middle`,
        answer: ([found = []]) => answer(found),
      };
    },
  };
}
