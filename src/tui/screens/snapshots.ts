import { bar, formatAge, formatCount } from "../../core/format.ts";
import { isWeak } from "../../core/messages/seals.ts";
import type { Area, Screen } from "../components/block.ts";
import { awaitedRows, emptyRows, listRows } from "../components/list.ts";
import type { Column } from "../drawing/columns.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { type Span, span } from "../drawing/spans.ts";
import { cursorIn, type SnapshotDate, snapshotsShown } from "../model/lists.ts";
import { type PlaceOf, sealName, type Ui } from "../model/model.ts";

/** "usage_agg_30d_snapshots" → "USAGE": enough to tell the tables apart, the whole name when it is not. */
function titles(tables: readonly string[]): string[] {
  const brief = tables.map((table) =>
    table
      .replace(/_snapshots$/, "")
      .split("_")
      .slice(0, table.includes("profile") ? 2 : 1),
  );
  const words = brief.map((parts) => (parts.at(-1) ?? "").toUpperCase());
  return new Set(words).size === words.length ? words : tables.map((table) => table.toUpperCase());
}

/** Counts by as_of: a line a date, a column a snapshot table, and how the seals stand. */
export function snapshotsScreen(ui: Ui, place: PlaceOf<"snapshots">, area: Area): Screen {
  const shown = snapshotsShown(ui, place);
  const tables = [...new Set([...(ui.snapshots ?? []), ...ui.unsealed].map((entry) => entry.table))];
  const cursor = cursorIn(
    shown.map((date) => date.as_of),
    place,
  );
  const names = titles(tables);
  const columns: Column[] = [
    { title: "AS OF", width: 10, gap: 0 },
    ...names.map(
      (title, index): Column => ({
        title,
        width: Math.min(12, Math.max(7, title.length, ...shown.map((date) => digitsOf(date, tables[index])))),
        align: "right",
        drop: index < 2 ? 0 : 2,
      }),
    ),
    { title: "", width: 6, drop: 4, flex: true, gap: 2 },
    { title: "SEAL", width: 8, gap: 2 },
    { title: "RUN", width: 5, align: "right", drop: 3 },
    { title: "SEALED", width: 9, align: "right", drop: 5 },
  ];
  const { mark, dot } = glyphsOf(ui.look);
  const most = Math.max(1, ...shown.map(rowsOf));
  const rows =
    shown.length === 0
      ? empty(ui)
      : listRows(ui, {
          columns,
          items: shown,
          cursor,
          width: area.width,
          height: area.height,
          cells: (date, widths) =>
            cells(ui, date, tables, { part: rowsOf(date) / most, width: widths[tables.length + 1] ?? 0 }),
          sign: ({ as_of }) => span(place.marked.includes(as_of) ? mark : "", "accent"),
        });
  const marked = place.marked.length === 0 ? "" : ` ${dot} marked: ${[...place.marked].sort().join(", ")}`;
  return {
    title: [span("Snapshots", "strong"), span(`   rows by as_of${marked}`, "dim")],
    right: awaited(ui),
    caption: "",
    body: [{ kind: "rows", rows }],
  };
}

function awaited(ui: Ui): Span[] {
  const words = { verify: "verifying", export: "exporting", retire: "dropping" } as const;
  const kinds = (["verify", "export", "retire"] as const).filter((kind) => ui.waiting.includes(kind));
  return kinds.length === 0 ? [] : [span(kinds.map((kind) => words[kind]).join(", "), "warn")];
}

function digitsOf(date: SnapshotDate, table: string | undefined): number {
  return formatCount(standingIn(date, table)?.rows ?? 0).length;
}

function standingIn({ entries, unsealed }: SnapshotDate, table: string | undefined) {
  return [...entries, ...unsealed].find((entry) => entry.table === table);
}

function rowsOf({ entries, unsealed }: SnapshotDate): number {
  return [...entries, ...unsealed].reduce((sum, entry) => sum + entry.rows, 0);
}

function empty(ui: Ui) {
  if (ui.snapshots === null) return awaitedRows(ui, { kind: "snapshots" }, "reading the seals");
  if (ui.snapshots.length + ui.unsealed.length > 0) return emptyRows("No snapshot fits the filter.", "esc clears it");
  return emptyRows(
    "No snapshot was taken yet.",
    "esc goes back to the months; r there runs one, and seals its snapshot",
  );
}

function cells(
  ui: Ui,
  date: SnapshotDate,
  tables: readonly string[],
  drawn: { part: number; width: number },
): Span[][] {
  const glyphs = glyphsOf(ui.look);
  const { as_of, entries } = date;
  const latest = entries.reduce((newest, entry) => Math.max(newest, Date.parse(entry.sealed_at)), 0);
  const runs = [...new Set(entries.map((entry) => entry.run))];
  return [
    [span(as_of)],
    ...tables.map((table) => {
      const entry = standingIn(date, table);
      return [entry === undefined ? span(glyphs.none, "dim") : span(formatCount(entry.rows))];
    }),
    [span(bar(drawn.part, drawn.width, { ...glyphs.bar, empty: " " }), "accent")],
    [seal(ui, date)],
    [span(runs.map((run) => run ?? glyphs.none).join(" "), "dim")],
    [span(entries.length === 0 ? glyphs.none : formatAge(latest, ui.now), "dim")],
  ];
}

/** One word for all seals of a date: sealed until verified, then the worst of what was found; weak ones show not all. */
function seal(ui: Ui, { entries, unsealed }: SnapshotDate): Span {
  if (entries.length === 0) return span("unsealed", "warn");
  const found = entries.map((entry) => ui.seals[sealName(entry)]?.state ?? "sealed");
  if (found.includes("missing")) return span("MISSING", "bad");
  if (found.includes("broken")) return span("BROKEN", "bad");
  if (unsealed.length > 0) return span("in part", "warn");
  if (entries.some(isWeak)) return span("weak", "warn");
  return found.includes("sealed") ? span("sealed", "plain") : span("intact", "good");
}
