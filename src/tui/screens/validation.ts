import { statusWord } from "../../client/words.ts";
import { allOf, countsInWords, isRejecting, saidBriefly } from "../../core/messages/verdicts.ts";
import { expectationInWords, observedInWords } from "../../core/suites/expectation-words.ts";
import { clipMiddle, displayWidth, escapeControl } from "../../core/text.ts";
import { rule } from "../components/panels.ts";
import { type Area, awaitedRows, emptyRows, listGrid, listRows, type Screen, yielding } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import type { Column } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { filled, type Row, type Span, span } from "../drawing/spans.ts";
import { cursorOf, runViewAt, selectedVerdict, verdictsShown } from "../model/lists.ts";
import { emptyList, isRunning, type PlaceOf, type Ui } from "../model/model.ts";
import type { RunView } from "../model/run-view.ts";
import { type JudgedVerdict, signOf } from "../model/verdicts.ts";
import { observedBefore, unexpected, valueRows } from "../panes/values.ts";
import { at, type Binding, keysOn, type Reaction } from "../state/binding.ts";
import { open, stay, withHere } from "../state/stack.ts";

function openVerdict(ui: Ui, place: PlaceOf<"validation">): Reaction {
  // Its last word is told a moment before the series is over.
  const current = ui.live?.current;
  const run = place.run ?? (current?.end == null ? null : current.run);
  if (run === null)
    return isRunning(ui) ? "The values can be seen once the run is over." : "This run never got into the ledger.";
  const verdict = selectedVerdict(ui);
  if (verdict === null) return "There is no expectation here.";
  return stay(open(ui, { screen: "verdict", run, position: verdict.position, list: emptyList }));
}

export const validationKeys: readonly Binding[] = keysOn(
  ["validation"],
  {
    keys: ["enter", "right", "l"],
    label: "values",
    help: "Show the unexpected values, their keys, and where they came from",
    act: at("validation", openVerdict),
  },
  {
    keys: ["f"],
    label: "failures only",
    help: "Show failures only, and all again",
    act: at("validation", (ui, place) => stay(withHere(ui, { ...place, failuresOnly: !place.failuresOnly }))),
  },
);

/** Columns that names of tables, and what is expected of them, have at 60. */
const [shortNames, shortWords] = [16, 24];

function columnsOf(ui: Ui, place: PlaceOf<"validation">, { width, whole }: Area): Column<JudgedVerdict>[] {
  const glyphs = glyphsOf(ui.look);
  const verdicts = verdictsShown(ui, place);
  const severityOf = ({ severity }: JudgedVerdict) => span(severity, "dim");
  const before = ({ position }: JudgedVerdict) => observedBefore(ui, place.run, position);
  const longest = (least: number, most: number, words: (verdict: JudgedVerdict) => string) =>
    Math.min(most, Math.max(least, ...verdicts.map((verdict) => displayWidth(words(verdict)))));
  const isBeside = whole !== undefined && width < 100;
  const names = longest(5, 24, ({ table }) => table);
  const counts = longest(10, 20, (verdict) => unexpected(verdict, glyphs).text);
  // Of the last column, beside signs and names as narrow as they may get.
  const rest = width - 1 - 4 - Math.min(shortNames, names) - 1 - shortWords - 1;
  return [
    { title: "TABLE", width: names, least: shortNames, gap: 0, cell: ({ table }) => table },
    {
      title: "EXPECTATION",
      width: 34,
      // What was observed stands in a pane, too: names go before it there.
      least: isBeside ? longest(24, 34, (verdict) => expectationInWords(verdict, glyphs)) : shortWords,
      flex: true,
      // What is asked of a column stands behind its name.
      cell: (verdict, room) =>
        span(
          clipMiddle(expectationInWords(verdict, glyphs), room, glyphs.ellipsis),
          verdict.verdict === "passed" ? "plain" : signOf(verdict, glyphs).tone,
        ),
    },
    ...(width < 100 ? [] : [{ title: "SEVERITY", width: 8, drop: 9, cell: severityOf }]),
    {
      title: "OBSERVED",
      // A number of which some digits are cut is another one.
      width: longest(9, 24, ({ observed }) => observedInWords(observed)),
      align: "right",
      drop: 3,
      cell: ({ observed }) => observedInWords(observed),
    },
    {
      title: "UNEXPECTED",
      width: counts <= rest ? counts : longest(10, 20, (verdict) => unexpected(verdict, glyphs, 0).text),
      align: "right",
      drop: 1,
      cell: (verdict, room) => unexpected(verdict, glyphs, room),
    },
    // A pane beside a narrow list shows it, too.
    ...(isBeside ? [] : [{ title: "BEFORE", width: 7, drop: 4, cell: before }]),
  ];
}

const previewHeight = 5;

/** Every expectation of a run, failures first; below it the values behind the one under the cursor. */
export function validationScreen(ui: Ui, place: PlaceOf<"validation">, room: Area): Screen {
  const { width, height, whole } = room;
  const view = runViewAt(ui, place.run);
  const items = verdictsShown(ui, place);
  const cursor = cursorOf(ui, place);
  const selected = items[cursor];
  if (view === null || selected === undefined) return { ...heading(ui, view), rows: empty(ui, place, view) };
  const glyphs = glyphsOf(ui.look);
  const about = escapeControl(`${selected.table} ${glyphs.dot} ${expectationInWords(selected, glyphs, true)}`);
  const values = valueRows(ui, place.run, selected, { width, height: previewHeight - 1 });
  const preview = height < 14 || whole !== undefined ? [] : [rule(ui, about), ...values];
  const area = { width, height: height - preview.length };
  const columns = columnsOf(ui, place, room);
  const listing = { columns, items, cursor, area, sign: (verdict: JudgedVerdict) => signOf(verdict, glyphs) };
  const caption = place.failuresOnly ? "failures only" : "";
  if (whole !== undefined) return { ...heading(ui, view), caption, rows: listRows(ui, listing) };
  const grid = listGrid(ui, listing);
  return {
    ...heading(ui, view),
    caption,
    grid,
    rows: [...filled([], area.height - grid.rows.length - 1), ...preview],
  };
}

function heading(ui: Ui, view: RunView | null) {
  if (view === null) return { title: [span("Expectations", "strong")] };
  const { dot } = glyphsOf(ui.look);
  const { passed } = view.expectations;
  const all = allOf(view.expectations);
  const run = view.run === null ? "" : ` ${dot} run ${view.run}`;
  const told = (right: string, ...counts: Span[]) => ({
    title: [span(view.month, "strong"), yielding(1, run, "strong"), span(` ${dot} `), ...counts],
    right: [yielding(2, right, "dim")],
  });
  if (all === 0) return told("", span("none evaluated", "dim"));
  const others = countsInWords({ ...view.expectations, passed: 0 }, saidBriefly);
  if (view.verdicts.some(isRejecting)) {
    return told(
      "nothing was published",
      span(
        others.replace(/^\d+/, (count) => `${count} of ${all}`),
        "bad",
      ),
    );
  }
  const mild = others === "" ? [] : [span(`, ${others}`, "warn")];
  return told(statusWord(view.outcome), span(`${passed} of ${all} hold`, "good"), ...mild);
}

function empty(ui: Ui, place: PlaceOf<"validation">, view: RunView | null): Row[] {
  if (view === null) return awaitedRows(ui, { kind: "show", run: place.run ?? 0 }, "reading the ledger");
  if (place.list.filter !== "") return emptyRows(ui, "No expectation fits the filter.", `${key("esc")} clears it`);
  if (place.failuresOnly) return emptyRows(ui, "Nothing failed.", `${key("f")} shows all expectations`);
  return emptyRows(
    ui,
    "No expectation was evaluated in this run.",
    `It ended before that stage; ${key("esc")} goes back to it.`,
  );
}
