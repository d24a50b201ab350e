import type { FaultCode } from "../../../core/faults.ts";
import { redact } from "../../../core/secrets/secrets.ts";
import type { PartsTally } from "../../../csv/parts/tally.ts";
import { isComputed } from "../../../postgres/catalog/introspect.ts";
import type { Rule } from "../../../postgres/catalog/rules.ts";
import { attempt } from "../../../postgres/connection/attempt.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import type { Fragment } from "../../../postgres/connection/fragments.ts";
import { fetched } from "../../../postgres/live/row-lines.ts";
import { brokenRows } from "../../../postgres/rules/broken.ts";
import { givenUp } from "../../../postgres/rules/given-up.ts";
import { errorOf, rowByRow } from "../../../postgres/rules/row-by-row.ts";
import type { RuleRows } from "../../../postgres/rules/rows.ts";
import { type Collected, rowsOf } from "./collected.ts";

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

const codes: Record<Rule["kind"], FaultCode> = {
  check: "check_broken",
  domain: "check_broken",
  unique: "unique_repeated",
  exclusion: "rows_excluded",
};

/** Without a password: how a rule is called is a matter of whoever made it. */
function reasonOf(rule: Rule, other: number | null, tally: PartsTally): string {
  return redact(reasonInWords(rule, other, tally));
}

function reasonInWords(rule: Rule, other: number | null, tally: PartsTally): string {
  if (rule.kind === "check" || rule.kind === "domain") return `against ${rule.name}, CHECK ${rule.expression}`;
  const place = other === null ? "in a live row that the drop has not" : `on ${tally.inWords(other)}`;
  if (rule.kind === "unique") return `${rule.name} has it once, and it stands ${place} already`;
  return `${rule.name} keeps it apart from the row ${other === null ? "that is live and not in the drop" : place}`;
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
    const isKnown = rule.columns.every((column) => {
      const index = live.columns.findIndex((one) => one.name === column);
      return one.columns.includes(index) || one.lapsed.includes(column) || isComputed(live, column);
    });
    const drop = rowsOf(one, beside && !(isKnown && rule.columns.length > 0));
    const tell = ({ line, other, shown }: Broken) =>
      tally.add(
        codes[rule.kind],
        reasonOf(rule, other, tally),
        line ?? undefined,
        rule.columns.join(", ") || undefined,
        shown ?? undefined,
      );
    const why = await tellBroken(tx, brokenRows(rule, drop, beside && !one.isTorn), tell);
    if (why === null) continue;
    if (!isOfData(why.state)) unheld.push({ table: name, rule: rule.name, why: why.exception });
    else if (!(await tellRowByRow(tx, rule, drop, tally)))
      tally.add("check_broken", redact(`${rule.name} cannot be told: ${why.exception}`));
  }
  if (!beside || one.isTorn) return unheld;
  for (const follower of live.followers) {
    const { child, parentColumns } = follower;
    const reason = redact(`rows of ${child.name} refer to what it has so far, as ${follower.name} has it`);
    const tell = ({ line, shown }: Broken) =>
      tally.add("key_in_use", reason, line ?? undefined, parentColumns.join(", "), shown ?? undefined);
    const why = await tellBroken(tx, givenUp(follower, rowsOf(one, true)), tell);
    if (why !== null) unheld.push({ table: name, rule: follower.name, why: why.exception });
  }
  return unheld;
}

/** Tell the rows of which a rule cannot be told, and those that break it; false where there are none to be found. */
async function tellRowByRow(tx: Transaction, rule: Rule, drop: RuleRows, tally: PartsTally): Promise<boolean> {
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

function unknownOf(rule: Rule, words: string): string {
  return redact(`${rule.name} cannot be told of it: ${words}`);
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
function isOfData(state = ""): boolean {
  return /^(?:21|22|38|P0)/.test(state);
}
