import { formatCount } from "../../core/format.ts";
import type { UnexpectedRow, UnexpectedValues } from "../../core/messages/unexpected.ts";
import { isRejecting } from "../../core/messages/verdicts.ts";
import { expectationInWords, observedInWords } from "../../core/suites/expectation-words.ts";
import { clip, displayWidth, escapeControl } from "../../core/text.ts";
import { rule } from "../components/panels.ts";
import {
  type Area,
  awaitedRows,
  emptyRows,
  listRows,
  paragraph,
  type Screen,
  upTo,
  yielding,
} from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import { type Column, stretch } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { blank, filled, indented, type Row, span, widthOf } from "../drawing/spans.ts";
import { cursorOf, runViewAt } from "../model/lists.ts";
import { type PlaceOf, sampleName, type Ui } from "../model/model.ts";
import { knownValues, valueAt } from "../model/values.ts";
import { type JudgedVerdict, judged, signOf, whyUnseen } from "../model/verdicts.ts";
import { keyInWords, observedBefore, origin, shownKey, shownValue, unexpected } from "../panes/values.ts";

/** As wide as what stands in them; where that does not fit, key and value yield before the line of the file does. */
function columnsOf(rows: readonly UnexpectedRow[], glyphs: Glyphs): Column<UnexpectedRow>[] {
  const widest = (textOf: (row: UnexpectedRow) => string) =>
    rows.reduce((most, found) => Math.max(most, displayWidth(textOf(found))), 6);
  return [
    {
      title: "KEY",
      width: widest(({ key }) => keyInWords(key)),
      least: 10,
      gap: 0,
      cell: ({ key }) => shownKey(key, glyphs),
    },
    {
      title: "VALUE",
      width: widest(({ value }) => shownValue(value).text),
      least: 10,
      gap: 2,
      cell: ({ value }) => shownValue(value),
    },
    { title: "FROM", width: widest(origin), flex: true, gap: 2, cell: (found) => span(origin(found), "accent") },
  ];
}

/** One expectation: what it asks, what was observed, each unexpected value with its key and line, and the SQL. */
export function verdictScreen(ui: Ui, place: PlaceOf<"verdict">, { width, height }: Area): Screen {
  const { run, position } = place;
  const view = runViewAt(ui, run);
  const verdict = judged(view?.verdicts ?? [])[position];
  if (view === null || verdict === undefined) {
    return {
      title: [span(`run ${run}`, "strong")],
      rows: awaitedRows(ui, { kind: "show", run }, "reading the ledger"),
    };
  }
  const glyphs = glyphsOf(ui.look);
  const sign = signOf(verdict, glyphs);
  const sql = statementRows(ui, ui.samples[sampleName(run, position)], { width, height });
  const above = factRows(ui, place, verdict);
  const rest = height - above.length - sql.length;
  const asked = askedRows(ui, verdict, rest - valuesHeight(ui, place, verdict));
  const facts = [...above, ...asked];
  const room = rest - asked.length;
  const values = valueList(ui, place, verdict, { width, height: room });
  return {
    title: [
      span(`${sign.text} `, sign.tone),
      span(`${verdict.table} ${glyphs.dot} ${expectationInWords(verdict, glyphs, true)}`, "strong"),
    ],
    // The screen before says it, too.
    right: [yielding(2, `${view.month} ${glyphs.dot} `, "dim"), yielding(1, `run ${run}`, "dim")],
    rows: [...facts, ...filled(values, room), ...sql],
  };
}

/** Rows of the screen that the values need beside a statement of many lines. */
const besideStatement = 14;

/** What finds all the values and where it looks, or why nothing does. */
function statementRows(ui: Ui, samples: UnexpectedValues | undefined, { width, height }: Area): Row[] {
  if (samples === undefined || (samples.sql === null && samples.sql_note === "")) return [];
  const { sql, sql_note: note } = samples;
  const { dot, ellipsis } = glyphsOf(ui.look);
  if (sql === null) return [rule(ui, "SQL"), ...paragraph(ui, note, 3)];
  const caption = rule(ui, escapeControl(`SQL ${dot} ${note}`));
  const lines = sql.split("\n");
  const copies = `${key("S")} copies all of it`;
  if (lines.length === 1) return [caption, ...upTo(ui, paragraph(ui, sql), 3, copies)];
  // Clipped and never wrapped: a line of a script is a command.
  const room = Math.max(3, height - besideStatement);
  const shown = lines.map(escapeControl);
  const isWhole = lines.length <= room && shown.every((line) => displayWidth(line) <= width - 6);
  const rows = shown.slice(0, isWhole ? room : room - 1).map((line) => indented(clip(line, width - 6, ellipsis)));
  return [caption, ...rows, ...(isWhole ? [] : [indented(`${ellipsis} ${copies}`)])];
}

function factRows(ui: Ui, { run, position }: PlaceOf<"verdict">, verdict: JudgedVerdict): Row[] {
  const observed = verdict.observed === null ? "" : `   observed ${observedInWords(verdict.observed)}`;
  const before = observedBefore(ui, run, position);
  const facts = indented(
    span(verdict.severity, isRejecting(verdict) ? "bad" : "plain"),
    observed,
    "   unexpected ",
    unexpected(verdict, glyphsOf(ui.look)),
  );
  const trend = before.text.trim().length < 2 ? [] : [span("   before "), before];
  // Whole, or on a line of its own.
  const isBeside = widthOf([...facts.spans, ...trend]) < ui.size.columns;
  return isBeside ? [{ spans: [...facts.spans, ...trend] }] : [facts, indented("before ", before)];
}

/** What it asks, in the words of its suite: on the lines that the values leave, or on a few. */
function askedRows(ui: Ui, verdict: JudgedVerdict, left: number): Row[] {
  const kwargs = Object.entries(verdict.kwargs).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const words = `${verdict.type} ${kwargs.join(", ")}`;
  const most = Math.max(verdict.verdict === "passed" || ui.size.rows >= 24 ? 3 : 1, left);
  return most === 1
    ? paragraph(ui, words, 1, "dim")
    : upTo(ui, paragraph(ui, words, undefined, "dim"), most, "its suite has all of it");
}

/** Lines that its values, or why there are none, would take. */
function valuesHeight(ui: Ui, place: PlaceOf<"verdict">, verdict: JudgedVerdict): number {
  const unseen = whyUnseen(verdict);
  if (unseen !== null) return 1 + paragraph(ui, unseen).length;
  const total = knownValues(ui, place)?.total ?? ui.samples[sampleName(place.run, place.position)]?.rows.length ?? 0;
  // The heading, and how many there are; in place of none a blank, and two lines of words.
  return total === 0 ? 3 : total + 2;
}

function valueList(ui: Ui, place: PlaceOf<"verdict">, verdict: JudgedVerdict, { width, height }: Area): Row[] {
  const { run, position } = place;
  const unseen = whyUnseen(verdict);
  if (unseen !== null) return [blank, ...paragraph(ui, unseen, Math.max(1, height - 1), "warn")];
  const samples = ui.samples[sampleName(run, position)];
  if (samples === undefined) return awaitedRows(ui, { kind: "samples", run, position }, "reading the values");
  const { rows: found } = samples;
  if (found.length === 0 && verdict.verdict === "passed")
    return emptyRows(ui, "It holds: there is no unexpected value.");
  if (found.length === 0) return emptyRows(ui, "It is about the table as a whole: there is no single value to show.");
  const known = knownValues(ui, place);
  if (known === null) return awaitedRows(ui, { kind: "samples", run, position }, "reading the values");
  if (known.total === 0) return emptyRows(ui, "No value holds these words.", `${key("esc")} clears the filter`);
  const cursor = cursorOf(ui, place);
  const area = { width, height: height - 1 };
  const { from, to } = stretch(known.total, cursor, area.height - 1);
  const items = Array.from({ length: to - from }, (_, index) => valueAt(known, from + index) ?? unread);
  const kept = `the first ${formatCount(known.total)} of ${formatCount(samples.total)}${samples.sql === null ? "" : "; the SQL finds all"}`;
  return [
    ...listRows(ui, { columns: columnsOf(items, glyphsOf(ui.look)), items, cursor: cursor - from, area }),
    known.all || known.total >= samples.total ? blank : indented(span(kept, "dim")),
  ];
}

const unread: UnexpectedRow = { key: {}, value: "", file: null, line: null };
