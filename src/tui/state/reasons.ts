import type { MonthEntry } from "../../core/messages/listings.ts";
import {
  cursorIn,
  namesShown,
  runViewAt,
  selectedDate,
  selectedMonth,
  snapshotsShown,
  verdictsShown,
} from "../model/lists.ts";
import { here, isRunning, type Ui } from "../model/model.ts";
import { copied } from "./copying.ts";
import { pendingMonths } from "./questions.ts";

/** Why a key does nothing now, in words for the user; null when it does something. */
type Reason = string | null;

function noPipeline(ui: Ui): Reason {
  if (ui.link.state === "dead") return "The pipeline is gone: ctrl-r starts it again.";
  return isRunning(ui) ? "A run is going on: one at a time." : null;
}

export function notRunnable(ui: Ui): Reason {
  const entry = selectedMonth(ui);
  return noPipeline(ui) ?? (entry === null ? "There is no month here." : notRunnableMonth(ui, entry));
}

export function notRunnableMonth(ui: Ui, { month, state }: MonthEntry): Reason {
  if (state === "gone") return `${month} is no longer in ${ui.data}.`;
  return state === "running" ? `${month} is being run by another console.` : null;
}

export function nothingPending(ui: Ui): Reason {
  return (
    noPipeline(ui) ??
    (pendingMonths(ui).length === 0 ? "No month is pending: all that are on disk are published." : null)
  );
}

export function neverRun(ui: Ui): Reason {
  const place = here(ui);
  if (place.screen === "runs") return noLine(ui);
  const entry = selectedMonth(ui);
  if (entry === null) return "There is no month here.";
  return entry.last_run === null ? `${entry.month} was never run: r runs it, d says what would change.` : null;
}

export function noLine(ui: Ui): Reason {
  return cursorIn(namesShown(ui), here(ui)) < 0 ? "There is nothing here to choose." : null;
}

export function nothingToCancel(ui: Ui): Reason {
  const place = here(ui);
  const shown = place.screen === "run" ? place.run : null;
  if (!isRunning(ui) || (shown !== null && shown !== ui.live?.current?.run))
    return "This run is over: there is nothing to cancel.";
  return ui.live?.cancelling === true ? "It is being cancelled already." : null;
}

export function noVerdicts(ui: Ui): Reason {
  const place = here(ui);
  const view = place.screen === "run" ? runViewAt(ui, place.run) : null;
  return view === null || view.verdicts.length === 0 ? "No expectation was evaluated in this run." : null;
}

export function noValues(ui: Ui): Reason {
  const place = here(ui);
  if (place.screen !== "validation") return null;
  if (isRunning(ui) && place.run === null) return "The values can be seen once the run is over.";
  if (place.run === null) return "This run never got into the ledger.";
  const shown = verdictsShown(ui, place);
  const verdict =
    shown[
      cursorIn(
        shown.map(({ position }) => String(position)),
        place,
      )
    ];
  return verdict === undefined ? "There is no expectation here." : null;
}

export function nothingToCompare(ui: Ui): Reason {
  const place = here(ui);
  if (place.screen !== "snapshots") return null;
  const shown = snapshotsShown(ui, place).map((date) => date.as_of);
  const current = shown[cursorIn(shown, place)];
  if (place.marked.length === 2) return null;
  if (place.marked.length === 0) return "Mark one or two dates with space first.";
  return current === undefined || place.marked.includes(current) ? "Mark another date, or move to it." : null;
}

export function noSnapshots(ui: Ui): Reason {
  return noPipeline(ui) ?? ((ui.snapshots ?? []).length === 0 ? "There are no snapshots yet." : null);
}

export function nothingToDrop(ui: Ui): Reason {
  return noPipeline(ui) ?? noLine(ui);
}

export function nothingToAdopt(ui: Ui): Reason {
  return noPipeline(ui) ?? (ui.unsealed_dates.length === 0 ? "Every snapshot row is of a run in the ledger." : null);
}

export function noLabelsYet(ui: Ui): Reason {
  const date = selectedDate(ui);
  const isNewest = date !== null && !ui.snapshots?.some(({ as_of }) => as_of > date.as_of);
  return (
    nothingToDrop(ui) ?? (isNewest ? "A training set takes the labels of a later month: there is none yet." : null)
  );
}

export function nothingToCopy(ui: Ui): Reason {
  return copied(ui) === null ? "There is nothing to copy here." : null;
}

export function noLive(ui: Ui): Reason {
  return ui.live === null ? "This console has not run anything yet: r on a month does." : null;
}

export function notTyped(ui: Ui): Reason {
  const typed = ui.overlay?.kind === "confirm" ? ui.overlay.question.typed : null;
  return typed === null || typed.text === typed.wanted ? null : `Type ${typed.wanted} first.`;
}

export function noDryRun(ui: Ui): Reason {
  const effect = ui.overlay?.kind === "confirm" ? ui.overlay.question.effects[0] : undefined;
  return effect?.do === "run" && !effect.request.dry_run ? null : "There is nothing to try out.";
}
