import { type MonthLine, namesOf } from "../../client/month-lines.ts";
import type { MonthEntry } from "../../core/messages/listings.ts";
import { allOf, countsInWords, isRejecting, saidBriefly } from "../../core/messages/verdicts.ts";
import { expectationInWords, observedInWords } from "../../core/suites/expectation-words.ts";
import { rule } from "../components/panels.ts";
import { saidRows } from "../components/said.ts";
import { type Area, paragraph, troubleRows } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { blank, indented, type Row, span } from "../drawing/spans.ts";
import { guessRows } from "../model/estimate.ts";
import type { SnapshotDate } from "../model/known.ts";
import {
  runViewAt,
  selectedColumn,
  selectedDate,
  selectedMonth,
  selectedRun,
  selectedVerdict,
  snapshotsShown,
} from "../model/lists.ts";
import { emptyList, here, type PlaceOf, refusalOf, type Ui } from "../model/model.ts";
import { signOf } from "../model/verdicts.ts";
import { remember } from "../tools/remember.ts";
import { columnLinePane, columnPicture } from "./column-pane.ts";
import { mostShown, type RowSeries, rowSeriesRows } from "./figures.ts";
import { previewRows } from "./month-preview.ts";
import { outcomeRows } from "./run-outcome.ts";
import { summaryRows } from "./run-tables.ts";
import { observedBefore, unexpected, valueRows } from "./values.ts";

/** Beside a list on a wide terminal: what the line under the cursor is about. Null where there is nothing to say. */
export function paneOf(ui: Ui, area: Area): Row[] | null {
  const place = here(ui);
  switch (place.screen) {
    case "months": {
      const entry = selectedMonth(ui);
      return entry && monthPane(ui, entry, area);
    }
    case "runs": {
      const entry = selectedRun(ui);
      return entry && [rule(ui, `run ${entry.run}`), ...runPane(ui, entry.run, area)];
    }
    case "validation":
      return verdictPane(ui, place, area);
    case "columns": {
      const line = selectedColumn(ui);
      return line && columnLinePane(ui, place, line, area);
    }
    case "column":
      return columnPicture(ui, place, area);
    case "snapshots": {
      const date = selectedDate(ui);
      return date && datePane(ui, date, area);
    }
    default:
      return null;
  }
}

function monthPane(ui: Ui, entry: MonthLine, area: Area): Row[] {
  const series = seriesOfMonths(ui.months ?? noMonths, entry);
  // Counts that stand beside the files need no second place.
  const isCounted = entry.files.some(({ table }) => guessRows(ui.months ?? noMonths, entry, table) !== null);
  const counted = rowSeriesRows(ui, series, area, isCounted ? "changes" : "counts");
  const rows = series.length === 0 ? [] : [blank, rule(ui, "rows"), ...counted];
  const checks = entry.last_run === null ? [] : [blank, rule(ui, "checks"), ...checkRows(ui, entry.last_run.run)];
  const room = area.height - 1 - rows.length - checks.length;
  const files = previewRows(ui, entry, { ...area, height: Math.max(entry.files.length + 5, room) });
  return [rule(ui, namesOf(entry)), ...files, ...rows, ...checks];
}

const noMonths: readonly MonthEntry[] = [];

/** What each month's run counted, the oldest first. */
const countsOfMonths = remember(
  (months: readonly MonthEntry[]) => [months],
  (months) =>
    months
      .toSorted((a, b) => (a.as_of < b.as_of ? -1 : 1))
      .map(({ as_of, last_run }) => ({
        as_of,
        tables: new Map(last_run?.tables.map(({ table, rows }) => [table, rows])),
      })),
);

/** What the runs of the months up to this one counted. */
function seriesOfMonths(months: readonly MonthEntry[], entry: MonthEntry): RowSeries[] {
  const counted = countsOfMonths(months)
    .filter(({ as_of }) => as_of <= entry.as_of)
    .slice(-mostShown)
    .map(({ tables }) => tables);
  if (counted.every((tables) => tables.size === 0)) return [];
  return entry.files.map(({ table }) => ({ table, rows: counted.map((tables) => tables.get(table) ?? null) }));
}

/** The expectations that did not hold; that all did, where they did. */
function checkRows(ui: Ui, run: number): Row[] {
  const view = runViewAt(ui, run);
  if (view === null) return awaited(ui, run);
  const glyphs = glyphsOf(ui.look);
  if (allOf(view.expectations) === 0) return [indented(span("none was evaluated", "dim"))];
  const { passed } = view.expectations;
  const others = countsInWords({ ...view.expectations, passed: 0 }, saidBriefly);
  const standing = indented(
    span(`${passed} of ${allOf(view.expectations)} hold`, others === "" ? "good" : "plain"),
    span(others === "" ? "" : `, ${others}`, view.verdicts.some(isRejecting) ? "bad" : "warn"),
  );
  const failed = view.verdicts.filter(({ verdict }) => verdict !== "passed");
  return [
    standing,
    ...failed.flatMap((verdict) => {
      const { text, tone } = signOf(verdict, glyphs);
      const words = `${verdict.table}: ${expectationInWords(verdict, glyphs)}`;
      return saidRows(ui, [{ words, sign: span(`${text} `, tone) }], 2);
    }),
  ];
}

function awaited(ui: Ui, run: number): Row[] {
  const refusal = refusalOf(ui, { kind: "show", run });
  return refusal === null
    ? [indented(span(`reading run ${run}${glyphsOf(ui.look).ellipsis}`, "dim"))]
    : troubleRows(ui, refusal);
}

function runPane(ui: Ui, run: number, area: Area): Row[] {
  const view = runViewAt(ui, run);
  if (view === null) return awaited(ui, run);
  const tables = { ...area, height: view.tables.length + 1 };
  const figures = view.tables.length === 0 ? [] : [...summaryRows(ui, view, tables), blank];
  const checks = [blank, rule(ui, "checks"), ...checkRows(ui, run)];
  const room = area.height - 1 - figures.length - checks.length;
  return [...figures, ...outcomeRows(ui, view, Math.max(leastTold, room)), ...checks];
}

/** Lines of what a run came to, however many checks failed. */
const leastTold = 8;

function verdictPane(ui: Ui, { run }: PlaceOf<"validation">, area: Area): Row[] | null {
  const verdict = selectedVerdict(ui);
  if (verdict === null) return null;
  const glyphs = glyphsOf(ui.look);
  const before = observedBefore(ui, run, verdict.position);
  const top = [
    rule(ui, verdict.table),
    ...paragraph(ui, expectationInWords(verdict, glyphs, true), 3, "strong"),
    indented(span(verdict.severity, "dim"), "   unexpected ", unexpected(verdict, glyphs)),
    ...(verdict.observed === null ? [] : paragraph(ui, `observed ${observedInWords(verdict.observed)}`, 2)),
    ...(before.text.trim() === "" ? [] : [indented("before ", before)]),
    blank,
  ];
  return [...top, ...valueRows(ui, run, verdict, { ...area, height: Math.max(1, area.height - top.length) })];
}

function datePane(ui: Ui, { as_of, entries }: SnapshotDate, area: Area): Row[] {
  const dates = snapshotsShown(ui, { screen: "snapshots", list: emptyList, marked: [] }).filter(
    (date) => date.as_of <= as_of,
  );
  const oldestFirst = dates.toSorted((one, other) => (one.as_of < other.as_of ? -1 : 1));
  const tables = [...new Set(dates.flatMap(({ standing }) => standing.map(({ table }) => table)))];
  const series = tables.map((table) => ({
    table,
    rows: oldestFirst.map(({ standing }) => standing.find((entry) => entry.table === table)?.rows ?? null),
  }));
  const seals = entries.flatMap(({ table, fingerprint }) => [
    ...paragraph(ui, table, 1),
    ...pieces(fingerprint, ui.size.columns - 6).map((piece) => indented(span(piece, "dim"))),
  ]);
  return [
    rule(ui, as_of),
    ...rowSeriesRows(ui, series, area),
    ...(seals.length === 0 ? [] : [blank, rule(ui, "seals"), ...seals]),
  ];
}

/** What has no blanks to be broken at. */
function pieces(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${Math.max(1, width)}}`, "g")) ?? [];
}
