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
  const triggers = tables.flatMap(({ live: { name, triggers } }) =>
    triggers.map((trigger) => ({
      title: escapeControl(`${name}: what the trigger ${trigger.name} makes of a row, no check can tell.`),
      hint: escapeControl(`\`\\sf ${trigger.function}\` in psql shows whether it refuses some; a run fires it.`),
    })),
  );
  return [...rules, ...triggers];
}
