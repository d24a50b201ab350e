import type { MonthEntry } from "../../core/messages/listings.ts";
import { cursorIn, namesShown, type SnapshotDate, selectedDate, selectedMonth } from "../model/lists.ts";
import { emptyList, here, isRunning, type Place, type Question, type Step, type Ui } from "../model/model.ts";
import { copied } from "./copying.ts";
import { askAgain } from "./needs.ts";
import { promptActions } from "./prompts.ts";
import { askCancel, askPending, askQuit, askRun, livePlace, pendingMonths, requestFor } from "./questions.ts";
import { askAdopt, askDrop, askExport } from "./questions-of-snapshots.ts";
import { back, moveBy, moveToEnd, open, pageOf, say, stay, withHere, withList } from "./stack.ts";

const runStatuses = ["published", "rejected", "failed", "refused", "interrupted", "crashed", "dry_run", "running"];

function confirm(ui: Ui, question: Question): Step {
  return stay({ ...ui, overlay: { kind: "confirm", question } });
}

function onMonth(ui: Ui, action: (entry: MonthEntry) => Step): Step {
  const entry = selectedMonth(ui);
  return entry === null ? stay(ui) : action(entry);
}

/** Number of the run that the line under the cursor, or the screen, is about. */
function runHere(ui: Ui): number | null {
  const place = here(ui);
  if (place.screen === "months") return selectedMonth(ui)?.last_run?.run ?? null;
  if (place.screen === "runs") return Number(namesShown(ui)[cursorIn(namesShown(ui), place)] ?? 0) || null;
  return "run" in place ? place.run : null;
}

/** This console's own run when it is the one, so that its bars show. */
function placeOfRun(ui: Ui, run: number): Place {
  return ui.live?.current?.run === run ? livePlace : { ...livePlace, run };
}

function openValidation(ui: Ui): Step {
  const run = runHere(ui) ?? (isRunning(ui) ? null : (ui.live?.current?.run ?? null));
  return stay(open(ui, { screen: "validation", run, list: emptyList, failuresOnly: false }));
}

function openVerdict(ui: Ui): Step {
  const place = here(ui);
  const name = namesShown(ui)[cursorIn(namesShown(ui), place)];
  if (place.screen !== "validation" || place.run === null || name === undefined) return stay(ui);
  return stay(open(ui, { screen: "verdict", run: place.run, position: Number(name), list: emptyList }));
}

function nextStatus(ui: Ui): Step {
  const place = here(ui);
  if (place.screen !== "runs") return stay(ui);
  const present = runStatuses.filter((status) => ui.runs?.some((run) => run.status === status));
  const next = present[present.indexOf(place.status ?? "") + 1] ?? null;
  return stay(withHere(ui, { ...place, status: next, list: { ...place.list, selected: null } }));
}

function mark(ui: Ui): Step {
  const place = here(ui);
  const names = namesShown(ui);
  const name = names[cursorIn(names, place)];
  if (place.screen !== "snapshots" || name === undefined) return stay(ui);
  const others = place.marked.filter((other) => other !== name);
  const marked = others.length < place.marked.length ? others : [...others.slice(-1), name];
  return stay(moveBy(withHere(ui, { ...place, marked }), 1));
}

function onDate(ui: Ui, ask: (ui: Ui, date: SnapshotDate) => Question): Step {
  const date = selectedDate(ui);
  return date === null ? stay(ui) : confirm(ui, ask(ui, date));
}

function compare(ui: Ui): Step {
  const place = here(ui);
  const current = namesShown(ui)[cursorIn(namesShown(ui), place)];
  if (place.screen !== "snapshots" || current === undefined) return stay(ui);
  const [from, to] = (place.marked.length === 2 ? [...place.marked] : [...place.marked, current]).sort();
  if (from === undefined || to === undefined) return stay(ui);
  return stay(open(ui, { screen: "compare", from, to, list: emptyList }));
}

function goBack(ui: Ui): Step {
  const place = here(ui);
  if (place.list.filter !== "") return stay(withList(ui, { filter: "", selected: null }));
  return stay(back(ui));
}

function copy(ui: Ui): Step {
  const what = copied(ui);
  return what === null ? stay(ui) : stay(say(ui, `Copied ${what.what}.`, "good"), { do: "copy", text: what.text });
}

function refresh(ui: Ui): Step {
  if (ui.link.state === "dead") return stay(say(ui, "Starting the pipeline again."), { do: "restart" });
  return askAgain(say({ ...ui, refusals: {}, seals: {} }, "Read again."));
}

function toggleLog(ui: Ui): Step {
  const place = here(ui);
  return stay(place.screen === "run" ? withHere(ui, { ...place, wideLog: !place.wideLog }) : ui);
}

function failuresOnly(ui: Ui): Step {
  const place = here(ui);
  return stay(place.screen === "validation" ? withHere(ui, { ...place, failuresOnly: !place.failuresOnly }) : ui);
}

/** What each action does: a new state and what it wants done. The bindings say which key means which action. */
export const actions = {
  run: (ui: Ui) => onMonth(ui, (entry) => confirm(ui, askRun(ui, entry))),
  dryRun: (ui: Ui) =>
    onMonth(ui, (entry) => stay(open(ui, livePlace), { do: "run", request: requestFor(entry, { dry_run: true }) })),
  runPending: (ui: Ui) => confirm(ui, askPending(ui, pendingMonths(ui))),
  openRun: (ui: Ui) => {
    const run = runHere(ui);
    return stay(run === null ? ui : open(ui, placeOfRun(ui, run)));
  },
  openValidation,
  openVerdict,
  cancel: (ui: Ui) => confirm(ui, askCancel(ui)),
  toggleLog,
  failuresOnly,
  nextStatus,
  mark,
  compare,
  verify: (ui: Ui) =>
    stay(
      { ...say(ui, "Verifying: every sealed row is read again."), seals: {} },
      { do: "ask", request: { kind: "verify", as_of: null } },
    ),
  exportDate: (ui: Ui) => onDate(ui, askExport),
  dropDate: (ui: Ui) => onDate(ui, askDrop),
  adopt: (ui: Ui) => confirm(ui, askAdopt(ui)),
  openMonths: (ui: Ui) => stay({ ...ui, stack: [ui.stack[0]] }),
  openRuns: (ui: Ui) => stay(open(ui, { screen: "runs", list: emptyList, status: null })),
  openSnapshots: (ui: Ui) => stay(open(ui, { screen: "snapshots", list: emptyList, marked: [] })),
  openLive: (ui: Ui) => stay(open(ui, livePlace)),
  copy,
  refresh,
  back: goBack,
  up: (ui: Ui) => stay(moveBy(ui, -1)),
  down: (ui: Ui) => stay(moveBy(ui, 1)),
  pageUp: (ui: Ui) => stay(moveBy(ui, -pageOf(ui))),
  pageDown: (ui: Ui) => stay(moveBy(ui, pageOf(ui))),
  first: (ui: Ui) => stay(moveToEnd(ui, "first")),
  last: (ui: Ui) => stay(moveToEnd(ui, "last")),
  quit: (ui: Ui) => (isRunning(ui) ? confirm(ui, askQuit(ui)) : stay(ui, { do: "quit", code: 0 })),
  suspend: (ui: Ui) => stay(ui, { do: "suspend" }),
  leave: (ui: Ui) => stay(ui, { do: "quit", code: 130 }),
  ...promptActions,
} satisfies Record<string, (ui: Ui) => Step>;

export type ActionName = keyof typeof actions;
