import { paneWidths } from "../drawing/panes.ts";
import { profileRequests } from "../model/column-lists.ts";
import { profilesOf } from "../model/columns/requests.ts";
import { cursorOf, selectedMonth, selectedRun, selectedVerdict } from "../model/lists.ts";
import {
  type Ask,
  type Effect,
  here,
  isRunning,
  type Place,
  type PlaceOf,
  refusalOf,
  type Step,
  sampleName,
  type Ui,
} from "../model/model.ts";
import { missingPage } from "../model/values.ts";

/** What the screen on show still lacks: asked for by itself, once, one request of a kind at a time. */
export function askForNeeds(ui: Ui): Effect[] {
  if (ui.link.state === "dead") return [];
  const months: Ask[] = ui.months === null ? [{ kind: "months" }] : [];
  return ask(
    ui,
    [...months, ...needsOf(ui, here(ui)), ...needsOfCommands(ui)].filter((request) => refusalOf(ui, request) === null),
  );
}

/** What is said once they are asked for, and taken back where they cannot be read. */
export const readAgain = "Read again.";

/** The listings on show once more: another process may have changed the ledger. */
export function askAgain(ui: Ui): Step {
  if (ui.link.state === "dead" || isRunning(ui)) return [ui, []];
  const place = here(ui);
  const listings: Ask[] = [{ kind: "months" }];
  if (place.screen === "runs" || place.screen === "snapshots" || place.screen === "suites")
    listings.push({ kind: place.screen });
  // A run of another process goes on.
  const run = "run" in place ? place.run : null;
  if (run !== null && ui.details[run]?.status === "running") listings.push({ kind: "show", run });
  return [ui, ask(ui, listings)];
}

function ask({ waiting }: Ui, requests: Ask[]): Effect[] {
  return requests.filter(({ kind }) => !waiting.includes(kind)).map((request) => ({ do: "ask", request }));
}

/** The runs and dates that a command can be about. */
function needsOfCommands({ overlay, runs, snapshots }: Ui): Ask[] {
  if (overlay?.kind !== "command") return [];
  const [ofRuns, ofDates]: Ask[][] = [
    runs === null ? [{ kind: "runs" }] : [],
    snapshots === null ? [{ kind: "snapshots" }] : [],
  ];
  return [...(ofRuns ?? []), ...(ofDates ?? [])];
}

function needsOf(ui: Ui, place: Place): Ask[] {
  switch (place.screen) {
    case "months": {
      // The preview tells why the month's last run failed, or what it warned of; one that went well has nothing to add.
      const last = selectedMonth(ui)?.last_run;
      const hasToTell =
        last &&
        (paneWidths(ui.size.columns) !== null ||
          last.warned > 0 ||
          (last.status !== "published" && last.status !== "dry_run"));
      return hasToTell ? needsOfRun(ui, last.run) : [];
    }
    case "run":
      return needsOfRun(ui, place.run);
    case "validation":
      return [...needsOfRun(ui, place.run), ...needsOfValidation(ui, place.run)];
    case "verdict":
      return [...needsOfVerdict(ui, place.run, place.position), ...needsOfValues(ui, place)];
    case "runs": {
      // The pane beside the list tells of the run under the cursor.
      const run = paneWidths(ui.size.columns) === null ? null : (selectedRun(ui)?.run ?? null);
      return ui.runs === null ? [{ kind: "runs" }] : needsOfRun(ui, run);
    }
    case "snapshots":
    case "suites":
      return ui[place.screen] === null ? [{ kind: place.screen }] : [];
    case "columns":
    case "column":
      return [...(ui.snapshots === null ? [{ kind: "snapshots" } as const] : []), ...needsOfColumns(ui, place)];
    case "trend": {
      const { run } = place;
      const points: Ask[] = ui.trends[run] === undefined ? [{ kind: "history", run, every: true }] : [];
      return [...needsOfRun(ui, run), ...points];
    }
    case "answer":
      return [];
    case "findings":
      return ui.findings[JSON.stringify(place.request)] === undefined ? [place.request] : [];
    case "compare": {
      const { from, to } = place;
      const known = ui.comparison?.from === from && ui.comparison.to === to;
      return known ? [] : [{ kind: "compare", from, to }];
    }
  }
}

/** One after the other; which date comes before is known of the snapshots. */
function needsOfColumns(ui: Ui, place: PlaceOf<"columns" | "column">): Ask[] {
  if (ui.snapshots === null) return [];
  const missing = profileRequests(ui, place).find((request) => profilesOf(ui.profiles, request) === undefined);
  return missing === undefined ? [] : [missing];
}

/** The figures of the months before, and the values behind the failure under the cursor. */
function needsOfValidation(ui: Ui, run: number | null): Ask[] {
  if (run === null || isRunning(ui)) return [];
  const verdict = selectedVerdict(ui);
  return [
    ...(ui.history[run] === undefined ? [{ kind: "history", run } as const] : []),
    ...(verdict?.verdict !== "failed" ? [] : needsOfVerdict(ui, run, verdict.position)),
  ];
}

function needsOfVerdict(ui: Ui, run: number, position: number): Ask[] {
  return ui.samples[sampleName(run, position)] === undefined ? [{ kind: "samples", run, position }] : [];
}

function needsOfValues(ui: Ui, place: PlaceOf<"verdict">): Ask[] {
  const page = missingPage(ui, place, cursorOf(ui, place));
  return page === null ? [] : [page];
}

function needsOfRun(ui: Ui, run: number | null): Ask[] {
  if (run === null || ui.details[run] !== undefined) return [];
  return isRunning(ui) && ui.live?.current?.run === run ? [] : [{ kind: "show", run }];
}
