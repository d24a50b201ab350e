import type { Ui } from "../model/model.ts";
import { type Reaction, unread, whenFree } from "./binding.ts";
import { askAdopt, askExport } from "./questions.ts";
import { askFirst, say, stay } from "./stack.ts";

/** What is asked of the snapshots as a whole, and of one of their dates. */

export const verify = whenFree((ui) => {
  if (ui.snapshots === null) return unread;
  if (ui.snapshots.length === 0) return "There are no snapshots yet.";
  const told = say({ ...ui, seals: {} }, "Verifying: every sealed row is read again.");
  return stay(told, { do: "ask", request: { kind: "verify", as_of: null } });
});

export const adopt = whenFree((ui) => {
  if (ui.months === null) return unread;
  return ui.unsealed_dates.length === 0 ? "Every snapshot row is of a run in the ledger." : askFirst(ui, askAdopt(ui));
});

export function exportDate(ui: Ui, date: { as_of: string }, out?: string): Reaction {
  if (ui.snapshots === null) return unread;
  const isNewest = !ui.snapshots.some(({ as_of }) => as_of > date.as_of);
  if (isNewest) return "A training set takes the labels of a later month: there is none yet.";
  return askFirst(ui, askExport(ui, date, out));
}
