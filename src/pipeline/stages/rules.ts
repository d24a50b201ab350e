import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import { isComputed } from "../../postgres/catalog/introspect.ts";
import type { RuledTable } from "../../postgres/catalog/ruled-tables.ts";
import { attempt } from "../../postgres/connection/attempt.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import type { Fragment } from "../../postgres/connection/fragments.ts";
import { whatKeepsFromExchange } from "../../postgres/live/exchange.ts";
import { orderedRules } from "../../postgres/live/waiting.ts";
import { brokenRows } from "../../postgres/rules/broken.ts";
import { givenUp } from "../../postgres/rules/given-up.ts";
import { orphanedRows } from "../../postgres/rules/orphans.ts";
import { heldRules, ringedRows } from "../../postgres/rules/rings.ts";
import { stagedRuleRows, type Untold } from "../../postgres/rules/rows.ts";
import { KeyFault } from "../drop/key-faults.ts";
import { parentsFor } from "../drop/past.ts";
import { brokenFrozen } from "../drop/rules/frozen-rules.ts";
import type { StageContext, Staged } from "./context.ts";

/**
 * Hold what is staged to the rules of its table before a live row is touched; which rows break them, and on which lines, is
 * found out after the rollback. Keys, and foreign keys that follow them, are left to the tables: those are broken by what is
 * written at once. A table without rules costs nothing.
 */
export async function requireRules(context: StageContext, staged: readonly Staged[]): Promise<void> {
  const { tx, tables, month, backfill, past } = context;
  const parents = parentsFor(month, backfill, past);
  const beside = parents.kind === "live";
  const rowsOf = ({ table, carried }: Staged, untold: Untold) => stagedRuleRows(table, carried, untold);
  for (const one of staged) {
    // What is to take the place of a snapshot may be the same, and is not written then.
    const freezing = { ...context, parents, all: staged, rowsOf, isGiven, restamp: false };
    for (const broken of brokenFrozen(one, freezing)) {
      await requireNone(tx, one.table, broken.rows);
    }
    const { table, carried } = one;
    for (const rule of table.live.rules) {
      // A domain's has been held by what took the rows in.
      if (rule.kind === "domain") continue;
      const isKnown = rule.columns.length > 0 && rule.columns.every((name) => isGiven(one, name));
      const drop = stagedRuleRows(table, carried, beside && !isKnown ? "live" : "default");
      await requireNone(tx, table, brokenRows(rule, drop, beside));
    }
    if (beside && (await isRinged(tx, table, carried))) throw new KeyFault("broken", table.name);
    for (const follower of beside ? table.live.followers : []) {
      await requireNone(tx, table, givenUp(follower, stagedRuleRows(table, carried, "live")));
    }
    const ownKeys = table.live.references.filter((reference) => !isOfKeys(table, reference, tables));
    for (const reference of [...ownKeys, ...table.live.partReferences]) {
      if (reference.isIdle) continue;
      const parent = staged.find(({ table: { live } }) => live.name === reference.parent.name);
      const isInDrop = parent !== undefined && parent.table.live.schema === reference.parent.schema;
      const parentRows = isInDrop ? stagedRuleRows(parent.table, parent.carried, "default") : null;
      const drop = stagedRuleRows(table, carried, "default");
      await requireNone(tx, table, orphanedRows(reference, drop, parentRows, { tables, parents }));
    }
  }
}

/** What goes round in a circle, where rows cannot be exchanged, would stop halfway. */
async function isRinged(tx: Transaction, table: RuledTable, carried: readonly string[]): Promise<boolean> {
  if (orderedRules(table).length === 0 || (await whatKeepsFromExchange(tx, table)) === null) return false;
  const drop = stagedRuleRows(table, carried, "live");
  const found = await attempt(tx, async (inner) => {
    const rules = await heldRules(inner, table, drop, carried);
    for await (const _ of ringedRows(inner, table, drop, rules)) return true;
    return false;
  });
  return "value" in found && found.value;
}

function isGiven({ table: { live }, carried }: Staged, name: string): boolean {
  return carried.includes(name) || isComputed(live, name);
}

/** True where the table's key is the key of a table of the dataset, as each live row's has to be. */
function isOfKeys(
  { live }: LoadTable,
  { columns, parent, parentColumns, isValid }: LoadTable["live"]["references"][number],
  tables: readonly LoadTable[],
): boolean {
  const to = tables.find((table) => table.name === parent.name && table.live.schema === parent.schema);
  return isValid && columns.join() === live.key.join() && parentColumns.join() === to?.live.key.join();
}

async function requireNone(tx: Transaction, { name }: LoadTable, broken: Fragment): Promise<void> {
  // All are counted: for the first one alone the planner, which knows nothing of the stage, would try them one by one.
  const found = await attempt(tx, async (inner) => {
    const [row] = await inner<{ broken: boolean }[]>`select count(*) > 0 as broken from (${broken}) broken`;
    return row?.broken === true;
  });
  // What cannot be told beforehand is held by the table itself, as the rows are written.
  if ("value" in found && found.value) throw new KeyFault("broken", name);
}
