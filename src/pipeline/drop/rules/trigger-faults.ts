import { redact } from "../../../core/secrets/secrets.ts";
import type { PartsTally } from "../../../csv/parts/tally.ts";
import { attempt, rolledBack } from "../../../postgres/connection/attempt.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import { errorOf } from "../../../postgres/rules/row-by-row.ts";
import type { RuleRows } from "../../../postgres/rules/rows.ts";
import { firedFor, type Refusal } from "../../../postgres/rules/trigger-trial.ts";
import { isOfData, type Unheld } from "./rule-faults.ts";

/**
 * Tell the rows that triggers refuse, of a table as its rows would be live, or frozen. What the triggers do is undone. Whether one
 * would refuse the same in the table itself only a run finds out: it may look at what is not there.
 */
export async function tellRefused(tx: Transaction, drop: RuleRows, tally: PartsTally): Promise<Unheld[]> {
  const { name, triggers } = drop.table.live;
  if (triggers.length === 0) return [];
  const { wordsOf } = await import("../../../postgres/remedies/remedies.ts");
  const { functionOf } = await import("../../../postgres/remedies/server-words.ts");
  const unheld: Unheld[] = [];
  const refuse = (refusal: Refusal) => {
    const error = errorOf(refusal);
    const inside = functionOf(error)?.split(".").at(-1);
    const trigger = triggers.find((one) => one.function === inside);
    if (trigger !== undefined && refusal.line !== null && isOfData(refusal.state)) {
      const { column, constraint, shown } = refusal;
      const by = constraint === null ? "" : ` for ${constraint}`;
      const reason = `the trigger ${trigger.name} of ${trigger.of}, by its function ${trigger.function}, refuses the row${by}`;
      tally.add("row_refused", redact(reason), refusal.line, column ?? undefined, shown ?? undefined);
    } else if (refusal.line === null) {
      const all = triggers.map((one) => one.name).join(", ");
      unheld.push({ table: name, rule: `what ${all} make of a row`, why: wordsOf(error) });
    }
  };
  const found = await attempt(tx, (inner) =>
    rolledBack(inner, async (trial) => {
      for await (const refusal of firedFor(trial, drop)) refuse(refusal);
    }),
  );
  if ("exception" in found) unheld.push({ table: name, rule: "what its triggers make of a row", why: found.exception });
  return unheld;
}
