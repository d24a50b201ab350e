import type { TableShape } from "../../core/columns.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import { type Attempt, attempt, attemptReading } from "../../postgres/connection/attempt.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { type RowsAsTexts, readAsTexts } from "../../postgres/connection/rows-as-texts.ts";
import { commas, parametersOf, q, relation, type Sql, toFragment, toText } from "../plan/sql.ts";

/** Where expectations are evaluated. */
export interface Place {
  tx: Transaction;
  /** The table that is read. */
  under: TableName;
  /** The table in the queries that are shown, quoted. */
  shownAs: string;
  shape: TableShape;
}

/** The values of some aggregates, or why one of them could not be had. */
export type Measured = Attempt<readonly unknown[]>;

export const wholeTable = q`${relation}`;

/** The rows of a statement, each an array of values; or why it failed. `foreign` ones leave nothing behind, whatever they do. */
export function select({ tx, under }: Pick<Place, "tx" | "under">, statement: Sql, foreign = false) {
  const run = foreign ? attemptReading : attempt;
  return run(tx, async (inner): Promise<unknown[][]> => [...(await toFragment(inner, statement, under).values())]);
}

/** The rows of a statement that a suite's author wrote, whatever their columns are; or why it failed. */
export function selectTexts({ tx, under }: Place, statement: Sql): Promise<Attempt<RowsAsTexts>> {
  return attemptReading(tx, (inner) => readAsTexts(toFragment(inner, statement, under)));
}

/**
 * Reads aggregates over the table, all by one scan; equal ones are computed once. What comes back gives the values of any
 * of them.
 */
export async function measure(
  place: Place,
  terms: readonly Sql[],
  from: Sql = wholeTable,
): Promise<(wanted: readonly Sql[]) => Measured> {
  const distinct = new Map(terms.map((term) => [toText(term, ""), term]));
  const values = await scan(place, [...distinct.values()], from);
  const byText = new Map([...distinct.keys()].map((text, at) => [text, values[at]]));
  return (wanted) => {
    const found = wanted.map((term) => byText.get(toText(term, "")) ?? { value: null });
    const failed = found.find((one) => "exception" in one);
    return failed ?? { value: found.map((one) => ("value" in one ? one.value : null)) };
  };
}

/** A target list has 1,664 places at most, and a statement takes 65,534 parameters. */
const widest = 1000;
const mostParameters = 60_000;

/** When the statement fails, it is halved until the aggregate that fails stands alone, and the others get their values. */
async function scan(place: Place, terms: readonly Sql[], from: Sql): Promise<Attempt<unknown>[]> {
  if (terms.length === 0) return [];
  const parameters = terms.reduce((count, term) => count + parametersOf(term), 0);
  if (terms.length === 1 || (terms.length <= widest && parameters <= mostParameters)) {
    const done = await select(place, q`select ${commas(terms)} from ${from}`);
    if ("value" in done) return terms.map((_, index) => ({ value: done.value[0]?.[index] }));
    if (terms.length === 1) return [done];
  }
  const half = Math.ceil(terms.length / 2);
  return [...(await scan(place, terms.slice(0, half), from)), ...(await scan(place, terms.slice(half), from))];
}
