import type { Drift, DriftLimits, FigureName } from "../../../src/core/drift.ts";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { beyondOf, meanOf, missingOf, psiOfMany, variationOfMany } from "../../helpers/distances.ts";
import { cellsOf, columns, from, to, type WideColumn } from "./wide.ts";

/** A figure as all rows have it, by an independent computation. */
type Exact = Partial<Record<FigureName, number>>;

async function exactFigures(sql: Sql, column: WideColumn): Promise<Exact> {
  const [before, after] = [await cellsOf(sql, column, from), await cellsOf(sql, column, to)];
  const missing = missingOf(numbersOf(before), numbersOf(after)) ?? 0;
  if (["plan", "ticket", "born", "active"].includes(column)) return { tv: variationOfMany(before, after), missing };
  const [p, q] = [before as (number | null)[], after as (number | null)[]];
  const [beyond, mean] = [beyondOf(p, q), meanOf(p, q)];
  return { psi: psiOfMany(p, q), missing, ...(beyond !== null && { beyond }), ...(mean !== null && { mean }) };
}

const numbersOf = (cells: readonly (number | string | null)[]) => cells.map((cell) => (cell === null ? null : 0));

export interface Verdict {
  false: string[];
  missed: string[];
  /** Figures at or beyond their limit that were told. */
  right: number;
  /** Of these and of those that are not, how many were within a fifth of the limit. */
  close: number;
}

/** Hold what was told against what is: false below the limit, missed beyond 1.2 times the limit. */
export async function judge(
  sql: Sql,
  told: readonly { column: string; drifts: readonly Drift[] }[],
  limits: Required<DriftLimits>,
): Promise<Verdict> {
  const verdict: Verdict = { false: [], missed: [], right: 0, close: 0 };
  for (const column of columns) {
    const drifts = told.find((one) => one.column === column)?.drifts ?? [];
    for (const [figure, value] of Object.entries(await exactFigures(sql, column)) as [FigureName, number][]) {
      const limit = figure === "tv" ? limits.psi : limits[figure];
      const isTold = drifts.some((drift) => drift.figure === figure);
      const line = `${column}: ${figure} ${value.toFixed(4)} of ${limit}`;
      if (isTold && value < limit * (1 - 1e-9)) verdict.false.push(line);
      if (!isTold && value >= 1.2 * limit) verdict.missed.push(line);
      if (isTold && value >= limit) verdict.right++;
      if (Math.abs(value / limit - 1) < 0.2) verdict.close++;
    }
  }
  return verdict;
}
