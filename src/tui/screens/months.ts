import { fromTo, type MonthLine, namesOf } from "../../client/month-lines.ts";
import { formatAge, formatBytes, formatCount, formatCounted } from "../../core/format.ts";
import { stages } from "../../core/messages/events.ts";
import type { MonthEntry, RunEntry } from "../../core/messages/listings.ts";
import { generator } from "../../core/self.ts";
import { clip, clipStart, displayWidth, escapeControl } from "../../core/text.ts";
import { rule } from "../components/panels.ts";
import {
  type Area,
  awaitedRows,
  emptyRows,
  listRows,
  type Screen,
  type TitlePart,
  yielding,
} from "../components/screen.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import type { Column } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { filled, type Row, type Span, span, widthOf } from "../drawing/spans.ts";
import { monthBytes, monthRows, type RowGuess, tookInWords } from "../model/estimate.ts";
import { cursorOf, monthsShown, selectedMonth } from "../model/lists.ts";
import { isRunning, type PlaceOf, refusalOf, type Step, type Ui } from "../model/model.ts";
import { monthStages, stateInWords, stateWidth } from "../model/months.ts";
import { previewRows } from "../panes/month-preview.ts";
import { type Binding, keysOn, nothingHere, whenFree } from "../state/binding.ts";
import { askToRun, dryRun, notRunnable, pendingMonths, runPending } from "../state/questions.ts";

/** What is done with the month under the cursor. */
const onMonth = (act: (ui: Ui, entry: MonthEntry) => Step) =>
  whenFree((ui) => {
    const entry = selectedMonth(ui);
    return entry === null ? nothingHere(ui) : (notRunnable(ui, entry) ?? act(ui, entry));
  });

export const monthsKeys: readonly Binding[] = keysOn(
  ["months"],
  { keys: ["r"], label: "run", help: "Run this month, after a question that shows the plan", act: onMonth(askToRun) },
  {
    keys: ["d"],
    label: "dry run",
    help: "Run this month and roll it back: shows exactly what would change",
    act: onMonth(dryRun),
  },
  {
    keys: ["R"],
    label: "run all pending",
    help: "Run every month that is not published yet, oldest first",
    act: runPending,
  },
);

function columnsOf(ui: Ui): Column<MonthLine>[] {
  const { none } = glyphsOf(ui.look);
  return [
    { title: "MONTH", width: 9, gap: 0, cell: nameInList },
    { title: "AS OF", width: 10, drop: 5, cell: ({ as_of }) => span(as_of, "dim") },
    // Its figures have blanks around them.
    { title: "FILES", width: 5, gap: 0, align: "center", drop: 7, cell: ({ files }) => filesCell(files, none) },
    { title: "SIZE", width: 7, align: "right", drop: 8, cell: (entry) => span(formatBytes(monthBytes(entry)), "dim") },
    {
      title: "ROWS",
      width: 6,
      align: "right",
      drop: 6,
      cell: (entry) => rowsCell(monthRows(ui.months ?? [], entry)),
    },
    ...stages.map(
      (stage, index): Column<MonthLine> => ({
        title: stage.toUpperCase(),
        width: stage.length,
        align: "center",
        drop: stageDrops[stage],
        cell: (entry) => monthStages(ui, entry)[index] ?? "",
      }),
    ),
    {
      title: "STATE",
      width: stateWidth,
      flex: true,
      cell: (entry, width) => stateInWords(ui, entry, width),
    },
    { title: "LAST RUN", width: 17, drop: 9, cell: ({ last_run }) => span(lastRunInWords(last_run, ui.now), "dim") },
  ];
}

/** Only a column by which the list is sorted needs their room at 60; the state beside them tells of the snapshot, too. */
const stageDrops = { ingest: 3, upsert: 2, validate: 0, snapshot: 1 } as const;

/** Of a stretch the numbers, for which there is room. */
function nameInList(line: MonthLine): string {
  return line.count === 1 ? line.month : fromTo(({ month }) => month.slice("month_".length), line);
}

function filesCell(files: MonthEntry["files"], none: string): Span {
  const present = files.filter((file) => file.present).length;
  const isComplete = present === files.length && present > 0;
  return span(files.length === 0 ? none : `${present}/${files.length}`, isComplete ? "plain" : "warn");
}

function rowsCell(guess: RowGuess | null): Span {
  return guess === null ? span("") : span(compact(guess), guess.exact ? "plain" : "dim");
}

/** A count in six columns: 42,720, 427 K, 6.0 M; one that was guessed has the sign of it: ~42.7K. */
function compact({ rows, exact }: RowGuess): string {
  if (exact && rows < 100_000) return formatCount(rows);
  if (rows < 10_000) return `~${formatCount(rows)}`;
  const short = formatBytes(rows).replace(/B$/, "").replace("G", "B").replace("KB", "K").trim();
  return exact ? short : `~${short.replace(" ", "")}`;
}

function lastRunInWords(run: RunEntry | null, now: number): string {
  if (run === null) return "never";
  const took = tookInWords(run);
  return `${formatAge(Date.parse(run.started_at), now)}${took === null ? "" : `, ${took}`}`;
}

/** Home: a line a month, a column a stage, and below it what the month under the cursor is made of. */
export function monthsScreen(ui: Ui, place: PlaceOf<"months">, { width, height, whole }: Area): Screen {
  const items = monthsShown(ui, place);
  const cursor = cursorOf(ui, place);
  const selected = items[cursor];
  // A short terminal keeps the list; the preview needs room for all of a usual drop.
  const previewHeight = selected === undefined || height < 16 || whole !== undefined ? 0 : 8;
  const area = { width, height: height - previewHeight };
  const list = items.length === 0 ? empty(ui, place) : listRows(ui, { columns: columnsOf(ui), items, cursor, area });
  const preview =
    selected === undefined || previewHeight === 0
      ? []
      : [rule(ui, namesOf(selected)), ...previewRows(ui, selected, { width, height: previewHeight - 1 })];
  const shown = items.reduce((sum, { count }) => sum + count, 0);
  const room = (whole ?? width) - 4;
  const all = standing(ui, shown);
  // The rule below tells how many there are, too: the server's name is whole before that.
  const right = widthOf(all) + leastTitle(ui) <= room ? all : all.filter(({ drop }) => drop === undefined);
  return {
    title: title(ui, room - widthOf(right)),
    right,
    caption: "Months",
    rows: [...filled(list, area.height), ...preview],
  };
}

const serverOf = (ui: Ui) => ui.server ?? whyNoServer(ui);

/** Columns of the server's name and of as much of the path as tells it from others. */
function leastTitle(ui: Ui): number {
  return displayWidth(serverOf(ui)) + 3 + Math.min(displayWidth(escapeControl(ui.data)), shortestPath);
}

/** What tells one data folder from another is the end of its path: that stays, and the console's own name yields. */
function title(ui: Ui, room: number): Span[] {
  const { ellipsis, dot } = glyphsOf(ui.look);
  const server = serverOf(ui);
  const data = escapeControl(ui.data);
  const console = "StreamFlow console";
  const left = room - console.length - displayWidth(server) - 6;
  if (left >= Math.min(displayWidth(data), shortestPath)) {
    return [span(console, "strong"), span(`   ${server} ${dot} ${clipStart(data, left, ellipsis)}`, "dim")];
  }
  const ofServer = Math.max(shortestServer, room - Math.min(displayWidth(data), shortestPath) - 3);
  const name = clip(server, ofServer, ellipsis);
  return [span(`${name} ${dot} ${clipStart(data, room - displayWidth(name) - 3, ellipsis)}`, "dim")];
}

function whyNoServer(ui: Ui): string {
  if (ui.link.state === "dead") return "no pipeline";
  return refusalOf(ui, { kind: "months" }) === null ? `connecting${glyphsOf(ui.look).ellipsis}` : "not connected";
}

/** Columns of a path that tell enough of it. */
const shortestPath = 16;
const shortestServer = 8;

/** How many months there are and what is to do, or how far the run is that goes on. */
function standing(ui: Ui, shown: number): TitlePart[] {
  const current = ui.live?.current;
  if (isRunning(ui) && current)
    return [span(`running ${current.month}`, "warn"), yielding(1, `  ${key("4")} shows it`, "dim")];
  if (ui.months === null) return [];
  const todo = pendingMonths(ui).length;
  const all = formatCounted(ui.months.length, "month");
  const count = `${shown < ui.months.length ? `${formatCount(shown)} of ${all}` : all} ${glyphsOf(ui.look).dot} `;
  return [yielding(1, count, "dim"), todo > 0 ? span(`${todo} to do`, "accent") : span("nothing to do", "dim")];
}

function empty(ui: Ui, { list }: PlaceOf<"months">): Row[] {
  if (list.filter !== "") return emptyRows(ui, "No month fits the filter.", `${key("esc")} clears it`);
  if (ui.link.state === "dead")
    return emptyRows(ui, "The pipeline is gone.", `${key("ctrl+r")} starts it again; ${key("q")} leaves`);
  if (ui.months !== null) {
    return emptyRows(
      ui,
      `No months in ${ui.data}.`,
      `Put a drop there, such as ${ui.data}/month_000/${generator === null ? "." : `, or make some: ${generator} --help`}`,
      `${key("ctrl+r")} looks again`,
    );
  }
  return awaitedRows(ui, { kind: "months" }, "connecting");
}
