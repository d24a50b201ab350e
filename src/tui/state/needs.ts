import type { Request, RunRequest } from "../../core/messages/requests.ts";
import { cursorIn, selectedMonth, verdictsShown } from "../model/lists.ts";
import {
  type Effect,
  here,
  isRunning,
  type Place,
  type PlaceOf,
  refusalOf,
  sampleName,
  type Ui,
} from "../model/model.ts";

type Ask = Exclude<Request, RunRequest>;

/** What the screen on show still lacks: asked for by itself, once, one request of a kind at a time. */
export function askForNeeds(ui: Ui): [Ui, Effect[]] {
  if (ui.link.state === "dead") return [ui, []];
  return ask(
    ui,
    [...needsOfAll(ui), ...needsOf(ui, here(ui))].filter((request) => refusalOf(ui, request) === null),
  );
}

/** The listings on show once more: another process may have changed the ledger. */
export function askAgain(ui: Ui): [Ui, Effect[]] {
  if (ui.link.state === "dead" || isRunning(ui)) return [ui, []];
  const place = here(ui);
  const listings: Ask[] = [{ kind: "months" }];
  if (place.screen === "runs") listings.push({ kind: "runs" });
  if (place.screen === "snapshots") listings.push({ kind: "snapshots" });
  // A run of another process goes on.
  const run = "run" in place ? place.run : null;
  if (run !== null && ui.details[run]?.status === "running") listings.push({ kind: "show", run });
  return ask(ui, listings);
}

function ask(ui: Ui, requests: Ask[]): [Ui, Effect[]] {
  let waiting = ui.waiting;
  const effects: Effect[] = [];
  for (const request of requests) {
    if (waiting.includes(request.kind)) continue;
    waiting = [...waiting, request.kind];
    effects.push({ do: "ask", request });
  }
  return effects.length === 0 ? [ui, effects] : [{ ...ui, waiting }, effects];
}

function needsOfAll(ui: Ui): Ask[] {
  return ui.months === null ? [{ kind: "months" }] : [];
}

function needsOf(ui: Ui, place: Place): Ask[] {
  switch (place.screen) {
    case "months": {
      // The preview tells why the month's last run failed; a run that went well has nothing to add.
      const last = selectedMonth(ui)?.last_run;
      return last && last.status !== "published" && last.status !== "dry_run" ? needsOfRun(ui, last.run) : [];
    }
    case "run":
      return needsOfRun(ui, place.run);
    case "validation":
      return place.run === null || isRunning(ui) ? needsOfRun(ui, place.run) : needsOfValidation(ui, place, place.run);
    case "verdict": {
      const { run, position } = place;
      return ui.samples[sampleName(run, position)] === undefined ? [{ kind: "samples", run, position }] : [];
    }
    case "snapshots":
      return ui.snapshots === null ? [{ kind: "snapshots" }] : [];
    case "compare": {
      const { from, to } = place;
      const known = ui.comparison?.from === from && ui.comparison.to === to;
      return known ? [] : [{ kind: "compare", from, to }];
    }
    case "runs":
      return ui.runs === null ? [{ kind: "runs" }] : [];
  }
}

/** The figures of the months before, and the values behind the failure under the cursor. */
function needsOfValidation(ui: Ui, place: PlaceOf<"validation">, run: number): Ask[] {
  const needs = needsOfRun(ui, run);
  if (ui.history[run] === undefined) needs.push({ kind: "history", run });
  const verdicts = verdictsShown(ui, place);
  const verdict =
    verdicts[
      cursorIn(
        verdicts.map(({ position }) => String(position)),
        place,
      )
    ];
  if (verdict === undefined || verdict.success) return needs;
  if (ui.samples[sampleName(run, verdict.position)] !== undefined) return needs;
  return [...needs, { kind: "samples", run, position: verdict.position }];
}

function needsOfRun(ui: Ui, run: number | null): Ask[] {
  if (run === null || ui.details[run] !== undefined) return [];
  return isRunning(ui) && ui.live?.current?.run === run ? [] : [{ kind: "show", run }];
}
