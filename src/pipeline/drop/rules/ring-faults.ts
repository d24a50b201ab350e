import { redact } from "../../../core/secrets/secrets.ts";
import type { PartsTally } from "../../../csv/parts/tally.ts";
import { attempt } from "../../../postgres/connection/attempt.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import { whatKeepsFromExchange } from "../../../postgres/live/exchange.ts";
import { orderedRules } from "../../../postgres/live/waiting.ts";
import { heldRules, ringedRows } from "../../../postgres/rules/rings.ts";
import { type Collected, isGiven, rowsOf } from "./collected.ts";
import type { Unheld } from "./rule-faults.ts";

/** Tell the rows that go round in a circle with what is unique, where the table does not let them be exchanged. */
export async function tellRinged(tx: Transaction, one: Collected, tally: PartsTally): Promise<Unheld[]> {
  const { table } = one;
  const carried = table.live.columns.map(({ name }) => name).filter((name) => isGiven(one, name));
  const obstacle = orderedRules(table).length === 0 ? null : await whatKeepsFromExchange(tx, table);
  if (obstacle === null) return [];
  const drop = rowsOf(one, "live");
  const found = await attempt(tx, async (inner) => {
    const rules = await heldRules(inner, table, drop, carried);
    for await (const { line, other, shown, rule: at } of ringedRows(inner, table, drop, rules)) {
      const rule = rules[at];
      if (rule === undefined || line === null || other === null) continue;
      const reason = `${rule.name} has it once, and until the row on ${tally.inWords(other)} is written that has it; so it goes round, and ${table.name} does not let rows be exchanged: ${obstacle}`;
      tally.add("values_circle", redact(reason), line, rule.columns.join(", "), shown ?? undefined);
    }
  });
  if ("value" in found) return [];
  return [{ table: table.name, rule: "whether its rows exchange what is unique", why: found.exception }];
}
