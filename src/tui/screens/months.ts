import { formatAge, formatBytes, formatCount, formatDuration } from "../../core/format.ts";
import type { MonthEntry } from "../../core/messages/listings.ts";
import type { Area, Screen } from "../components/block.ts";
import { awaitedRows, emptyRows, listRows } from "../components/list.ts";
import { rule } from "../components/panels.ts";
import type { Column } from "../drawing/columns.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { type Row, type Span, span } from "../drawing/spans.ts";
import { durationOf, monthBytes, monthRows } from "../model/estimate.ts";
import { cursorIn, monthsShown } from "../model/lists.ts";
import { isRunning, type PlaceOf, type Ui } from "../model/model.ts";
import { monthStages, stateInWords } from "../model/months.ts";
import { pendingMonths } from "../state/questions.ts";
import { previewRows } from "./month-preview.ts";

const columns: Column[] = [
  { title: "MONTH", width: 9, gap: 0 },
  { title: "AS OF", width: 10, drop: 2 },
  { title: "FILES", width: 5, align: "center", drop: 4 },
  { title: "SIZE", width: 7, align: "right", drop: 8 },
  { title: "ROWS", width: 6, align: "right", drop: 3 },
  { title: "INGEST", width: 6, align: "center" },
  { title: "UPSERT", width: 6, align: "center" },
  { title: "VALIDATE", width: 8, align: "center" },
  { title: "SNAPSHOT", width: 8, align: "center" },
  { title: "STATE", width: 12, flex: true },
  { title: "LAST RUN", width: 17, drop: 9 },
];

/** Home: a line a month, a column a stage, and below it what the month under the cursor is made of. */
export function monthsScreen(ui: Ui, place: PlaceOf<"months">, area: Area): Screen {
  const shown = monthsShown(ui, place);
  const cursor = cursorIn(
    shown.map((entry) => entry.month),
    place,
  );
  const selected = shown[cursor];
  // A short terminal keeps the list; the preview needs room for all of a usual drop.
  const previewHeight = selected === undefined || area.height < 16 ? 0 : 8;
  const height = area.height - previewHeight;
  const list =
    shown.length === 0
      ? empty(ui, place.list.filter !== "")
      : listRows(ui, { columns, items: shown, cursor, width: area.width, height, cells: (entry) => cells(ui, entry) });
  const gap: Row[] = Array.from({ length: Math.max(0, height - list.length) }, () => ({ spans: [] }));
  const preview =
    selected === undefined || previewHeight === 0
      ? []
      : [rule(ui, selected.month), ...previewRows(ui, selected, { width: area.width, height: previewHeight - 1 })];
  return {
    title: title(ui),
    right: standing(ui),
    caption: "Months",
    body: [{ kind: "rows", rows: [...list, ...gap, ...preview] }],
  };
}

function title(ui: Ui): Span[] {
  const server = ui.server ?? (ui.link.state === "dead" ? "no pipeline" : `connecting${glyphsOf(ui.look).ellipsis}`);
  return [span("StreamFlow console", "strong"), span(`   ${server} ${glyphsOf(ui.look).dot} ${ui.data}`, "dim")];
}

/** How many months there are and what is to do, or how far the run is that goes on. */
function standing(ui: Ui): Span[] {
  const current = ui.live?.current;
  if (isRunning(ui) && current) return [span(`running ${current.month}`, "warn"), span("  4 shows it", "dim")];
  if (ui.months === null) return [];
  const todo = pendingMonths(ui).length;
  const count = `${formatCount(ui.months.length)} month${ui.months.length === 1 ? "" : "s"} ${glyphsOf(ui.look).dot} `;
  return [span(count, "dim"), todo > 0 ? span(`${todo} to do`, "accent") : span("nothing to do", "dim")];
}

function empty(ui: Ui, filtered: boolean): Row[] {
  if (filtered) return emptyRows("No month fits the filter.", "esc clears it");
  if (ui.link.state === "dead") return emptyRows("The pipeline is gone.", "ctrl-r starts it again; q leaves");
  if (ui.months !== null) {
    return emptyRows(
      `No months in ${ui.data}.`,
      `Put a drop there, such as ${ui.data}/month_000/, or make some: bun run generate --help`,
      "ctrl-r looks again",
    );
  }
  return awaitedRows(ui, { kind: "months" }, "connecting");
}

function cells(ui: Ui, entry: MonthEntry): Span[][] {
  const present = entry.files.filter((file) => file.present).length;
  const guess = monthRows(ui.months ?? [], entry);
  const complete = present === entry.files.length && present > 0;
  const stages = monthStages(ui, entry);
  const last = entry.last_run;
  const seconds = last === null ? null : durationOf(last);
  return [
    [span(entry.month)],
    [span(entry.as_of, "dim")],
    [
      span(
        entry.files.length === 0 ? glyphsOf(ui.look).none : `${present}/${entry.files.length}`,
        complete ? "plain" : "warn",
      ),
    ],
    [span(formatBytes(monthBytes(entry)), "dim")],
    [guess === null ? span("") : span(compact(guess.rows), guess.exact ? "plain" : "dim")],
    ...stages.map((cell) => [cell]),
    [stateInWords(entry, ui.now)],
    last === null
      ? [span("never", "dim")]
      : [
          span(
            `${formatAge(Date.parse(last.started_at), ui.now)}${seconds === null ? "" : `, ${formatDuration(seconds)}`}`,
            "dim",
          ),
        ],
  ];
}

/** A count in six columns: 42,720, 427 K, 6.0 M. */
function compact(count: number): string {
  if (count < 100_000) return formatCount(count);
  return formatBytes(count).replace(/B$/, "").replace("G", "B").replace("KB", "K").trim();
}
