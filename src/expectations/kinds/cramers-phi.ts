import { columnOf, type Entry, entry, OnPair } from "../plan/entry.ts";
import type { Answer } from "../plan/plan.ts";
import { all, name, q, relation, value } from "../plan/sql.ts";
import { comparable } from "../plan/values.ts";
import { mostListed } from "./column-sets.ts";

const Args = { ...OnPair, "threshold?": "number >= 0" } as const;
const usualThreshold = 0.1;

/** The expectation that two columns, read as categories, have little to do with each other. */
export const cramersPhi: readonly Entry[] = [
  entry("expect_column_pair_cramers_phi_value_to_be_less_than", Args, (args, scope) => {
    const threshold = args.threshold ?? usualThreshold;
    const a = comparable(columnOf(scope, "column_A", args.column_A));
    const b = comparable(columnOf(scope, "column_B", args.column_B));
    const present = [q`${name(args.column_A)} is not null`, q`${name(args.column_B)} is not null`];
    const where = all([...present, ...(scope.rows === null ? [] : [scope.rows])]);
    const limit = value("int8", String(mostListed + 1));
    return {
      kind: "query",
      statement: q`select dense_rank() over (order by a), dense_rank() over (order by b), times from (
                     select ${a} as a, ${b} as b, count(*) as times from ${relation} where ${where} group by 1, 2
                      limit ${limit}) g`,
      answer: (rows) =>
        answer(
          rows.map((row) => row.map(Number)),
          threshold,
        ),
    };
  }),
];

function answer(cells: readonly number[][], threshold: number): Answer {
  if (cells.length > mostListed) {
    return { success: false, exception: `there are more than ${mostListed} pairs of values: these are no categories` };
  }
  const counts: Counts = { cells: new Map(), rows: [], columns: [], total: 0 };
  for (const [row = 0, column = 0, times = 0] of cells) {
    counts.cells.set(`${row} ${column}`, times);
    counts.rows[row - 1] = (counts.rows[row - 1] ?? 0) + times;
    counts.columns[column - 1] = (counts.columns[column - 1] ?? 0) + times;
    counts.total += times;
  }
  const freedom = Math.min(counts.rows.length, counts.columns.length) - 1;
  if (freedom < 1)
    return { success: false, exception: "a column has fewer than two values, so there is no association" };
  const phi = Math.min(1, Math.sqrt(chiSquared(counts) / counts.total / freedom));
  return { success: phi <= threshold, observed: phi };
}

/** A contingency table: rows and columns counted from 1 in the cells' keys. */
interface Counts {
  cells: Map<string, number>;
  rows: number[];
  columns: number[];
  total: number;
}

/** Pearson's chi squared, with Yates' correction for a table of two by two, as scipy reckons it. */
function chiSquared({ cells, rows, columns, total }: Counts): number {
  const expected = (row: number, column: number) => ((rows[row - 1] ?? 0) * (columns[column - 1] ?? 0)) / total;
  if (rows.length === 2 && columns.length === 2) {
    // In a fourfold table every cell is as far from what is expected.
    const distance = Math.abs((cells.get("1 1") ?? 0) - expected(1, 1));
    const corrected = Math.max(0, distance - 0.5) ** 2;
    return [1, 2]
      .flatMap((row) => [1, 2].map((column) => corrected / expected(row, column)))
      .reduce((a, b) => a + b, 0);
  }
  let sum = 0;
  for (const [cell, times] of cells) {
    const [row = 0, column = 0] = cell.split(" ").map(Number);
    sum += times ** 2 / expected(row, column);
  }
  return Math.max(0, sum - total);
}
