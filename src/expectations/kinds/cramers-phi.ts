import { columnOf, type Entry, entry } from "../plan/entry.ts";
import type { Answer } from "../plan/plan.ts";
import { all, name, q, relation, value } from "../plan/sql.ts";
import { comparable } from "../plan/values.ts";
import { mostListed } from "./column-sets.ts";

/** The expectation that two columns, read as categories, have little to do with each other. */
export const cramersPhi: readonly Entry[] = [
  entry(
    "expect_column_pair_cramers_phi_value_to_be_less_than",
    { column_A: "string > 0", column_B: "string > 0", "threshold?": "number >= 0" },
    ({ column_A, column_B, threshold = 0.1 }, scope) => {
      const a = comparable(columnOf(scope, "column_A", column_A));
      const b = comparable(columnOf(scope, "column_B", column_B));
      const where = all([q`${name(column_A)} is not null`, q`${name(column_B)} is not null`, scope.rows]);
      return {
        kind: "query",
        statement: q`select dense_rank() over (order by a), dense_rank() over (order by b), times from (
                       select ${a} as a, ${b} as b, count(*) as times from ${relation} where ${where} group by 1, 2
                        limit ${value("int8", String(mostListed + 1))}) g`,
        answer: (rows) => {
          const cells = rows.map((row) => row.map(Number));
          return answer(cells, Number(threshold));
        },
      };
    },
  ),
];

function answer(cells: readonly number[][], threshold: number): Answer {
  if (cells.length > mostListed) {
    return { exception: `there are more than ${mostListed} pairs of values: these are no categories` };
  }
  const rows: number[] = [];
  const columns: number[] = [];
  for (const [row = 0, column = 0, times = 0] of cells) {
    rows[row] = (rows[row] ?? 0) + times;
    columns[column] = (columns[column] ?? 0) + times;
  }
  // Ranks count from 1.
  const freedom = Math.min(rows.length, columns.length) - 2;
  if (freedom < 1) return { exception: "a column has fewer than two values, so there is no association" };
  const total = cells.reduce((sum, [, , times = 0]) => sum + times, 0);
  const expected = (row: number, column: number) => ((rows[row] ?? 0) * (columns[column] ?? 0)) / total;
  const isFourfold = rows.length === 3 && columns.length === 3;
  const chiSquared = isFourfold ? yates(cells, expected) : pearson(cells, expected) - total;
  const phi = Math.min(1, Math.sqrt(Math.max(0, chiSquared) / total / freedom));
  return { success: phi <= threshold, observed: phi };
}

type Expected = (row: number, column: number) => number;

/** The sum of which Pearson's chi squared is what goes beyond the number of all rows. */
function pearson(cells: readonly number[][], expected: Expected): number {
  return cells.reduce((sum, [row = 0, column = 0, times = 0]) => sum + times ** 2 / expected(row, column), 0);
}

/** Chi squared of a table of two by two, with Yates' correction, as scipy reckons it. */
function yates(cells: readonly number[][], expected: Expected): number {
  // In a fourfold table every cell is as far from what is expected.
  const [, , times = 0] = cells.find(([row, column]) => row === 1 && column === 1) ?? [];
  const corrected = Math.max(0, Math.abs(times - expected(1, 1)) - 0.5) ** 2;
  const all = [expected(1, 1), expected(1, 2), expected(2, 1), expected(2, 2)];
  return all.reduce((sum, one) => sum + corrected / one, 0);
}
