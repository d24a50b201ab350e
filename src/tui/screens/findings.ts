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
import { type Glyphs, glyphsOf, withSigns } from "../drawing/glyphs.ts";
import { type Column, stretch, widest } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { filled, row, span } from "../drawing/spans.ts";
import { answerLines, findingsShown } from "../model/findings.ts";
import type { Finding } from "../model/known.ts";
import { cursorOf } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";

const awaited = { doctor: "looking at all that a run needs", check: "reading what was dropped" };
const tones = { ok: "good", warn: "warn", fail: "bad" } as const;

/** The first word of a line; of `check` it is a month, or a file of it. */
const subjects = { doctor: "CHECK", check: "DROP" };

const columnsOf = (kind: keyof typeof subjects, items: readonly Finding[], glyphs: Glyphs): Column<Finding>[] => [
  {
    title: subjects[kind],
    width: widest(items, [18, 40], ({ name }) => name),
    gap: 0,
    least: 18,
    cell: ({ name }) => name,
  },
  {
    title: "FOUND",
    width: 20,
    flex: true,
    gap: 2,
    cell: ({ detail, state }) => span(withSigns(detail, glyphs), state === "ok" ? "plain" : tones[state]),
  },
];

/** Lines that the list keeps, however much there is to say of one of its lines. */
const leastList = 4;

/** What was looked at without changing anything: how each thing stands, and below it all words and the remedy. */
export function findingsScreen(ui: Ui, place: PlaceOf<"findings">, { width, height }: Area): Screen {
  const { request } = place;
  const title = [
    span(request.kind === "doctor" ? "Doctor" : "Check", "strong"),
    yielding(1, "   nothing was changed", "dim"),
  ];
  const items = findingsShown(ui, place);
  if (items === null) {
    return { title, rows: awaitedRows(ui, request, awaited[request.kind]) };
  }
  const cursor = cursorOf(ui, place);
  const selected = items[cursor];
  if (selected === undefined)
    return { title, rows: emptyRows(ui, "There is nothing here.", `${key("esc")} goes back`) };
  const glyphs = glyphsOf(ui.look);
  const told = [
    ...paragraph(ui, selected.detail),
    ...(selected.remedy === null ? [] : paragraph(ui, selected.remedy, undefined, "accent")),
  ];
  const about = [rule(ui, selected.name), ...upTo(ui, told, height - leastList - 1, `${key("y")} copies all of it`)];
  const area = { width, height: height - about.length };
  const sign = ({ state }: Finding) => span(glyphs[state], tones[state]);
  const bad = items.filter(({ state }) => state === "fail").length;
  return {
    title,
    right: [bad === 0 ? span("all is well", "good") : span(`${bad} to mend`, "bad")],
    rows: [
      ...filled(
        listRows(ui, { columns: columnsOf(request.kind, items, glyphs), items, cursor, area, sign }),
        area.height,
      ),
      ...about,
    ],
  };
}

/** What a line of the command line came to, in its words. */
export function answerScreen(ui: Ui, place: PlaceOf<"answer">, { height }: Area): Screen {
  const { ellipsis, cursor: sign } = glyphsOf(ui.look);
  const title = [span(place.line, "strong")];
  const told = ui.told[place.line];
  if (told === undefined) return { title, rows: emptyRows(ui, `asking${ellipsis}`) };
  const lines = answerLines(ui, place);
  if (lines.length === 0) return { title, rows: emptyRows(ui, "It has nothing to say.") };
  const cursor = cursorOf(ui, place);
  const { from, to } = stretch(lines.length, cursor, height);
  return {
    title,
    right: told.isGood ? [] : [span("refused", "bad")],
    rows: lines.slice(from, to).map((text, index) => {
      const selected = from + index === cursor;
      return {
        ...row(span(selected ? `${sign} ` : "  ", "accent"), span(text, told.isGood ? "plain" : "bad")),
        selected,
      };
    }),
  };
}
