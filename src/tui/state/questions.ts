import { formatAge, formatBytes, formatCount, formatCounted, formatDuration } from "../../core/format.ts";
import type { MonthEntry, MonthState } from "../../core/messages/listings.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { monthIndex } from "../../core/month.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { blank, type Row, row, span, wrap } from "../drawing/spans.ts";
import { expectedSeconds, monthBytes, monthRows } from "../model/estimate.ts";
import { commandOfRequest } from "../model/headless.ts";
import { remember } from "../model/lists.ts";
import { emptyList, type PlaceOf, type Question, type Ui } from "../model/model.ts";

/** The questions that stand before anything is changed, with the plan as far as it is known. */

export const livePlace: PlaceOf<"run"> = { screen: "run", run: null, list: emptyList, wideLog: false };

function runRequest(months: string[], options: Partial<RunRequest> = {}): RunRequest {
  return {
    kind: "run",
    selection: { months },
    as_of: null,
    dry_run: false,
    restamp: false,
    backfill: false,
    force: false,
    ...options,
  };
}

const typedWords = {
  backfill: (month: string) => ({
    title: `Backfill ${month}?`,
    yes: "backfill",
    why: "Its snapshot is built from its drop alone; live tables stay as they are.",
  }),
  restamp: (month: string) => ({
    title: `Restamp ${month}?`,
    yes: "restamp",
    why: "This replaces its sealed snapshot; the old seal and the reason stay in the ledger.",
  }),
};

/** A run of one month, under the stamp that is shown of it. */
export function requestFor({ month, as_of, own_stamp }: MonthEntry, options: Partial<RunRequest> = {}): RunRequest {
  return runRequest([month], { as_of: own_stamp ? as_of : null, ...options });
}

/** A run that rewrites history: the month must be typed out first. */
export function askTyped(ui: Ui, entry: MonthEntry, way: "backfill" | "restamp"): Question {
  // Live tables that hold a newer month are left alone.
  const request = requestFor(entry, { [way]: true, ...(isOutdated(ui, entry) && { backfill: true }) });
  const asked = question(ui, entry, request, typedWords[way](entry.month));
  return { ...asked, typed: { wanted: entry.month, text: "" } };
}

/** What a month's state asks of a run: the option it needs, and the words that say why. */
export function askRun(ui: Ui, entry: MonthEntry): Question {
  const { month, state } = entry;
  // A newer month is published, or its files changed since it was: the plain run would only be refused.
  if (state === "out_of_order" || ((state === "dropped" || state === "unsealed") && isOutdated(ui, entry)))
    return askTyped(ui, entry, "backfill");
  if (state === "changed" || state === "broken") return askTyped(ui, entry, "restamp");
  if (state === "ok") {
    const outdated = isOutdated(ui, entry);
    const again = "These very files are published already: running them again changes nothing.";
    const why = outdated ? `${again} Live tables hold a newer month and are left as they are.` : again;
    const request = requestFor(entry, { force: true, backfill: outdated });
    return question(ui, entry, request, { title: `Run ${month} again?`, yes: "run again", why });
  }
  if (state === "stamp_taken") {
    const why = `Another month has ${entry.as_of}, or a day that puts the two out of order: --as-of on the command line names one that is free.`;
    return question(ui, entry, requestFor(entry), { title: `Run ${month}?`, yes: "run", why });
  }
  const missing = entry.files.filter((file) => !file.present).map((file) => file.table);
  const why =
    missing.length > 0
      ? `It lacks ${missing.join(", ")}, so it will be rejected: a run tells what else is wrong with it.`
      : "All or nothing: nobody sees any of it until all of it is sound.";
  return question(ui, entry, requestFor(entry), { title: `Run ${month}?`, yes: "run", why });
}

interface Words {
  title: string;
  yes: string;
  why: string;
}

function question(ui: Ui, entry: MonthEntry, request: RunRequest, { title, yes, why }: Words): Question {
  return {
    title,
    yes,
    body: [
      ...planOf(ui, [entry]),
      blank,
      ...wrap(why, ui.size.columns - 6, 3).map((line) => row(line)),
      row(span(commandOfRequest(request, ui.flags), "dim")),
    ],
    effects: [{ do: "run", request }],
    typed: null,
    place: livePlace,
  };
}

/** The plan from what lies on disk and what past runs took; a dry run gives the exact one. */
function planOf(ui: Ui, entries: MonthEntry[]): Row[] {
  const months = ui.months ?? [];
  const bytes = entries.reduce((sum, entry) => sum + monthBytes(entry), 0);
  const files = entries.reduce((sum, entry) => sum + entry.files.filter((file) => file.present).length, 0);
  const guesses = entries.map((entry) => monthRows(months, entry));
  const rows = guesses.reduce<number | null>(
    (sum, guess) => (sum === null || guess === null ? null : sum + guess.rows),
    0,
  );
  const exact = guesses.every((guess) => guess?.exact === true);
  const seconds = expectedSeconds(months, bytes);
  const { arrow, dot } = glyphsOf(ui.look);
  const stamps = entries.map((entry) => `${entry.month} ${arrow} ${entry.as_of}`);
  const size = [
    formatCounted(files, "file"),
    formatBytes(bytes),
    ...(rows === null ? [] : [`${exact ? "" : "about "}${formatCount(rows)} rows`]),
    ...(seconds === null ? [] : [`about ${formatDuration(seconds)}`]),
  ];
  const [only] = entries;
  const last = entries.length === 1 ? only?.last_run : null;
  return [
    ...stamps.slice(0, 4).map((text) => row(span(text, "strong"))),
    ...(stamps.length > 4 ? [row(`and ${formatCounted(stamps.length - 4, "more month")}`)] : []),
    row(size.join(` ${dot} `)),
    ...(last ? [row(`last run ${last.run}: ${last.status}, ${formatAge(Date.parse(last.started_at), ui.now)}`)] : []),
  ];
}

export function askPending(ui: Ui, pending: MonthEntry[]): Question {
  // The months that are shown, and not one that comes in between.
  const request = runRequest(pending.map(({ month }) => month));
  return {
    title: `Run ${formatCounted(pending.length, "pending month")}?`,
    yes: "run all",
    body: [
      ...planOf(ui, pending),
      blank,
      row("Oldest first, each all or nothing; the first one that fails ends it."),
      row(span(commandOfRequest({ ...request, selection: { every: "pending" } }, ui.flags), "dim")),
    ],
    effects: [{ do: "run", request }],
    typed: null,
    place: livePlace,
  };
}

export function askCancel(ui: Ui): Question {
  return {
    title: "Cancel the run?",
    yes: "cancel and roll back",
    body: [whatEnds(ui)],
    effects: [{ do: "ask", request: { kind: "cancel" } }],
    typed: null,
    place: null,
  };
}

function whatEnds({ live }: Ui): Row {
  const month = live?.current?.month ?? "The run";
  if (live?.request.dry_run === true) return row(`${month} is a dry run: it changes nothing in any case.`);
  return row(`${month} is rolled back, unless its commit is under way by then.`);
}

export function askQuit(ui: Ui): Question {
  return {
    title: "Leave while a run is going on?",
    yes: "leave and roll back",
    body: [whatEnds(ui)],
    effects: [{ do: "quit", code: 0 }],
    typed: null,
    place: null,
  };
}

const indexOf = ({ month }: MonthEntry) => monthIndex(month) ?? 0;

/** True when a newer month is published. */
function isOutdated({ months }: Ui, entry: MonthEntry): boolean {
  return (months ?? []).some((one) => published.has(one.state) && indexOf(one) > indexOf(entry));
}

/** Months that a run of all pending ones would take, oldest first: unpublished, and newer than all that are. */
export function pendingMonths(ui: Ui): MonthEntry[] {
  return pendingAmong(ui.months);
}

const pendingAmong = remember((all: MonthEntry[] | null): MonthEntry[] => {
  const months = all ?? [];
  const newest = Math.max(-1, ...months.filter(({ state }) => published.has(state)).map(indexOf));
  return months
    .filter((entry) => unpublished.has(entry.state) && indexOf(entry) > newest)
    .sort((a, b) => indexOf(a) - indexOf(b));
});

const published = new Set<MonthState>(["ok", "changed", "dropped", "gone", "adopted", "broken", "unsealed"]);
const unpublished = new Set<MonthState>(["new", "failed", "crashed", "incomplete", "stamp_taken"]);
