import { missingOf } from "../../client/profiles.ts";
import { profileValue } from "../../client/words.ts";
import { formatCount, formatCounted, formatPercent } from "../../core/format.ts";
import { type Profile, usualOf } from "../../core/messages/profiles.ts";
import { type Area, awaitedRows, emptyRows, listRows, type Screen, yielding } from "../components/screen.ts";
import { type Glyphs, glyphsOf, sparkline } from "../drawing/glyphs.ts";
import { type Column, widest } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { type Span, span } from "../drawing/spans.ts";
import { areKnown, columnsShown, profileRequests } from "../model/column-lists.ts";
import { type ColumnLine, missingMore } from "../model/columns/lines.ts";
import {
  cursorOf,
  runViewAt,
  selectedColumn,
  selectedComparison,
  selectedDate,
  selectedVerdict,
} from "../model/lists.ts";
import { emptyList, here, type PlaceOf, refusalOf, type Ui } from "../model/model.ts";
import { at, type Binding, keysOn, nothingHere, type Reaction } from "../state/binding.ts";
import { open, stay } from "../state/stack.ts";

function openOfDate(ui: Ui): Reaction {
  const date = selectedDate(ui);
  if (date === null) return nothingHere(ui);
  return stay(open(ui, { screen: "columns", as_of: date.as_of, table: null, list: emptyList }));
}

function openCompared(ui: Ui, { from, to }: PlaceOf<"compare">): Reaction {
  const line = selectedComparison(ui);
  if (line === null) return nothingHere(ui);
  const { table } = line.table;
  if (line.column === null) return stay(open(ui, { screen: "columns", as_of: to, table, list: emptyList }));
  const { column } = line.column;
  const seen = { as_of: to, against: from, run: null };
  return stay(open(ui, { screen: "column", table, column, at: seen, list: emptyList }));
}

/** The column that an expectation is about, as the run's own drop has it. */
function openExpected(ui: Ui): Reaction {
  const place = here(ui);
  const run = place.screen === "validation" || place.screen === "verdict" ? place.run : null;
  const verdict = place.screen === "verdict" ? runViewAt(ui, place.run)?.verdicts[place.position] : selectedVerdict(ui);
  if (run === null || verdict == null) return "There is no expectation of a run here.";
  const { table, column } = verdict;
  if (column == null) return "It is about the table as a whole, and no single column.";
  const as_of = ui.details[run]?.as_of ?? "";
  return stay(open(ui, { screen: "column", table, column, at: { as_of, against: null, run }, list: emptyList }));
}

function openColumn(ui: Ui, { as_of }: PlaceOf<"columns">): Reaction {
  const line = selectedColumn(ui);
  if (line === null) return nothingHere(ui);
  if (line.profile === null) return `${line.table} was not profiled: ${key("p")} does that.`;
  const { table } = line;
  const { column } = line.profile;
  const seen = { as_of, against: null, run: null };
  return stay(open(ui, { screen: "column", table, column, at: seen, list: emptyList }));
}

/** What leads to columns, and what is done with them. */
export const columnsKeys: readonly Binding[] = [
  ...keysOn(["snapshots"], {
    keys: ["c"],
    label: "columns",
    help: "Show what each column of this date comes to, and what it was in the month before",
    act: openOfDate,
  }),
  ...keysOn(["compare"], {
    keys: ["c", "enter", "right", "l"],
    label: "column",
    help: "Show this column in both months as a picture, and over all months; of a table all its columns",
    act: at("compare", openCompared),
  }),
  ...keysOn(["validation", "verdict"], {
    keys: ["c"],
    label: "column",
    help: "Show the column that this expectation is about as a picture, and over all months",
    act: openExpected,
  }),
  ...keysOn(["columns"], {
    keys: ["enter", "right", "l"],
    label: "open",
    help: "Show this column as a picture, and over all months",
    act: at("columns", openColumn),
  }),
];

/** What nearly every change of a drop shows in, as a sign for those who skim. */
const muchMissing = 0.05;

/** Two neighbours as one, so that a line has room for all of them. */
function inPairs(counts: readonly number[]): number[] {
  return counts.flatMap((count, index) => (index % 2 === 0 ? [count + (counts[index + 1] ?? 0)] : []));
}

function columnsOf(items: readonly ColumnLine[], glyphs: Glyphs): Column<ColumnLine>[] {
  const of = (cell: (profile: Profile, line: ColumnLine) => Span | Span[] | string) => (line: ColumnLine) =>
    line.profile === null ? span(glyphs.none, "dim") : cell(line.profile, line);
  const usual = (profile: Profile | null) =>
    profile === null ? glyphs.none : profileValue(usualOf(profile), profile).replace("–", glyphs.none);
  return [
    {
      title: "COLUMN",
      width: widest(items, [20, 40], ({ profile }) => profile?.column ?? ""),
      least: 16,
      gap: 0,
      flex: true,
      cell: ({ profile }) => (profile === null ? span("not profiled", "warn") : profile.column),
    },
    {
      title: "TABLE",
      width: widest(items, [16, 40], ({ table }) => table),
      least: 16,
      drop: 1,
      cell: ({ table }) => span(table, "dim"),
    },
    {
      title: "TYPE",
      width: widest(items, [8, 27], ({ profile }) => profile?.type ?? ""),
      least: 8,
      drop: 6,
      cell: of(({ type }) => span(type, "dim")),
    },
    {
      title: "MISSING",
      width: 8,
      align: "right",
      cell: of((profile, { before }) => {
        const share = missingOf(profile);
        const more = missingMore(profile, before) ?? 0;
        const tone = more >= muchMissing ? "warn" : share === 0 ? "dim" : "plain";
        return span(share === null ? glyphs.none : formatPercent(100 * share), tone);
      }),
    },
    {
      title: "DISTINCT",
      width: 9,
      align: "right",
      drop: 5,
      cell: of(({ distinct, distinct_exact }) => `${distinct_exact ? "" : "~"}${formatCount(distinct)}`),
    },
    {
      title: "BEFORE",
      width: widest(items, [10, 24], ({ before }) => usual(before)),
      least: 10,
      align: "right",
      drop: 3,
      cell: ({ before }) => span(usual(before), "dim"),
    },
    {
      title: "USUAL",
      width: widest(items, [10, 24], ({ profile }) => usual(profile)),
      least: 10,
      align: "right",
      cell: of((profile) => usual(profile)),
    },
    {
      title: "VALUES",
      width: 10,
      gap: 2,
      drop: 2,
      cell: of(({ histogram }) => span(sparkline(inPairs(histogram?.counts ?? []), glyphs), "accent")),
    },
  ];
}

/** What each column under a date comes to: a line a column, beside what it was in the month before. */
export function columnsScreen(ui: Ui, place: PlaceOf<"columns">, area: Area): Screen {
  const { as_of, table } = place;
  const glyphs = glyphsOf(ui.look);
  const items = columnsShown(ui, place);
  const words = table === null ? yielding(1, "   mean, median, or most frequent", "dim") : span(`   ${table}`, "dim");
  const title = [span(`Columns as of ${as_of}`, "strong"), words];
  const missing = items.filter(({ profile }) => profile === null).length;
  return {
    title,
    right: missing === 0 ? [] : [span(`${formatCounted(missing, "table")} not profiled`, "warn")],
    rows:
      items.length === 0
        ? empty(ui, place)
        : listRows(ui, { columns: columnsOf(items, glyphs), items, cursor: cursorOf(ui, place), area }),
  };
}

function empty(ui: Ui, place: PlaceOf<"columns">) {
  const refused = profileRequests(ui, place).find((request) => refusalOf(ui, request) !== null);
  const [first] = profileRequests(ui, place);
  const request = refused ?? first;
  if (request !== undefined && !areKnown(ui, place)) return awaitedRows(ui, request, "reading the profiles");
  if (place.list.filter !== "") return emptyRows(ui, "No column fits the filter.", `${key("esc")} clears it`);
  return emptyRows(
    ui,
    `Nothing of ${place.as_of} was profiled.`,
    `${key("p")} takes the figures of all snapshots that have none`,
  );
}
