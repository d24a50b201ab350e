import { formatCount } from "../../core/format.ts";
import type { UnexpectedValues } from "../../core/messages/listings.ts";
import { expectationInWords, observedInWords } from "../../core/suites/expectation-words.ts";
import { clip, escapeControl } from "../../core/text.ts";
import type { Area, Screen } from "../components/block.ts";
import { awaitedRows, emptyRows, listRows } from "../components/list.ts";
import { rule } from "../components/panels.ts";
import type { Column } from "../drawing/columns.ts";
import { glyphsOf, sparkline } from "../drawing/glyphs.ts";
import { type Row, row, span, wrap } from "../drawing/spans.ts";
import { cursorIn, matches, runViewAt } from "../model/lists.ts";
import { type PlaceOf, sampleName, type Ui } from "../model/model.ts";
import { type JudgedVerdict, judged, signOf } from "../model/verdicts.ts";
import { unexpected } from "./validation.ts";
import { keyInWords, origin, shownValue } from "./values.ts";

const columns: Column[] = [
  { title: "KEY", width: 20, gap: 0 },
  { title: "VALUE", width: 16, flex: true },
  { title: "FROM", width: 26 },
];

/** One expectation: what it asks, what was observed, each unexpected value with its key and line, and the SQL. */
export function verdictScreen(ui: Ui, place: PlaceOf<"verdict">, area: Area): Screen {
  const view = runViewAt(ui, place.run);
  const verdict = judged(view?.verdicts ?? [])[place.position];
  if (view === null || verdict === undefined) {
    const rows = awaitedRows(ui, { kind: "show", run: place.run }, "reading the ledger");
    return { title: [span(`run ${place.run}`, "strong")], right: [], caption: "", body: [{ kind: "rows", rows }] };
  }
  const glyphs = glyphsOf(ui.look);
  const sign = signOf(verdict, glyphs);
  const sqlRows = statementRows(ui, ui.samples[sampleName(place.run, place.position)], area);
  const facts = factRows(ui, place, verdict, area.width);
  const height = area.height - facts.length - sqlRows.length;
  const values = valueList(ui, place, verdict, { width: area.width, height });
  const gap: Row[] = Array.from({ length: Math.max(0, height - values.length) }, () => ({ spans: [] }));
  return {
    title: [
      span(`${sign.text} `, sign.tone),
      span(`${verdict.table} ${glyphs.dot} ${expectationInWords(verdict, glyphs, true)}`, "strong"),
    ],
    right: [span(`${view.month} ${glyphs.dot} run ${place.run}`, "dim")],
    caption: "",
    body: [{ kind: "rows", rows: [...facts, ...values, ...gap, ...sqlRows] }],
  };
}

/** Rows of the screen that the values need beside a statement of many lines. */
const besideStatement = 14;

/** What finds all the values and where it looks, or why nothing does. */
function statementRows(ui: Ui, samples: UnexpectedValues | undefined, { width, height }: Area): Row[] {
  if (samples === undefined || (samples.sql === null && samples.sql_note === "")) return [];
  const { sql, sql_note: note } = samples;
  const { dot, ellipsis } = glyphsOf(ui.look);
  const wrapped = (text: string) => wrap(escapeControl(text), width - 6, 3, ellipsis).map((line) => row("   ", line));
  if (sql === null) return [rule(ui, "SQL"), ...wrapped(note)];
  const caption = rule(ui, escapeControl(`SQL ${dot} ${note}`));
  const lines = sql.split("\n");
  if (lines.length === 1) return [caption, ...wrapped(sql)];
  // Clipped and never wrapped: a line of a script is a command.
  const room = Math.max(3, height - besideStatement);
  const shown = lines.length > room ? [...lines.slice(0, room - 1), `${ellipsis} y copies all of it`] : lines;
  return [caption, ...shown.map((line) => row("   ", clip(escapeControl(line), width - 6, ellipsis)))];
}

function factRows(ui: Ui, place: PlaceOf<"verdict">, verdict: JudgedVerdict, width: number): Row[] {
  const glyphs = glyphsOf(ui.look);
  const points = ui.history[place.run]?.find(({ position }) => position === place.position)?.points ?? [];
  const observed = verdict.observed === null ? "" : `   observed ${observedInWords(verdict.observed)}`;
  const history =
    points.length < 2
      ? []
      : [
          span("   before "),
          span(
            sparkline(
              points.map((point) => point.observed),
              glyphs,
            ),
            "accent",
          ),
        ];
  const kwargs = Object.entries(verdict.kwargs).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [
    row(
      "   ",
      span(verdict.severity, verdict.rank === 0 ? "bad" : "plain"),
      observed,
      "   unexpected ",
      unexpected(verdict, glyphs),
      ...history,
    ),
    ...wrap(escapeControl(`${verdict.type} ${kwargs.join(", ")}`), width - 6, 1, glyphs.ellipsis).map((line) =>
      row("   ", span(line, "dim")),
    ),
  ];
}

function valueList(ui: Ui, place: PlaceOf<"verdict">, verdict: JudgedVerdict, area: Area): Row[] {
  const samples = ui.samples[sampleName(place.run, place.position)];
  if (samples === undefined) {
    return awaitedRows(ui, { kind: "samples", run: place.run, position: place.position }, "reading the values");
  }
  if (samples.rows.length === 0) {
    return emptyRows(
      verdict.rank === 2
        ? "It holds: there is no unexpected value."
        : "It is about the table as a whole: there is no single value to show.",
    );
  }
  const items = samples.rows.filter((found) =>
    matches(`${keyInWords(found.key)} ${found.value} ${origin(found)}`, place.list.filter),
  );
  const cursor = cursorIn(
    samples.rows.map((_, index) => String(index)),
    place,
  );
  const rows = listRows(ui, {
    columns,
    items,
    cursor: Math.min(cursor, items.length - 1),
    width: area.width,
    height: area.height - 1,
    cells: (found) => [[span(keyInWords(found.key))], [shownValue(found.value)], [span(origin(found), "accent")]],
  });
  const kept =
    samples.rows.length < samples.total
      ? row(
          "   ",
          span(
            `the first ${formatCount(samples.rows.length)} of ${formatCount(samples.total)}${samples.sql === null ? "" : "; the SQL finds all"}`,
            "dim",
          ),
        )
      : row("");
  return [...rows, kept];
}
