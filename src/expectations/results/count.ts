import type { TableShape } from "../../core/columns.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import { type Attempt, attempt, attemptReading } from "../../postgres/connection/attempt.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import type { Compiled, RowCheck } from "../plan/plan.ts";
import { screenOf, unexpectedRows } from "../plan/row-check.ts";
import { all, commas, name, q, relation, type Sql, toFragment, toText, value } from "../plan/sql.ts";

/** What the scan found for an expectation: its aggregates' values; for a row check those of `rowTerms`. */
export type Scanned = Attempt<readonly unknown[]>;

/** A screen tells of so many checks which of them some row fails: one bit of an int8 each, its sign left out. */
const widestScreen = 63;

/**
 * Everything that one scan of the table tells: the aggregates, and how many rows each check looked at and found
 * unexpected. Checks that allow no exception are screened together; only those that the screen finds to fail are
 * counted, by a second scan.
 */
export async function scanTable(
  tx: Transaction,
  under: TableName,
  shape: TableShape,
  compiled: readonly Compiled[],
): Promise<ReadonlyMap<Compiled, Scanned>> {
  const screened = compiled.filter(isScreened);
  const screens = chunks(screened, widestScreen);
  const required = shape.columns.filter((column) => !column.nullable).map((column) => column.name);
  const refused = new Map(screened.flatMap((one) => (one.plan.refusesNulls ? [[one.plan.columns[0] ?? "", one]] : [])));
  // A screened check need not count the NULLs of a column in which the screen finds none.
  const certain = [...required, ...refused.keys()];
  const requests = compiled.flatMap((one) => termsOf(one, isScreened(one) ? certain : required, q`0`));
  const asked = screens.map((checks) => ({ owner: checks, terms: [failedBits(checks)] }));
  const first = await ask<Compiled | readonly Counted[]>(tx, under, [...asked, ...requests]);
  const second = await countFailed(tx, under, new Map(screens.map((checks) => [checks, first.get(checks)])));
  const found = requests.map(({ owner }) => [owner, first.get(owner) ?? { value: [] }] as const);
  const counted = screened.map((one) => {
    const isCertain = one.plan.countsNulls || one.plan.judged !== null || required.includes(one.plan.columns[0] ?? "");
    const nulls = isCertain ? undefined : refused.get(one.plan.columns[0] ?? "");
    return [one, together(first.get(one), second.get(one), nulls && second.get(nulls))] as const;
  });
  return new Map([...found, ...counted]);
}

/** The unexpected rows of the checks that failed their screen, counted by a scan of the rows that fail any of them. */
async function countFailed(
  tx: Transaction,
  under: TableName,
  screens: ReadonlyMap<readonly Counted[], Scanned | undefined>,
): Promise<Map<Counted, Scanned>> {
  const answers = [...screens].map(([checks, found]) => ({ checks, bits: bitsOf(found) }));
  const failed = answers.flatMap(({ checks, bits }) =>
    checks.filter((_, at) => bits === null || bits & (1n << BigInt(at))),
  );
  // A screen that cannot be computed is taken apart: the check that is to blame fails alone.
  const isComputable = answers.every(({ bits }) => bits !== null);
  const rows = isComputable ? q`${wholeTable} where ${screenOf(failed.map(({ plan }) => plan))}` : wholeTable;
  const requests = failed.map((one) => ({ owner: one, terms: [unexpectedTerm(one)] }));
  return ask(tx, under, requests, rows);
}

/** Which of the checks some row fails, as bits; all in one aggregate, so that a row as expected is screened once. */
function failedBits(checks: readonly Counted[]): Sql {
  const bits = checks.map((one, at) => q`case when ${unexpectedRows(one.plan, null)} then ${bit(at)} else 0 end`);
  const screen = screenOf(checks.map(({ plan }) => plan));
  return q`coalesce(bit_or(${bits.reduce((joined, next) => q`${joined} | ${next}`)}) filter (where ${screen}), 0)::text`;
}

function bit(at: number): Sql {
  return value("int8", String(1n << BigInt(at)));
}

/** Null when the screen could not be computed. */
function bitsOf(found: Scanned | undefined): bigint | null {
  return found !== undefined && "value" in found ? BigInt(String(found.value[0])) : null;
}

/** What the first scan told of a check, with the unexpected rows and the NULLs that the second one counted. */
function together(first: Scanned | undefined, unexpected: Scanned | undefined, nulls: Scanned | undefined): Scanned {
  for (const one of [first, unexpected, nulls]) if (one !== undefined && "exception" in one) return one;
  const numberOf = (one: Scanned | undefined, at: number) => Number(one && "value" in one ? one.value[at] : 0);
  return { value: [numberOf(first, 0), numberOf(first, 1) - numberOf(nulls, 0), numberOf(unexpected, 0)] };
}

interface Request<Owner> {
  owner: Owner;
  terms: readonly Sql[];
}

/** All terms of all requests from one scan; a request whose own term fails, fails. */
async function ask<Owner>(
  tx: Transaction,
  under: TableName,
  requests: readonly Request<Owner>[],
  rows: Sql = wholeTable,
): Promise<Map<Owner, Scanned>> {
  const values = await measure(
    tx,
    under,
    requests.flatMap(({ terms }) => terms),
    rows,
  );
  let at = 0;
  return new Map(
    requests.map(({ owner, terms }) => {
      const own = values.slice(at, at + terms.length);
      at += terms.length;
      const failed = own.find((one) => "exception" in one);
      return [owner, failed ?? { value: own.map((one) => ("value" in one ? one.value : null)) }] as const;
    }),
  );
}

/** What an expectation wants of the scan; `unexpected` stands for the count of a check that is screened. */
function termsOf(one: Compiled, certain: readonly string[], unexpected: Sql): Request<Compiled>[] {
  const { plan } = one;
  if (plan.kind === "aggregate" && !plan.sorts) return [{ owner: one, terms: plan.terms }];
  if (!isCounted(one)) return [];
  return [{ owner: one, terms: rowTerms(one, certain, isScreened(one) ? unexpected : unexpectedTerm(one)) }];
}

type Counted = Compiled & { plan: RowCheck };

function isCounted(one: Compiled): one is Counted {
  return one.plan.kind === "rows" && !one.plan.alone;
}

function isScreened(one: Compiled): one is Counted {
  return isCounted(one) && one.plan.mostly === 1 && one.rows === null;
}

/** Rows the check speaks of, rows it judges, and rows it finds unexpected. `certain` columns hold no NULL. */
export function rowTerms({ plan, rows }: Counted, certain: readonly string[], unexpected: Sql): readonly Sql[] {
  const elements = counting(rows);
  const [column = ""] = plan.columns;
  if (plan.countsNulls) return [elements, elements, unexpected];
  if (plan.judged !== null) return [elements, counting(rows, plan.judged), unexpected];
  return [elements, certain.includes(column) ? elements : counting(rows, q`${name(column)} is not null`), unexpected];
}

export function unexpectedTerm({ plan, rows }: Counted): Sql {
  return q`count(*) filter (where ${unexpectedRows(plan, rows)})`;
}

function counting(...conditions: readonly (Sql | null)[]): Sql {
  const present = conditions.filter((condition) => condition !== null);
  return present.length === 0 ? q`count(*)` : q`count(*) filter (where ${all(present)})`;
}

function chunks<One>(all: readonly One[], size: number): (readonly One[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}

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
