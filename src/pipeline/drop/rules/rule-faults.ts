import type { FaultCode } from "../../../core/faults.ts";
import { redact } from "../../../core/secrets/secrets.ts";
import type { PartsTally } from "../../../csv/parts/tally.ts";
import type { Rule } from "../../../postgres/catalog/rules.ts";
import { attempt } from "../../../postgres/connection/attempt.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import type { Fragment } from "../../../postgres/connection/fragments.ts";
import { fetched } from "../../../postgres/live/row-lines.ts";
import { brokenRows } from "../../../postgres/rules/broken.ts";
import { givenUp } from "../../../postgres/rules/given-up.ts";
import { errorOf, rowByRow } from "../../../postgres/rules/row-by-row.ts";
import { type RuleRows, readsUnknown } from "../../../postgres/rules/rows.ts";
import { type Collected, isGiven, rowsOf } from "./collected.ts";

/** A rule that nobody could hold the drop to, and why. */
export interface Unheld {
  table: string;
  rule: string;
  why: string;
}

/** A row that breaks a rule: see brokenRows. */
interface Broken {
  line: number | null;
  other: number | null;
  shown: string | null;
}

const byDefault = "it reads what new rows have by a default that is known once they are written";

const codes: Record<Rule["kind"], FaultCode> = {
  check: "check_broken",
  needed: "null_forbidden",
  domain: "check_broken",
  unique: "unique_repeated",
  exclusion: "rows_excluded",
};

/** A rule; where it is not the live table's own, with what demands it. */
export type ToldRule = Rule & { of?: string };

/** Without a password: how a rule is called is a matter of whoever made it. */
function reasonOf(rule: ToldRule, other: number | null, tally: PartsTally): string {
  return redact(reasonInWords(rule, other, tally));
}

function nameOf({ name, of }: ToldRule): string {
  return of === undefined ? name : `${name} of ${of}`;
}

function reasonInWords(rule: ToldRule, other: number | null, tally: PartsTally): string {
  const name = nameOf(rule);
  if (rule.kind === "check" || rule.kind === "domain") return `against ${name}, CHECK ${rule.expression}`;
  if (rule.kind === "needed") return `${name} wants a value (NOT NULL)`;
  const isFrozen = rule.of !== undefined;
  if (other !== null) {
    const place = tally.inWords(other);
    if (rule.kind === "unique") return `${name} has it once, and it stands on ${place} already`;
    return `${name} keeps it apart from the row on ${place}`;
  }
  const there = isFrozen ? "a row of another date" : "a live row that the drop has not";
  if (rule.kind === "unique") return `${name} has it once, and it stands in ${there} already`;
  return `${name} keeps it apart from ${isFrozen ? there : "the row that is live and not in the drop"}`;
}

/** `beside` is false where what is live is of a later month. */
export async function tellRules(
  tx: Transaction,
  one: Collected,
  beside: boolean,
  tally: PartsTally,
): Promise<Unheld[]> {
  const unheld: Unheld[] = [];
  const { live, name } = one.table;
  for (const rule of live.rules) {
    const isKnown = rule.columns.length > 0 && rule.columns.every((column) => isGiven(one, column));
    const drop = rowsOf(one, beside && !isKnown ? "live" : "default");
    const why = await tellRule(tx, rule, drop, brokenRows(rule, drop, beside && !one.isTorn), tally);
    if (why !== null) unheld.push({ table: name, rule: rule.name, why });
    // A default that differs each time is made for what is unique.
    else if (rule.kind !== "unique" && readsUnknown(drop, rule.columns))
      unheld.push({ table: name, rule: rule.name, why: byDefault });
  }
  if (!beside || one.isTorn) return unheld;
  for (const follower of live.followers) {
    const { child, parentColumns } = follower;
    const reason = redact(`rows of ${child.name} refer to what it has so far, as ${follower.name} has it`);
    const tell = ({ line, shown }: Broken) =>
      tally.add("key_in_use", reason, line ?? undefined, parentColumns.join(", "), shown ?? undefined);
    const why = await tellBroken(tx, givenUp(follower, rowsOf(one, "live")), tell);
    if (why !== null) unheld.push({ table: name, rule: follower.name, why: why.exception });
  }
  return unheld;
}

/** Tell the rows that break a rule; what kept the server from holding them to it, null where nothing did. */
export async function tellRule(
  tx: Transaction,
  rule: ToldRule,
  drop: RuleRows,
  broken: Fragment,
  tally: PartsTally,
): Promise<string | null> {
  const tell = ({ line, other, shown }: Broken) =>
    tally.add(
      codes[rule.kind],
      reasonOf(rule, other, tally),
      line ?? undefined,
      rule.columns.join(", ") || undefined,
      shown ?? undefined,
    );
  const why = await tellBroken(tx, broken, tell);
  if (why === null) return null;
  if (!isOfData(why.state)) return why.exception;
  if (!(await tellRowByRow(tx, rule, drop, tally)))
    tally.add("check_broken", redact(`${nameOf(rule)} cannot be told: ${why.exception}`));
  return null;
}

/** Tell the rows of which a rule cannot be told, and those that break it; false where there are none to be found. */
async function tellRowByRow(tx: Transaction, rule: ToldRule, drop: RuleRows, tally: PartsTally): Promise<boolean> {
  const { wordsOf } = await import("../../../postgres/remedies/remedies.ts");
  const columns = rule.columns.join(", ") || undefined;
  let isTold = false;
  // Rows that were there before such a rule may break it, and may be the ones that it cannot be told of.
  if (rule.kind === "check" && !rule.isValid) return false;
  await attempt(tx, async (inner) => {
    for await (const row of rowByRow(inner, rule, drop)) {
      const why = row.state === null ? reasonOf(rule, null, tally) : unknownOf(rule, wordsOf(errorOf(row)));
      tally.add("check_broken", why, row.line, columns, row.shown ?? undefined);
      isTold = true;
    }
  });
  return isTold;
}

function unknownOf(rule: ToldRule, words: string): string {
  return redact(`${nameOf(rule)} cannot be told of it: ${words}`);
}

/** Tell each row of a statement, by its line; what kept the server from finding them, null where nothing did. */
export async function tellBroken(
  tx: Transaction,
  broken: Fragment,
  tell: (row: Broken) => void,
): Promise<{ exception: string; state?: string } | null> {
  const found = await attempt(tx, async (inner) => {
    const all = inner<Broken[]>`
      select line, other, shown from (${broken}) broken where line is not null order by line`;
    for await (const some of all.cursor(fetched)) some.forEach(tell);
  });
  return "exception" in found ? found : null;
}

/** SQLSTATE classes of what a row's own values lead to, in an expression that is sound. */
export function isOfData(state = ""): boolean {
  return /^(?:21|22|23|38|P0)/.test(state);
}
