import { timeLeft, timeLeftInWords } from "../../client/estimate.ts";
import type { RunState, TableProgress } from "../../client/state.ts";
import { asciiBar, bar, blockBar, formatClock, formatCount } from "../../core/format.ts";
import { type Stage, stages } from "../../core/messages/events.ts";
import { countVerdicts, gravestOf, type Standing } from "../../core/messages/verdicts.ts";
import type { Environment } from "../../core/settings.ts";
import { clip, escapeControl, padEnd } from "../../core/text.ts";
import { tableColumn } from "../views/columns.ts";
import type { Channel, Style } from "../views/output.ts";
import { type Column, table } from "../views/table.ts";

const unicode = { bar: blockBar, done: "✔", failed: "✘", unevaluated: "⊘", waiting: "·", none: "–", more: "…" };
type Glyphs = typeof unicode;
const ascii: Glyphs = {
  bar: asciiBar,
  done: "ok",
  failed: "FAILED",
  unevaluated: "?",
  waiting: ".",
  none: "-",
  more: "...",
};

type Terminal = Pick<Channel, "columns" | "rows" | "paint">;

/** Block characters, unless the locale says that the terminal does not speak UTF-8. */
export function glyphsFor(env: Environment): Glyphs {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || /utf-?8/i.test(locale) ? unicode : ascii;
}

/**
 * A run as it stands so many seconds after it began, and after its newest event, in lines narrower than the terminal and
 * fewer than its rows.
 */
export function liveLines(
  state: RunState,
  terminal: Terminal,
  glyphs: Glyphs,
  { elapsed, since }: { elapsed: number; since: number },
): string[] {
  const { paint } = terminal;
  const [columns, rows] = [terminal.columns ?? 80, terminal.rows ?? 24];
  const stage = state.stage === null ? "" : ` · ${state.stage}`;
  const left = timeLeftInWords(timeLeft(state, since));
  const clock = `${formatClock(elapsed)}${left === "" ? "" : ` · ${left}`}`;
  const heading = clip(escapeControl(`${state.month} → ${state.as_of}${stage} · ${clock}`), columns - 1);
  // The heading, the columns' titles, and the row that the cursor waits on.
  const room = Math.max(0, rows - 3);
  const shown = state.tables.length <= room ? state.tables : underWay(state.tables, Math.max(0, room - 1));
  const hidden = state.tables.length - shown.length;
  const body = room === 0 ? "" : table(columnsFor(columns, glyphs), shown, { columns: columns - 1, paint });
  const more = hidden > 0 && room > 0 ? [clip(`${glyphs.more} ${hidden} more`, columns - 1)] : [];
  return [paint("bold", heading), ...body.split("\n").filter((line) => line !== ""), ...more];
}

/** The tables one wants to see when there is not room for all: those that are not done yet. */
function underWay(tables: readonly TableProgress[], room: number): readonly TableProgress[] {
  const isDone = ({ cells, snapshot }: TableProgress) => cells[snapshot ? "snapshot" : "validate"].state === "done";
  const first = tables.findIndex((one) => !isDone(one));
  const start = Math.max(0, Math.min(first === -1 ? 0 : first, tables.length - room));
  return tables.slice(start, start + room);
}

const widestName = 18;

function columnsFor(columns: number, glyphs: Glyphs): Column<TableProgress>[] {
  const perStage = Math.floor((columns - 1 - widestName) / 4) - 2;
  // The rest of a cell is for " 100 %".
  const barWidth = Math.min(10, perStage - 6);
  const width = Math.max(6, Math.min(16, perStage));
  return [
    tableColumn(),
    ...stages.map(
      (stage): Column<TableProgress> => ({
        title: stage.toUpperCase(),
        cell: (one) => padEnd(cellText(one, stage, barWidth, glyphs), width),
        style: (one) => cellStyle(one, stage),
      }),
    ),
  ];
}

function cellText(one: TableProgress, stage: Stage, barWidth: number, glyphs: Glyphs): string {
  const { state, done, total } = one.cells[stage];
  if (state === "done") {
    if (stage !== "validate") return `${glyphs.done} ${formatCount(one.counts.rows)}`;
    const counts = countVerdicts(one.verdicts);
    const mark = marks[gravestOf(counts) ?? "passed"];
    return `${glyphs[mark]} ${counts.passed}/${one.verdicts.length}`;
  }
  if ((stage === "snapshot" && !one.snapshot) || (stage === "validate" && one.expectations === 0)) return glyphs.none;
  if (state === "waiting") return glyphs.waiting;
  const fraction = total === 0 ? 0 : Math.min(1, done / total);
  const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
  return barWidth < 3 ? percent : `${bar(fraction, barWidth, glyphs.bar)} ${percent}`;
}

/** Of each standing, the sign that says it. */
const marks: Record<Standing, keyof Glyphs> = {
  failed: "failed",
  unevaluated: "unevaluated",
  unknown: "unevaluated",
  warned: "failed",
  passed: "done",
};

function cellStyle(one: TableProgress, stage: Stage): Style | null {
  const { state } = one.cells[stage];
  if (state === "waiting") return "dim";
  if (state === "active") return "cyan";
  return stage === "validate" && one.verdicts.some(({ verdict }) => verdict !== "passed") ? "red" : "green";
}
