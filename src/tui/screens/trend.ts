import { formatCount } from "../../core/format.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import { type Area, awaitedRows, emptyRows, listRows, paragraph, type Screen, yielding } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import type { Column } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { plotLine, scaleOf } from "../drawing/plot.ts";
import { type Span, span } from "../drawing/spans.ts";
import { cursorOf, pointsShown, runViewAt, selectedVerdict } from "../model/lists.ts";
import { emptyList, here, type PlaceOf, type Ui } from "../model/model.ts";
import { standingInWords } from "../model/verdicts.ts";
import { at, type Binding, keysOn, type Reaction } from "../state/binding.ts";
import { open, showRun, stay } from "../state/stack.ts";

type Point = ReturnType<typeof pointsShown>[number];

function openTrend(ui: Ui): Reaction {
  const place = here(ui);
  const position = place.screen === "verdict" ? place.position : selectedVerdict(ui)?.position;
  if (!("run" in place) || place.run === null || position === undefined)
    return "There is no expectation of a run here.";
  return stay(open(ui, { screen: "trend", run: place.run, position, list: emptyList }));
}

function openPoint(ui: Ui, place: PlaceOf<"trend">): Reaction {
  const point = pointsShown(ui, place)[cursorOf(ui)];
  return point === undefined ? "There is no point here." : showRun(ui, point.run);
}

export const trendKeys: readonly Binding[] = [
  ...keysOn(["validation", "verdict"], {
    keys: ["t"],
    label: "trend",
    help: "Show what this expectation observed in all months, with its bounds",
    act: openTrend,
  }),
  ...keysOn(["trend"], {
    keys: ["enter", "right", "l"],
    label: "open",
    help: "Open the run that this point is of",
    act: at("trend", openPoint),
  }),
];

const boundNames = ["min_value", "max_value"];

/** What an expectation observed month by month, newest on top, between the bounds that its suite sets. */
export function trendScreen(ui: Ui, place: PlaceOf<"trend">, { width, height }: Area): Screen {
  const glyphs = glyphsOf(ui.look);
  const verdict = runViewAt(ui, place.run)?.verdicts[place.position];
  const words = verdict === undefined ? `run ${place.run}` : expectationInWords(verdict, glyphs, true);
  const table = verdict === undefined ? "" : `${verdict.table} ${glyphs.dot} `;
  const title = [span("Trend   ", "strong"), yielding(1, table, "dim"), span(words, "dim")];
  if (ui.trends[place.run] === undefined) {
    return { title, rows: awaitedRows(ui, { kind: "history", run: place.run, every: true }, "reading the ledger") };
  }
  const items = pointsShown(ui, place);
  if (items.length === 0)
    return { title, rows: emptyRows(ui, "Nothing was observed in any month.", `${key("esc")} goes back`) };
  const kwargs = { ...verdict?.kwargs } as Record<string, unknown>;
  const bounds = boundNames.flatMap((name) => {
    const bound = kwargs[name];
    // Of what counts unexpected values the bounds are about the values, and not about their number.
    return typeof bound === "number" && typeof verdict?.observed === "number" ? [bound] : [];
  });
  const scale = scaleOf([...items.map(({ observed }) => observed), ...bounds]);
  const columns: Column<Point>[] = [
    { title: "AS OF", width: 10, gap: 0, cell: ({ as_of }) => as_of },
    { title: "OBSERVED", width: 12, align: "right", cell: ({ observed }) => shown(observed, glyphs.none) },
    {
      title: scale === null ? "" : `${formatted(scale.least)} ${glyphs.arrow} ${formatted(scale.greatest)}`,
      width: 20,
      least: 8,
      flex: true,
      gap: 2,
      cell: ({ observed, verdict }, room) =>
        plotLine(observed, bounds, scale, room - 1, verdict === "passed" ? "good" : "bad", glyphs),
    },
    { title: "", width: 13, cell: ({ verdict }) => (verdict === "passed" ? "" : standingInWords(verdict)) },
  ];
  const told = [
    ...(bounds.length === 0 ? [] : [`${glyphs.between} the suite's bounds: ${bounds.map(formatted).join(", ")}`]),
    ...(scale === null
      ? [`what it observes is no number to be drawn: ${key("enter")} shows what that month's run found`]
      : []),
  ].flatMap((line) => paragraph(ui, line, 2, "dim"));
  const area = { width, height: height - told.length };
  return {
    title,
    right: [yielding(2, `run ${place.run}`, "dim")],
    rows: [...listRows(ui, { columns, items, cursor: cursorOf(ui, place), area }), ...told],
  };
}

function shown(observed: number | null, none: string): Span {
  return observed === null ? span(none, "dim") : span(formatted(observed));
}

function formatted(value: number): string {
  return formatCount(Number(value.toPrecision(6)));
}
