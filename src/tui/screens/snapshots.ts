import { bar, formatAge, formatCount } from "../../core/format.ts";
import { isWeak, type SnapshotEntry } from "../../core/messages/seals.ts";
import { type Area, awaitedRows, emptyRows, listRows, type Screen, yielding } from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import type { Column } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { type Span, span } from "../drawing/spans.ts";
import type { SnapshotDate } from "../model/known.ts";
import { cursorOf, selectedDate, snapshotsShown } from "../model/lists.ts";
import { emptyList, type PlaceOf, sealName, type Ui } from "../model/model.ts";
import { adopt, exportDate, verify } from "../state/asking.ts";
import { at, type Binding, keysOn, nothingHere, type Reaction, whenFree } from "../state/binding.ts";
import { askDrop } from "../state/questions.ts";
import { askFirst, moveBy, open, openSnapshots, stay, withHere } from "../state/stack.ts";

/** "usage_agg_30d_snapshots" → "USAGE": enough to tell the tables apart, the whole name when it is not. */
function titles(tables: readonly string[]): string[] {
  const words = tables.map((table) => {
    const parts = table.replace(/_snapshots$/, "").split("_");
    return (parts.slice(0, table.includes("profile") ? 2 : 1).at(-1) ?? "").toUpperCase();
  });
  return new Set(words).size === words.length ? words : tables.map((table) => table.toUpperCase());
}

function mark(ui: Ui, place: PlaceOf<"snapshots">): Reaction {
  const date = selectedDate(ui);
  if (date === null) return nothingHere(ui);
  const others = place.marked.filter((other) => other !== date.as_of);
  const marked = others.length < place.marked.length ? others : [...others.slice(-1), date.as_of];
  return stay(moveBy(withHere(ui, { ...place, marked }), 1));
}

function compare(ui: Ui, { marked }: PlaceOf<"snapshots">): Reaction {
  const current = selectedDate(ui)?.as_of;
  if (current === undefined && marked.length < 2) return nothingHere(ui);
  const dates = new Set([...(ui.snapshots ?? []), ...ui.unsealed].map(({ as_of }) => as_of));
  if (dates.size === 1) return `${current} is the only date: there is none to compare it with.`;
  if (marked.length === 0) return `Mark one or two dates with ${key("space")} first.`;
  const [from, to] = [...new Set(marked.length === 2 || current === undefined ? marked : [...marked, current])].sort();
  if (from === undefined || to === undefined) return "Mark another date, or move to it.";
  return stay(open(ui, { screen: "compare", from, to, list: emptyList }));
}

/** What is done with the date under the cursor. */
const onDate = (act: (ui: Ui, date: SnapshotDate) => Reaction) =>
  whenFree((ui) => {
    const date = selectedDate(ui);
    return date === null ? nothingHere(ui) : act(ui, date);
  });

/** What is done with snapshots, and what leads to them. */
export const snapshotsKeys: readonly Binding[] = [
  ...keysOn(
    ["snapshots"],
    { keys: ["space"], label: "mark", help: "Mark this date to compare it with another", act: at("snapshots", mark) },
    {
      keys: ["enter", "right", "l"],
      label: "compare the marked",
      help: "Compare the two marked dates, or the marked one with this one",
      act: at("snapshots", compare),
    },
    {
      keys: ["v"],
      label: "verify seals",
      help: "Recompute the seals of every snapshot and hold them against what was recorded",
      act: verify,
    },
    { keys: ["x"], label: "export", help: "Write this date's training set to a file", act: onDate(exportDate) },
    {
      keys: ["D"],
      label: "drop",
      help: "Remove this date's snapshots for good; the date must be typed",
      act: onDate((ui, date) => askFirst(ui, askDrop(ui, date))),
    },
  ),
  ...keysOn(["months"], {
    keys: ["a"],
    label: "adopt",
    help: "Seal the snapshots that others took as they are, after a question",
    quiet: true,
    act: adopt,
  }),
  ...keysOn(["months", "runs", "run"], {
    keys: ["s"],
    label: "snapshots",
    help: "Show the snapshots by date",
    act: openSnapshots,
  }),
];

function columnsOf(ui: Ui, place: PlaceOf<"snapshots">): Column<SnapshotDate>[] {
  const { none, bar: glyphs } = glyphsOf(ui.look);
  const dates = snapshotsShown(ui, place);
  const most = Math.max(1, ...dates.map(rowsUnder));
  const tables = [...new Set([...(ui.snapshots ?? []), ...ui.unsealed].map(({ table }) => table))];
  const names = titles(tables);
  const runsOf = (entries: SnapshotEntry[]) => [...new Set(entries.map(({ run }) => run ?? none))].join(" ");
  const ageOf = (entries: SnapshotEntry[]) =>
    entries.length === 0 ? none : formatAge(Math.max(...entries.map((entry) => Date.parse(entry.sealed_at))), ui.now);
  const ofTable = (table: string, index: number): Column<SnapshotDate> => {
    const title = names[index] ?? table;
    const digits = dates.map((date) => formatCount(standingIn(date, table)?.rows ?? 0).length);
    return {
      title,
      width: Math.min(12, Math.max(7, title.length, ...digits)),
      align: "right",
      drop: index < 2 ? 0 : 2,
      cell(date) {
        const entry = standingIn(date, table);
        return entry === undefined ? span(none, "dim") : formatCount(entry.rows);
      },
    };
  };
  return [
    { title: "AS OF", width: 10, gap: 0, cell: ({ as_of }) => as_of },
    ...tables.map(ofTable),
    {
      title: "",
      width: 6,
      drop: 4,
      flex: true,
      gap: 2,
      cell: (date, width) => span(bar(rowsUnder(date) / most, width, { ...glyphs, empty: " " }), "accent"),
    },
    { title: "SEAL", width: 8, gap: 2, cell: (date) => seal(ui, date) },
    { title: "RUN", width: 5, align: "right", drop: 3, cell: ({ entries }) => span(runsOf(entries), "dim") },
    { title: "SEALED", width: 9, align: "right", drop: 5, cell: ({ entries }) => span(ageOf(entries), "dim") },
  ];
}

/** Counts by as_of: a line a date, a column a snapshot table, and how the seals stand. */
export function snapshotsScreen(ui: Ui, place: PlaceOf<"snapshots">, area: Area): Screen {
  const { mark: sign, dot } = glyphsOf(ui.look);
  const items = snapshotsShown(ui, place);
  const marked = place.marked.length === 0 ? "" : ` ${dot} marked: ${place.marked.toSorted().join(", ")}`;
  return {
    title: [span("Snapshots", "strong"), yielding(1, "   rows by as_of", "dim"), span(marked, "dim")],
    right: standing(ui),
    rows:
      items.length === 0
        ? empty(ui)
        : listRows(ui, {
            columns: columnsOf(ui, place),
            items,
            cursor: cursorOf(ui, place),
            area,
            sign: ({ as_of }) => span(place.marked.includes(as_of) ? sign : "", "accent"),
          }),
  };
}

function standing(ui: Ui): Span[] {
  const words = { verify: "verifying", export: "exporting", retire: "dropping" };
  const awaited = Object.entries(words).flatMap(([kind, word]) => (ui.waiting.some((one) => one === kind) ? word : []));
  return awaited.length === 0 ? [] : [span(awaited.join(", "), "warn")];
}

function standingIn({ standing }: SnapshotDate, table: string) {
  return standing.find((entry) => entry.table === table);
}

function rowsUnder({ standing }: SnapshotDate): number {
  return standing.reduce((sum, { rows }) => sum + rows, 0);
}

function empty(ui: Ui) {
  if (ui.snapshots === null) return awaitedRows(ui, { kind: "snapshots" }, "reading the seals");
  if (ui.snapshots.length + ui.unsealed.length > 0)
    return emptyRows(ui, "No snapshot fits the filter.", `${key("esc")} clears it`);
  return emptyRows(
    ui,
    "No snapshot was taken yet.",
    `${key("esc")} goes back to the months; ${key("r")} there runs one, and seals its snapshot`,
  );
}

/** One word for all seals of a date: sealed until verified, then the worst of what was found; weak ones show not all. */
function seal(ui: Ui, { entries, standing }: SnapshotDate): Span {
  if (entries.length === 0) return span("unsealed", "warn");
  const found = entries.map((entry) => ui.seals[sealName(entry)]?.state ?? "sealed");
  if (found.includes("missing")) return span("MISSING", "bad");
  if (found.includes("broken")) return span("BROKEN", "bad");
  if (standing.length > entries.length) return span("in part", "warn");
  if (entries.some(isWeak)) return span("weak", "warn");
  return found.includes("sealed") ? span("sealed", "plain") : span("intact", "good");
}
