import { type Attempt, attempt, attemptReading } from "../postgres/attempt.ts";
import type { Transaction } from "../postgres/connect.ts";
import type { TableName } from "../postgres/introspect.ts";
import { commas, q, relation, type Sql, toFragment, toText } from "./sql.ts";

/** A target list has 1,664 places at most, and a statement takes 65,534 parameters. */
const widest = 1000;
const mostParameters = 60_000;

export const wholeTable = q`${relation}`;

/**
 * The values of aggregates over the table, all from one scan; equal ones are computed once. When the statement fails,
 * it is halved until the aggregate that fails stands alone, and the others get their values.
 */
export async function measure(
  tx: Transaction,
  under: TableName,
  terms: readonly Sql[],
  from: Sql = wholeTable,
): Promise<Attempt<unknown>[]> {
  const texts = terms.map((term) => toText(term, ""));
  const distinct = new Map(terms.map((term, index) => [texts[index] ?? "", term]));
  const values = await scan(tx, under, [...distinct.values()], from);
  const byText = new Map([...distinct.keys()].map((text, index) => [text, values[index]]));
  return texts.map((text) => byText.get(text) ?? { value: null });
}

async function scan(tx: Transaction, under: TableName, terms: readonly Sql[], from: Sql): Promise<Attempt<unknown>[]> {
  if (terms.length === 0) return [];
  if (terms.length === 1 || (terms.length <= widest && parameters(terms) <= mostParameters)) {
    const done = await select(tx, under, q`select ${commas(terms)} from ${from}`);
    if ("value" in done) return terms.map((_, index) => ({ value: done.value[0]?.[index] }));
    if (terms.length === 1) return [done];
  }
  const half = Math.ceil(terms.length / 2);
  return [...(await scan(tx, under, terms.slice(0, half), from)), ...(await scan(tx, under, terms.slice(half), from))];
}

/** The rows of a statement, each an array of values; or why it failed. */
export function select(tx: Transaction, under: TableName, statement: Sql): Promise<Attempt<unknown[][]>> {
  return attempt(tx, async (inner) => [...(await toFragment(inner, statement, under).values())]);
}

/** The rows of a statement that somebody else wrote: whatever it does, it leaves nothing behind. */
export function selectForeign(tx: Transaction, under: TableName, statement: Sql): Promise<Attempt<unknown[][]>> {
  return attemptReading(tx, async (inner) => [...(await toFragment(inner, statement, under).values())]);
}

function parameters(terms: readonly Sql[]): number {
  return terms.reduce((count, term) => count + term.values, 0);
}
