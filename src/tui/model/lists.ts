import { monthLines } from "../../client/month-lines.ts";
import { statusWord } from "../../client/words.ts";
import type {
  ColumnChange,
  MonthEntry,
  ObservedSeries,
  RunDetail,
  RunEntry,
  TableChange,
} from "../../core/messages/listings.ts";
import type { SuiteFit } from "../../core/messages/suites.ts";
import { byGravity } from "../../core/messages/verdicts.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { filtered, matches } from "../tools/filter.ts";
import { remember, rememberEach } from "../tools/remember.ts";
import { columnMonthsShown, columnsShown, firstMonth, nameOfColumn, nameOfMonth } from "./column-lists.ts";
import { answerLines, findingsShown } from "./findings.ts";
import type { SnapshotDate } from "./known.ts";
import {
  emptyList,
  here,
  type LogLine,
  type Place,
  type PlaceOf,
  type ScreenName,
  sampleName,
  type Ui,
} from "./model.ts";
import { stateWord } from "./months.ts";
import { detailView, liveView, type RunView, secondsListed } from "./run-view.ts";
import { listChoice, sorted } from "./sorting.ts";
import { knownValues, namesOfValues } from "./values.ts";
import { judged, verdictText } from "./verdicts.ts";

const viewOfDetail = remember(
  (ui: Ui, detail: RunDetail) => [detail, detail.finished_at === null ? ui.now : 0, glyphsOf(ui.look)],
  detailView,
);

/** The run with that number, from the ledger or from this console's own stream; null while it is not known. */
export function runViewAt(ui: Ui, run: number | null): RunView | null {
  const { live } = ui;
  const states = live === null ? [] : [live.current, ...live.past];
  const own = run === null ? live?.current : states.find((state) => state?.run === run);
  if (live !== null && own) {
    // The stream knows more than the ledger (a cancelled run's bars); the ledger has the verdicts in its own order, and how long it took.
    const view = liveView(live, own, ui.now);
    if (own.run === null || own.end === null) return view;
    const { verdicts } = ui.details[own.run] ?? view;
    // Where nothing was to do, the run is the one that published these files.
    const took = view.outcome === "unchanged" ? null : secondsListed(ui, own.run);
    return { ...view, verdicts, seconds: took ?? view.seconds };
  }
  const detail = run === null ? undefined : ui.details[run];
  return detail === undefined ? null : viewOfDetail(ui, detail);
}

/** What a filter can find a run that told warnings by. */
function warnedWord(run: RunEntry | null): string {
  return (run?.warned ?? 0) > 0 ? "warned" : "";
}

const runText = rememberEach((entry: RunEntry): string => {
  const { run, month, as_of, status, mode, tables } = entry;
  const touched = tables.filter(({ inserted, updated }) => inserted !== 0 || updated !== 0);
  const named = [
    `month:${month}`,
    `status:${status}`,
    `status:${statusWord(status)}`,
    ...touched.map(({ table }) => `table:${table}`),
  ];
  return `${run} ${as_of} ${mode} ${warnedWord(entry)} ${named.join(" ")}`;
});

/** Newest on top. */
export const monthsShown = remember(
  (ui: Ui, place: PlaceOf<"months">) => [ui.months, place.list.filter, listChoice(ui, "months")],
  (months, filter, choice) => {
    const textOf = (entry: MonthEntry) =>
      `${entry.month} ${entry.as_of} ${stateWord(entry)} ${warnedWord(entry.last_run)}`;
    const newestFirst = (months ?? []).toSorted((a, b) => (a.as_of < b.as_of ? 1 : -1));
    return sorted("months", monthLines(filtered(newestFirst, textOf, filter)), choice);
  },
);

export const runsShown = remember(
  (ui: Ui, place: PlaceOf<"runs">) => [ui.runs, place.status, place.list.filter, listChoice(ui, "runs")],
  (runs, status, filter, choice) => {
    const ofStatus = (runs ?? []).filter((entry) => status === null || entry.status === status);
    const newestFirst = ofStatus.sort((a, b) => b.run - a.run);
    return sorted("runs", filtered(newestFirst, runText, filter), choice);
  },
);

export const snapshotsShown = remember(
  (ui: Ui, place: PlaceOf<"snapshots">) => [ui.snapshots, ui.unsealed, place.list.filter, listChoice(ui, "snapshots")],
  (snapshots, unsealed, filter, choice): SnapshotDate[] => {
    const sealedBy = Map.groupBy(snapshots ?? [], ({ as_of }) => as_of);
    const dates = [...Map.groupBy([...(snapshots ?? []), ...unsealed], ({ as_of }) => as_of)]
      .map(([as_of, standing]) => ({ as_of, entries: sealedBy.get(as_of) ?? [], standing }))
      .sort((one, other) => (one.as_of < other.as_of ? 1 : -1));
    const textOf = ({ as_of, entries }: SnapshotDate) => `${as_of} ${entries.map((entry) => entry.run).join(" ")}`;
    return sorted("snapshots", filtered(dates, textOf, filter), choice);
  },
);

export const suitesShown = remember(
  (ui: Ui, place: PlaceOf<"suites">) => [ui.suites, place.list.filter, listChoice(ui, "suites")],
  (suites, filter, choice): SuiteFit[] =>
    sorted(
      "suites",
      filtered(suites ?? [], ({ table, path }) => `${table} ${path ?? ""}`, filter),
      choice,
    ),
);

/** The gravest first; alike ones in the order of the suites. */
export const verdictsShown = remember(
  (ui: Ui, place: PlaceOf<"validation">) => [
    runViewAt(ui, place.run)?.verdicts,
    place.failuresOnly,
    place.list.filter,
    glyphsOf(ui.look),
    listChoice(ui, "validation"),
  ],
  (verdicts, failuresOnly, filter, glyphs, choice) => {
    const wanted = judged(verdicts ?? []).filter(({ verdict }) => !failuresOnly || verdict !== "passed");
    const gravestFirst = wanted.sort(
      (a, b) => byGravity.indexOf(a.standing) - byGravity.indexOf(b.standing) || a.position - b.position,
    );
    return sorted(
      "validation",
      filtered(gravestFirst, (verdict) => verdictText(verdict, glyphs), filter),
      choice,
    );
  },
);

export function logShown(view: RunView | null, place: PlaceOf<"run">): LogLine[] {
  return filtered(view?.log ?? [], ({ text }) => text, place.list.filter);
}

/** What an expectation observed in each month, the newest on top. */
export function pointsShown(ui: Ui, { run, position, list }: PlaceOf<"trend">): ObservedSeries["points"] {
  const points = ui.trends[run]?.find((series) => series.position === position)?.points ?? [];
  return filtered(points.toReversed(), ({ as_of }) => as_of, list.filter);
}

/** One line of the comparison: a table, or a column of it that changed. */
export type ComparisonLine = { table: TableChange; column: ColumnChange | null };

export function comparisonShown(ui: Ui, place: PlaceOf<"compare">): ComparisonLine[] {
  return (ui.comparison?.tables ?? []).flatMap((table) => [
    { table, column: null },
    ...table.columns
      .filter(({ column }) => matches(`${table.table} ${column}`, place.list.filter))
      .map((column) => ({ table, column })),
  ]);
}

const namesBy = <Item>(nameOf: (item: Item) => string) =>
  remember(
    (items: Item[]) => [items],
    (items) => items.map(nameOf),
  );
const namesOfMonths = namesBy(({ month }: MonthEntry) => month);
const namesOfRuns = namesBy(({ run }: RunEntry) => String(run));

/** Names of the lines that the cursor can be on, top to bottom. */
export function namesShown(ui: Ui, place: Place = here(ui)): string[] {
  switch (place.screen) {
    case "months":
      return namesOfMonths(monthsShown(ui, place));
    case "runs":
      return namesOfRuns(runsShown(ui, place));
    case "snapshots":
      return snapshotsShown(ui, place).map((date) => date.as_of);
    case "columns":
      return columnsShown(ui, place).map(nameOfColumn);
    case "column":
      return columnMonthsShown(ui, place).map(nameOfMonth);
    case "suites":
      return suitesShown(ui, place).map(({ table }) => table);
    case "validation":
      return verdictsShown(ui, place).map((verdict) => String(verdict.position));
    case "run":
      return logShown(runViewAt(ui, place.run), place).map((_, index) => String(index));
    case "trend":
      return pointsShown(ui, place).map(({ as_of }) => as_of);
    case "answer":
      return answerLines(ui, place).map((_, index) => String(index));
    case "findings":
      return (findingsShown(ui, place) ?? []).map((_, index) => String(index));
    case "compare":
      return comparisonShown(ui, place).map(({ table, column }) => `${table.table}.${column?.column ?? ""}`);
    case "verdict":
      return namesOfValues(knownValues(ui, place)?.total ?? 0);
  }
}

/** Lines that there are, also those that a filter hides. */
export function countAll(ui: Ui, place: Place = here(ui)): number {
  switch (place.screen) {
    case "runs":
    case "suites":
      return ui[place.screen]?.length ?? 0;
    case "validation":
      return runViewAt(ui, place.run)?.verdicts.length ?? 0;
    case "run":
      return runViewAt(ui, place.run)?.log.length ?? 0;
    case "verdict":
      return Math.max(ui.samples[sampleName(place.run, place.position)]?.total ?? 0, namesShown(ui, place).length);
    default:
      return namesShown(ui, { ...place, list: emptyList }).length;
  }
}

/** Index of the line under the cursor; the first one when what was selected is gone, -1 in an empty list. */
export function cursorOf(ui: Ui, place: Place = here(ui)): number {
  const names = namesShown(ui, place);
  if (names.length === 0) return -1;
  const { selected } = place.list;
  if (selected === null) return firstLine(ui, place, names.length);
  // Of values there may be a hundred thousand, and their names are their numbers.
  if (place.screen === "verdict") return Math.min(Number(selected), names.length - 1);
  return Math.max(0, names.indexOf(selected));
}

function firstLine(ui: Ui, place: Place, lines: number): number {
  if (place.screen === "column") return firstMonth(columnMonthsShown(ui, place), place);
  // A log is read at its end.
  return place.screen === "run" ? lines - 1 : 0;
}

/** What the cursor is on, on that screen; null on all others, and in an empty list. */
function selectedOn<Name extends ScreenName, Item>(screen: Name, shown: (ui: Ui, place: PlaceOf<Name>) => Item[]) {
  return (ui: Ui): Item | null => {
    const place = here(ui);
    return place.screen === screen ? (shown(ui, place as PlaceOf<Name>)[cursorOf(ui)] ?? null) : null;
  };
}

export const selectedMonth = selectedOn("months", monthsShown);
export const selectedRun = selectedOn("runs", runsShown);
export const selectedDate = selectedOn("snapshots", snapshotsShown);
export const selectedSuite = selectedOn("suites", suitesShown);
export const selectedVerdict = selectedOn("validation", verdictsShown);
export const selectedComparison = selectedOn("compare", comparisonShown);
export const selectedColumn = selectedOn("columns", columnsShown);
export const selectedColumnMonth = selectedOn("column", columnMonthsShown);
