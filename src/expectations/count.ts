import type { TableShape } from "../core/columns.ts";
import type { Attempt } from "../postgres/attempt.ts";
import type { Transaction } from "../postgres/connect.ts";
import type { TableName } from "../postgres/introspect.ts";
import type { Compiled } from "./compile.ts";
import { measure, wholeTable } from "./measure.ts";
import type { RowCheck } from "./plan.ts";
import { unexpectedRows } from "./row-check.ts";
import { screenOf } from "./screen.ts";
import { all, name, q, type Sql } from "./sql.ts";

/** What the scan found for an expectation: its aggregates' values; for a row check those of `rowTerms`. */
export type Scanned = Attempt<readonly unknown[]>;

/**
 * Everything that one scan of the table tells: the aggregates, and how many rows each check looked at and found
 * unexpected. Checks that allow no exception are screened together first; only when some rows fail the screen, these
 * rows are counted check by check, by a second scan.
 */
export async function scanTable(
  tx: Transaction,
  under: TableName,
  shape: TableShape,
  compiled: readonly Compiled[],
): Promise<ReadonlyMap<Compiled | "screen", Scanned>> {
  const screened = compiled.filter(isScreened);
  const required = shape.columns.filter((column) => !column.nullable).map((column) => column.name);
  const refused = new Map(screened.flatMap((one) => (one.plan.refusesNulls ? [[one.plan.columns[0] ?? "", one]] : [])));
  const screen = screenOf(screened.map(({ plan }) => plan));
  // A screened check need not count the NULLs of a column in which the screen finds none.
  const requests = compiled.flatMap((one) =>
    termsOf(one, isScreened(one) ? [...required, ...refused.keys()] : required, q`0`),
  );
  if (requests.length === 0) return new Map();
  const failing = { owner: "screen", terms: [q`count(*) filter (where ${screen})`] } as const;
  const first = await ask<Compiled | "screen">(tx, under, [failing, ...requests]);
  const found = first.get("screen");
  if (found !== undefined && "value" in found && found.value[0] === 0) return first;
  // A screen that cannot be computed is taken apart: the check that is to blame fails alone.
  const rows = found !== undefined && "value" in found ? q`${wholeTable} where ${screen}` : wholeTable;
  const second = await ask(
    tx,
    under,
    screened.map((one) => ({ owner: one, terms: [unexpectedTerm(one)] })),
    rows,
  );
  const counted = screened.map((one) => {
    const isCertain = one.plan.countsNulls || one.plan.judged !== null || required.includes(one.plan.columns[0] ?? "");
    const nulls = isCertain ? undefined : refused.get(one.plan.columns[0] ?? "");
    return [one, together(first.get(one), second.get(one), nulls && second.get(nulls))] as const;
  });
  return new Map([...first, ...counted]);
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
