import type { Verdict } from "../../core/messages/events.ts";
import type { MonthEntry, RunEntry } from "../../core/messages/listings.ts";
import type { SnapshotEntry, UnsealedEntry } from "../../core/messages/seals.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { here, type Place, type PlaceOf, sampleName, type Ui } from "./model.ts";
import { detailView, liveView, type RunView } from "./run-view.ts";
import { type JudgedVerdict, judged, verdictText } from "./verdicts.ts";

/**
 * A pure function that keeps its last result: one frame asks for the same list a dozen times, and it only changes with
 * the data or the filter. Arguments are compared by identity.
 */
export function remember<Args extends readonly unknown[], Result>(
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  let last: { args: Args; result: Result } | null = null;
  return (...args) => {
    if (last?.args.every((arg, index) => arg === args[index]) !== true) last = { args, result: work(...args) };
    return last.result;
  };
}

export type { RunView } from "./run-view.ts";

const viewOfDetail = remember(detailView);

/** The run with that number, from the ledger or from this console's own stream; null while it is not known. */
export function runViewAt(ui: Ui, run: number | null): RunView | null {
  const { live } = ui;
  const states = live === null ? [] : [live.current, ...live.past];
  const own = run === null ? live?.current : states.find((state) => state?.run === run);
  if (live !== null && own) {
    // The stream knows more than the ledger (a cancelled run's bars); the ledger has the verdicts in its own order.
    const view = liveView(live, own, ui.now);
    const known = own.run === null ? undefined : ui.details[own.run];
    return known === undefined || own.end === null ? view : { ...view, verdicts: known.verdicts };
  }
  const detail = run === null ? undefined : ui.details[run];
  return detail === undefined
    ? null
    : viewOfDetail(detail, detail.finished_at === null ? ui.now : 0, glyphsOf(ui.look));
}

/** What a filter looks at: every word must occur somewhere in the text, in any order and case. */
export function matches(text: string, filter: string): boolean {
  if (filter === "") return true;
  const low = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word));
}

/** Newest on top. */
export function monthsShown(ui: Ui, place: PlaceOf<"months">): MonthEntry[] {
  return filteredMonths(ui.months, place.list.filter);
}

const filteredMonths = remember((months: MonthEntry[] | null, filter: string) =>
  (months ?? [])
    .filter((entry) => matches(`${entry.month} ${entry.as_of} ${entry.state}`, filter))
    .sort((a, b) => (a.as_of < b.as_of ? 1 : -1)),
);

export function runsShown(ui: Ui, place: PlaceOf<"runs">): RunEntry[] {
  return filteredRuns(ui.runs, place.status, place.list.filter);
}

const filteredRuns = remember((runs: RunEntry[] | null, status: string | null, filter: string) =>
  (runs ?? [])
    .filter((entry) => status === null || entry.status === status)
    .filter((entry) => matches(`${entry.run} ${entry.month} ${entry.as_of} ${entry.status} ${entry.mode}`, filter))
    .sort((a, b) => b.run - a.run),
);

/** All snapshots of one as_of, newest as_of on top. */
export interface SnapshotDate {
  as_of: string;
  entries: SnapshotEntry[];
  /** Rows under this date that no seal vouches for. */
  unsealed: UnsealedEntry[];
}

export function snapshotsShown(ui: Ui, place: PlaceOf<"snapshots">): SnapshotDate[] {
  return filteredDates(ui.snapshots, ui.unsealed, place.list.filter);
}

type Snapshots = readonly SnapshotEntry[] | null;

const filteredDates = remember((snapshots: Snapshots, unsealed: readonly UnsealedEntry[], filter: string) => {
  const sealedBy = Map.groupBy(snapshots ?? [], ({ as_of }) => as_of);
  const unsealedBy = Map.groupBy(unsealed, ({ as_of }) => as_of);
  return [...new Set([...sealedBy.keys(), ...unsealedBy.keys()])]
    .map((as_of) => ({ as_of, entries: sealedBy.get(as_of) ?? [], unsealed: unsealedBy.get(as_of) ?? [] }))
    .filter(({ as_of, entries }) => matches(`${as_of} ${entries.map((entry) => entry.run).join(" ")}`, filter))
    .sort((one, other) => (one.as_of < other.as_of ? 1 : -1));
});

/** Failures first, then warnings, then what holds; within each in the order of the suites. */
export function verdictsShown(ui: Ui, place: PlaceOf<"validation">): JudgedVerdict[] {
  const verdicts = runViewAt(ui, place.run)?.verdicts;
  return verdicts === undefined
    ? []
    : filteredVerdicts(verdicts, place.failuresOnly, place.list.filter, glyphsOf(ui.look));
}

const filteredVerdicts = remember((verdicts: Verdict[], failuresOnly: boolean, filter: string, glyphs: Glyphs) =>
  judged(verdicts)
    .filter((verdict) => !failuresOnly || verdict.rank < 2)
    .filter((verdict) => matches(verdictText(verdict, glyphs), filter))
    .sort((a, b) => a.rank - b.rank || a.position - b.position),
);

export function logShown(view: RunView | null, place: PlaceOf<"run">): RunView["log"] {
  return (view?.log ?? []).filter((line) => matches(line.text, place.list.filter));
}

/** One line of the comparison: a table, or a column of it that changed. */
export type ComparisonLine = { table: string; column: string | null };

export function comparisonShown(ui: Ui, place: PlaceOf<"compare">): ComparisonLine[] {
  return (ui.comparison?.tables ?? []).flatMap((table) => [
    { table: table.table, column: null },
    ...table.columns
      .filter((column) => matches(`${table.table} ${column.column}`, place.list.filter))
      .map((column) => ({ table: table.table, column: column.column })),
  ]);
}

const namesOfMonths = remember((months: MonthEntry[]) => months.map((entry): string => entry.month));
export const namesOfRuns = remember((runs: RunEntry[]) => runs.map((entry) => String(entry.run)));

/** Names of the lines that the cursor can be on, top to bottom. */
export function namesShown(ui: Ui, place: Place = here(ui)): string[] {
  switch (place.screen) {
    case "months":
      return namesOfMonths(monthsShown(ui, place));
    case "runs":
      return namesOfRuns(runsShown(ui, place));
    case "snapshots":
      return snapshotsShown(ui, place).map((date) => date.as_of);
    case "validation":
      return verdictsShown(ui, place).map((verdict) => String(verdict.position));
    case "run":
      return logShown(runViewAt(ui, place.run), place).map((_, index) => String(index));
    case "compare":
      return comparisonShown(ui, place).map(({ table, column }) => `${table}.${column ?? ""}`);
    case "verdict":
      return (ui.samples[sampleName(place.run, place.position)]?.rows ?? []).map((_, index) => String(index));
  }
}

/** Index of the line under the cursor; the first one when what was selected is gone, -1 in an empty list. */
export function cursorIn(names: readonly string[], place: Place): number {
  if (names.length === 0) return -1;
  const { selected } = place.list;
  // A log is read at its end.
  if (selected === null) return place.screen === "run" ? names.length - 1 : 0;
  return Math.max(0, names.indexOf(selected));
}

export function selectedDate(ui: Ui): SnapshotDate | null {
  const place = here(ui);
  if (place.screen !== "snapshots") return null;
  return snapshotsShown(ui, place)[cursorIn(namesShown(ui), place)] ?? null;
}

export function selectedMonth(ui: Ui): MonthEntry | null {
  const place = here(ui);
  if (place.screen !== "months") return null;
  const shown = monthsShown(ui, place);
  return (
    shown[
      cursorIn(
        shown.map((entry) => entry.month),
        place,
      )
    ] ?? null
  );
}
