import { type Compiled, isRowCheck, type RowCheck } from "../plan/plan.ts";
import { screenOf, unexpectedRows } from "../plan/screen.ts";
import { counted, name, q, type Sql, value } from "../plan/sql.ts";
import { type Measured, measure, type Place, wholeTable } from "./select.ts";

/** A screen tells of so many checks which of them some row fails: one bit of an int8 each, its sign left out. */
const widestScreen = 63;

/**
 * What one scan of the table tells of each expectation: its aggregates' values; for a row check those of `rowTerms`. Checks
 * that allow no exception are screened together; only those that the screen finds to fail are counted, by a second scan.
 */
export async function scanTable(place: Place, compiled: readonly Compiled[]): Promise<ReadonlyMap<Compiled, Measured>> {
  const screened = compiled.filter(isScreened);
  const screens = Array.from({ length: Math.ceil(screened.length / widestScreen) }, (_, at) => {
    const checks = screened.slice(at * widestScreen, (at + 1) * widestScreen);
    return { checks, bits: failedBits(checks) };
  });
  const required = new Set(place.shape.columns.filter(({ nullable }) => !nullable).map((column) => column.name));
  const refusing = new Map(screened.filter(({ plan }) => plan.refusesNulls).map((one) => [firstColumn(one), one]));
  // A screened check need not count the NULLs of a column in which the screen finds none.
  const certain = required.union(refusing);
  const asked = compiled.flatMap((one) => {
    if (isScreened(one)) return [{ one, terms: rowTerms(one, q`0`, certain) }];
    if (isScanned(one)) return [{ one, terms: rowTerms(one, unexpectedTerm(one), required) }];
    return one.plan.kind === "aggregate" && !one.plan.sorts ? [{ one, terms: one.plan.terms }] : [];
  });
  const first = await measure(place, [...screens.map(({ bits }) => bits), ...asked.flatMap(({ terms }) => terms)]);
  const failed = screens.map(({ checks, bits }) => ({ checks, found: first([bits]) }));
  const unexpected = await countFailed(place, failed);
  const answered = asked.map(({ one, terms }): [Compiled, Measured] => {
    if (!isScreened(one)) return [one, first(terms)];
    const isCertain = one.plan.countsNulls || one.plan.judged !== null || required.has(firstColumn(one));
    const nulls = isCertain ? undefined : refusing.get(firstColumn(one));
    return [one, together(first(terms), unexpected.get(one), nulls && unexpected.get(nulls))];
  });
  return new Map(answered);
}

/** Which of the checks some row fails, as bits; all in one aggregate, so that a row as expected is screened once. */
function failedBits(checks: readonly Compiled<RowCheck>[]): Sql {
  const bits = checks.map(({ plan }, at) => {
    const bit = value("int8", String(1n << BigInt(at)));
    return q`case when ${unexpectedRows(plan, null)} then ${bit} else 0 end`;
  });
  const screen = screenOf(checks.map(({ plan }) => plan));
  return q`coalesce(bit_or(${bits.reduce((joined, next) => q`${joined} | ${next}`)}) filter (where ${screen}), 0)::text`;
}

/** The unexpected rows of the checks that failed their screen, counted by a scan of the rows that fail any of them. */
async function countFailed(
  place: Place,
  screens: readonly { checks: readonly Compiled<RowCheck>[]; found: Measured }[],
): Promise<Map<Compiled, Measured>> {
  const failed = screens.flatMap(({ checks, found }) => {
    if ("exception" in found) return checks;
    const bits = BigInt(String(found.value[0]));
    return checks.filter((_, at) => bits & (1n << BigInt(at)));
  });
  // A screen that cannot be computed is taken apart: the check that is to blame fails alone.
  const isComputable = screens.every(({ found }) => "value" in found);
  const rows = isComputable ? q`${wholeTable} where ${screenOf(failed.map(({ plan }) => plan))}` : wholeTable;
  const found = await measure(place, failed.map(unexpectedTerm), rows);
  return new Map(failed.map((one) => [one, found([unexpectedTerm(one)])]));
}

/** What the first scan told of a check, with the unexpected rows and the NULLs that the second one counted. */
function together(first: Measured, unexpected: Measured | undefined, nulls: Measured | undefined): Measured {
  for (const one of [first, unexpected, nulls]) if (one !== undefined && "exception" in one) return one;
  const numberOf = (one: Measured | undefined, at: number) => Number(one && "value" in one ? one.value[at] : 0);
  return { value: [numberOf(first, 0), numberOf(first, 1) - numberOf(nulls, 0), numberOf(unexpected, 0)] };
}

/** What sorts or needs rows of its own would keep the scan from being one. */
function isScanned(one: Compiled): one is Compiled<RowCheck> {
  return isRowCheck(one) && one.plan.from === undefined && one.plan.counts === undefined;
}

function isScreened(one: Compiled): one is Compiled<RowCheck> {
  return isScanned(one) && one.plan.mostly === 1 && one.rows === null;
}

function firstColumn({ plan }: Compiled<RowCheck>): string {
  return plan.columns[0] ?? "";
}

/** Rows the check speaks of, rows it judges, and rows it finds unexpected. `certain` columns hold no NULL. */
export function rowTerms(one: Compiled<RowCheck>, unexpected: Sql, certain: ReadonlySet<string>): readonly Sql[] {
  const { plan, rows } = one;
  const isCertain = plan.countsNulls || (plan.judged === null && certain.has(firstColumn(one)));
  const judged = plan.judged ?? q`${name(firstColumn(one))} is not null`;
  return [counted(rows), isCertain ? counted(rows) : counted(rows, judged), unexpected];
}

export function unexpectedTerm({ plan, rows }: Compiled<RowCheck>): Sql {
  return counted(unexpectedRows(plan, rows));
}
