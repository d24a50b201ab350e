import { knownOf, missingOf } from "../../client/profiles.ts";
import { profileValue } from "../../client/words.ts";
import { bar, formatCount, formatPercent } from "../../core/format.ts";
import { type Profile, usualOf } from "../../core/messages/profiles.ts";
import { type Area, awaitedRows, emptyRows, listRows, type Screen, yielding } from "../components/screen.ts";
import { type Glyphs, glyphsOf } from "../drawing/glyphs.ts";
import type { Column } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { scaleOf, spreadLine } from "../drawing/plot.ts";
import { filled, indented, type Row, type Span, span } from "../drawing/spans.ts";
import { areKnown, columnMonthsShown, columnsShown, profileRequests } from "../model/column-lists.ts";
import { type ColumnMonth, spreadOf } from "../model/columns/lines.ts";
import { cursorOf, selectedColumnMonth } from "../model/lists.ts";
import { here, type PlaceOf, refusalOf, type Ui } from "../model/model.ts";
import { columnPicture } from "../panes/column-pane.ts";
import { at, type Binding, keysOn, type Reaction, whenFree } from "../state/binding.ts";
import { askProfile } from "../state/questions.ts";
import { askFirst, showRun } from "../state/stack.ts";

function openMonth(ui: Ui): Reaction {
  const month = selectedColumnMonth(ui);
  return month === null ? "There is no month here." : showRun(ui, month.run);
}

/** Whether figures of something on show were never taken. */
function lacksProfile(ui: Ui): boolean {
  const place = here(ui);
  if (place.screen === "columns") return columnsShown(ui, place).some(({ profile }) => profile === null);
  return place.screen === "column" && columnMonthsShown(ui, place).some(({ profile }) => profile === null);
}

export const columnKeys: readonly Binding[] = [
  ...keysOn(["column"], {
    keys: ["enter", "right", "l"],
    label: "open run",
    help: "Open the run that this month's figures are of",
    act: at("column", openMonth),
  }),
  ...keysOn(["snapshots", "columns", "column"], {
    keys: ["p"],
    label: "profile",
    help: "Take the figures of all snapshots that have none yet, after a question",
    quiet: (ui) => !lacksProfile(ui),
    act: whenFree((ui) => askFirst(ui, askProfile(ui))),
  }),
];

/** A column as a picture, this month over the month before, and below it a line a month, the newest on top. */
export function columnScreen(ui: Ui, place: PlaceOf<"column">, { width, height, whole }: Area): Screen {
  const { table, column, at: seen } = place;
  const items = columnMonthsShown(ui, place);
  const cursor = cursorOf(ui, place);
  const selected = items[cursor];
  const type = items.find(({ profile }) => profile !== null)?.profile?.type ?? "";
  const title = [span(`${table} ${glyphsOf(ui.look).dot} ${column}`, "strong"), yielding(1, `   ${type}`, "dim")];
  const right = [yielding(2, seen.run === null ? seen.as_of : `run ${seen.run}`, "dim")];
  if (selected === undefined || !areKnown(ui, place)) return { title, right, rows: empty(ui, place) };
  const listHeight = Math.max(4, Math.min(items.length + 2, Math.floor(height / 2)));
  const picture = whole === undefined ? columnPicture(ui, place, { width, height: height - listHeight }) : [];
  const area = { width, height: height - picture.length - 1 };
  const list = listRows(ui, { columns: columnsOf(items, glyphsOf(ui.look)), items, cursor, area });
  return { title, right, rows: [...picture, ...filled([...list, legend(ui, selected.profile)], area.height + 1)] };
}

function columnsOf(items: readonly ColumnMonth[], glyphs: Glyphs): Column<ColumnMonth>[] {
  const spreads = items.flatMap(({ profile }) => (profile && spreadOf(profile)) ?? []);
  const scale = scaleOf(spreads.flatMap(({ whole }) => [whole.from, whole.to]));
  const of =
    (cell: (profile: Profile, width: number) => Span | Span[] | string) => (item: ColumnMonth, width: number) =>
      item.profile === null ? span(glyphs.none, "dim") : cell(item.profile, width);
  const widest = (least: number, count: (profile: Profile) => number) =>
    Math.max(least, ...items.map(({ profile }) => (profile === null ? 0 : formatCount(count(profile)).length)));
  const isOrdered = spreads.length > 0;
  const kind = items.find(({ profile }) => profile !== null)?.profile?.kind ?? "category";
  const ends = scale === null ? [] : [scale.least, scale.greatest];
  const end = (place: number) =>
    kind === "time" ? new Date(place).toISOString().slice(0, 10) : profileValue(String(place), { kind });
  return [
    { title: "AS OF", width: 10, gap: 0, cell: ({ as_of }) => as_of },
    { title: "RUN", width: 5, align: "right", drop: 3, cell: ({ run }) => span(String(run), "dim") },
    {
      title: "ROWS",
      width: widest(4, ({ rows }) => rows),
      align: "right",
      drop: 4,
      cell: of(({ rows }) => formatCount(rows)),
    },
    { title: "MISSING", width: 8, align: "right", cell: of((profile) => missingCell(profile, glyphs)) },
    {
      title: "DISTINCT",
      width: widest(8, ({ distinct }) => distinct),
      align: "right",
      drop: 2,
      cell: of(({ distinct }) => formatCount(distinct)),
    },
    {
      title: usualTitles[kind],
      width: isOrdered ? 10 : 16,
      align: isOrdered ? "right" : "left",
      gap: isOrdered ? 1 : 2,
      cell: of((profile) => profileValue(usualOf(profile), profile).replace("–", glyphs.none)),
    },
    ...(isOrdered
      ? [
          {
            title: ends.map(end).join(` ${glyphs.arrow} `),
            // Of dates the heading is what takes room.
            width: Math.max(20, Math.min(30, ends.map(end).join(` ${glyphs.arrow} `).length)),
            flex: true,
            gap: 2,
            cell: of((profile: Profile, room: number) => {
              const spread = spreadOf(profile);
              return spread === null || scale === null ? "" : spreadLine(spread, scale, room - 1, glyphs);
            }),
          },
        ]
      : [
          { title: "SHARE", width: 7, align: "right" as const, cell: of(shareCell) },
          {
            title: "",
            width: 1,
            flex: true,
            gap: 0,
            cell: ({ profile }: ColumnMonth, room: number) => shareBar(profile, room, glyphs),
          },
        ]),
  ];
}

const usualTitles = { number: "MEAN", time: "MEDIAN", boolean: "MOST FREQUENT", category: "MOST FREQUENT" } as const;

function missingCell(profile: Profile, glyphs: Glyphs): Span {
  const share = missingOf(profile);
  return share === null ? span(glyphs.none, "dim") : span(formatPercent(100 * share), share === 0 ? "dim" : "plain");
}

/** How many of the known values the most frequent one is. */
function shareOf({ frequent, ...profile }: Profile): number | null {
  const [first] = frequent;
  return first === undefined ? null : first.rows / Math.max(1, knownOf(profile));
}

function shareCell(profile: Profile): string {
  const share = shareOf(profile);
  return share === null ? "" : formatPercent(100 * share);
}

function shareBar(profile: Profile | null, room: number, glyphs: Glyphs): Span[] {
  const share = profile === null ? null : shareOf(profile);
  // A bar of a few columns tells nothing.
  if (share === null || room < 11) return [];
  return [span(` ${bar(share, Math.min(40, room - 2), { ...glyphs.bar, empty: " " })}`, "accent")];
}

/** What the signs of the lines mean. */
function legend(ui: Ui, profile: Profile | null): Row {
  const { whole, half, mark } = glyphsOf(ui.look);
  if (profile === null || spreadOf(profile) === null) return indented("");
  return indented(span(`${whole} 5 to 95 %   ${half} 25 to 75 %   ${mark} median`, "dim"));
}

function empty(ui: Ui, place: PlaceOf<"column">): Row[] {
  const requests = profileRequests(ui, place);
  const request = requests.find((one) => refusalOf(ui, one) !== null) ?? requests[0];
  if (request !== undefined && !areKnown(ui, place)) return awaitedRows(ui, request, "reading the profiles");
  if (place.list.filter !== "") return emptyRows(ui, "No month fits the filter.", `${key("esc")} clears it`);
  return emptyRows(ui, "No month has figures of it.", `${key("p")} takes those of all snapshots that have none`);
}
