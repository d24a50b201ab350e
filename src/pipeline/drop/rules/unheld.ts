import type { Warning } from "../../../core/messages/events.ts";
import { escapeControl } from "../../../core/text.ts";
import type { LoadTable } from "../../../postgres/catalog/dataset-tables.ts";
import type { Unheld } from "./rule-faults.ts";

/** What a check cannot hold a drop to, so that nobody takes its word for that. */
export function beyondCheck(tables: readonly LoadTable[], unheld: readonly Unheld[]): Warning[] {
  const rules = unheld.map(({ table, rule, why }) => ({
    title: escapeControl(`${table}: ${rule} could not be held: ${why}.`),
    hint: "A run holds it all the same, as the rows are written.",
  }));
  const ruled = tables.flatMap(({ live, snapshot }) => (snapshot === null ? [live] : [live, snapshot.table]));
  const triggers = ruled.flatMap(({ name, triggers }) =>
    triggers.map((trigger) => ({
      title: escapeControl(`${name}: the trigger ${trigger.name} was tried on the rows beside the table.`),
      hint: escapeControl(
        `In it a run may find it to do otherwise, should it look at other rows: \`\\sf ${trigger.function}\` in psql shows.`,
      ),
    })),
  );
  return [...rules, ...triggers];
}
