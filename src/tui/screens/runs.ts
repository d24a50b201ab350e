import { formatAge, formatCount, formatDuration } from "../../core/format.ts";
import type { RunEntry, RunStatus } from "../../core/messages/listings.ts";
import type { Area, Screen } from "../components/block.ts";
import { awaitedRows, emptyRows, listRows } from "../components/list.ts";
import type { Column } from "../drawing/columns.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { type Span, span, type Tone } from "../drawing/spans.ts";
import { durationOf } from "../model/estimate.ts";
import { cursorIn, namesOfRuns, runsShown } from "../model/lists.ts";
import type { PlaceOf, Ui } from "../model/model.ts";

const columns: Column[] = [
  { title: "RUN", width: 5, align: "right", gap: 0 },
  { title: "MONTH", width: 9 },
  { title: "AS OF", width: 10, drop: 3 },
  { title: "STATUS", width: 12 },
  { title: "STARTED", width: 8, align: "right" },
  { title: "TOOK", width: 8, align: "right", drop: 1 },
  { title: "ROWS", width: 10, align: "right", drop: 4 },
  { title: "CHECKS", width: 7, align: "right" },
  { title: "MODE", width: 8, drop: 5, flex: true },
  { title: "STARTED AT, UTC", width: 19, drop: 9 },
];

const tones: Record<RunStatus, Tone> = {
  running: "warn",
  published: "good",
  dry_run: "plain",
  rejected: "bad",
  failed: "bad",
  refused: "warn",
  interrupted: "warn",
  crashed: "bad",
};

/** The ledger: every run, newest on top. */
export function runsScreen(ui: Ui, place: PlaceOf<"runs">, area: Area): Screen {
  const shown = runsShown(ui, place);
  const names = namesOfRuns(shown);
  const cursor = cursorIn(names, place);
  const rows =
    shown.length === 0
      ? empty(ui, place)
      : listRows(ui, {
          columns,
          items: shown,
          cursor,
          width: area.width,
          height: area.height,
          cells: (entry) => cells(ui, entry),
        });
  const status = place.status === null ? "" : `, ${place.status.replace("_", " ")} only`;
  const all = ui.runs?.length ?? 0;
  const count = shown.length === all ? formatCount(all) : `${formatCount(shown.length)} of ${formatCount(all)}`;
  return {
    title: [span("Runs", "strong"), span(`   the ledger${status}`, "dim")],
    right: ui.runs === null ? [] : [span(`${count} runs`, "dim")],
    caption: "",
    body: [{ kind: "rows", rows }],
  };
}

function empty(ui: Ui, place: PlaceOf<"runs">) {
  if (ui.runs === null) return awaitedRows(ui, { kind: "runs" }, "reading the ledger");
  if (ui.runs.length === 0) return emptyRows("Nothing was run yet.", "esc goes back to the months; r there runs one");
  return emptyRows(
    "No run fits.",
    place.status === null ? "esc clears the filter" : "f takes the next status; esc clears the filter",
  );
}

function cells(ui: Ui, entry: RunEntry): Span[][] {
  const { fail, warn, none } = glyphsOf(ui.look);
  const seconds = durationOf(entry);
  const { passed, failed, warned } = entry.expectations;
  const all = passed + failed + warned;
  const sign = failed > 0 ? ` ${fail}` : warned > 0 ? ` ${warn}` : "";
  const rows = entry.tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    [span(String(entry.run))],
    [span(entry.month)],
    [span(entry.as_of, "dim")],
    [span(entry.status.replace("_", " "), tones[entry.status])],
    [span(formatAge(Date.parse(entry.started_at), ui.now))],
    [span(seconds === null ? none : formatDuration(seconds), "dim")],
    [span(rows === 0 ? none : formatCount(rows), rows === 0 ? "dim" : "plain")],
    [span(all === 0 ? none : `${passed}/${all}${sign}`, failed > 0 ? "bad" : warned > 0 ? "warn" : "plain")],
    [span(entry.mode.replace("_", " "), "dim")],
    [span(entry.started_at.slice(0, 19).replace("T", " "), "dim")],
  ];
}
