import { outcomeOf } from "../../client/run-words.ts";
import { isTriedAgain, type RunState, type TableProgress } from "../../client/state.ts";
import type { Fault, FaultGroup } from "../../core/faults.ts";
import { type EventOf, type Stage, stages, type TableCounts } from "../../core/messages/events.ts";
import { type RunDetail, secondsOf } from "../../core/messages/listings.ts";
import { countVerdicts, isRejecting, type KeptCounts, type KeptVerdict } from "../../core/messages/verdicts.ts";
import { isOf } from "../../core/written/file-names.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import { logOfDetail, type Outcome } from "./log.ts";
import type { Live, LogLine, Ui } from "./model.ts";
import { placeInWords } from "./verdicts.ts";

/** One table in one stage; `part` is 0 to 1, `off` means that the stage does not touch the table. */
export interface CellView {
  state: "off" | "waiting" | "active" | "done" | "failed";
  part: number;
  done: number;
}

export interface TableView {
  table: string;
  bytes: number;
  cells: Record<Stage, CellView>;
  counts: TableCounts;
  expectations: number;
  verdicts: KeptCounts;
  isRejecting: boolean;
}

export interface Failure {
  title: string;
  hint: string;
  reject_file: string | null;
}

type SameAsFolded = "run" | "month" | "as_of" | "mode" | "seals" | "kept" | "warnings";

/** A run as the screens show it, be it going on, just over or long ago. */
export interface RunView extends Pick<RunState, SameAsFolded> {
  expectations: KeptCounts;
  outcome: Outcome;
  seconds: number;
  tables: TableView[];
  verdicts: KeptVerdict[];
  failure: Failure | null;
  faults: Fault[];
  fault_count: number;
  fault_groups: FaultGroup[];
  log: LogLine[];
}

export function liveView(live: Live, state: RunState, now: number): RunView {
  const { end } = state;
  const failed = end !== null && end.event !== "run.finished" ? end : null;
  const rejected = end?.event === "run.failed" ? end : null;
  const latest = Date.parse(state.latest_at);
  const until = end === null ? Math.max(now, latest) : latest;
  return {
    ...state,
    // A run that was refused at once does not know its month; who asked for it does.
    month: state.month || monthsAsked(live),
    outcome: isPausing(live, state) ? "pausing" : outcomeOf(state),
    seconds: end?.event === "run.finished" ? end.seconds : Math.max(0, until - Date.parse(state.started_at)) / 1000,
    tables: state.tables.map((table) => liveTable(table, failed && isToBlame(table, failed) ? failed.stage : null)),
    verdicts: state.tables.flatMap((table) => table.verdicts),
    failure: failed && { title: failed.title, hint: failed.hint, reject_file: rejected?.reject_file ?? null },
    faults: rejected?.faults ?? [],
    fault_count: rejected?.fault_count ?? 0,
    fault_groups: rejected?.fault_groups ?? [],
    log: live.log,
  };
}

function isPausing({ current, outcome }: Live, state: RunState): boolean {
  return outcome === null && state === current && isTriedAgain(state);
}

function monthsAsked({ request: { selection } }: Live): string {
  return "months" in selection ? selection.months.join(", ") : selection.every;
}

/** A file with faults; where none is named, all that was under way. */
function isToBlame({ file }: TableProgress, end: EventOf<"run.failed" | "run.retried">): boolean {
  const faults = end.event === "run.failed" ? (end.faults ?? []) : [];
  const name = placeInWords(file);
  // Of a part in an archive the fault names both.
  return faults.length === 0 || faults.some((fault) => fault.file.split("/").some((part) => isOf(part, name)));
}

function liveTable(table: TableProgress, failedIn: Stage | null): TableView {
  const cells = byStage((stage): CellView => {
    if (stage === "snapshot" && !table.snapshot) return off;
    if (stage === "validate" && table.verdicts.length > 0) return validated(table.verdicts, table.expectations);
    const { state, done, total } = table.cells[stage];
    if (state === "done") return { state, part: 1, done: table.counts.rows };
    const shown = state === "active" && stage === failedIn ? "failed" : state;
    return { state: shown, part: total > 0 ? done / total : 0, done };
  });
  return { ...table, cells, ...judgedBy(table.verdicts) };
}

const off: CellView = { state: "off", part: 0, done: 0 };

function validated(verdicts: readonly KeptVerdict[], expectations: number): CellView {
  const part = expectations > 0 ? verdicts.length / expectations : 1;
  const state = verdicts.some(isRejecting) ? "failed" : part < 1 ? "active" : "done";
  return { state, part, done: verdicts.length };
}

function judgedBy(verdicts: readonly KeptVerdict[]): Pick<TableView, "verdicts" | "isRejecting"> {
  return { verdicts: countVerdicts(verdicts), isRejecting: verdicts.some(isRejecting) };
}

function byStage(cell: (stage: Stage) => CellView): Record<Stage, CellView> {
  return { ingest: cell("ingest"), upsert: cell("upsert"), validate: cell("validate"), snapshot: cell("snapshot") };
}

/** A run as the ledger tells it: what was reached follows from its end. */
export function detailView(detail: RunDetail, now: number, glyphs: Glyphs): RunView {
  // When a crashed run ended, nobody knows.
  const unfinished = detail.status === "running" ? now : Date.parse(detail.started_at);
  const until = detail.finished_at === null ? unfinished : Date.parse(detail.finished_at);
  return {
    ...detail,
    outcome: detail.status,
    seconds: Math.max(0, until - Date.parse(detail.started_at)) / 1000,
    tables: tablesOf(detail),
    seals: detail.snapshots,
    kept: { tables: 0, rows: 0 },
    fault_count: detail.failure?.fault_count ?? detail.faults.length,
    fault_groups: detail.failure?.fault_groups ?? [],
    log: logOfDetail(detail, glyphs),
  };
}

function tablesOf(detail: RunDetail): TableView[] {
  const names = new Set([...detail.tables, ...detail.files].map(({ table }) => table));
  const reached = reachedStage(detail);
  return [...names].map((name) => {
    const { bytes = 0, rows = 0 } = detail.files.find(({ table }) => table === name) ?? {};
    const counts = detail.tables.find(({ table }) => table === name) ?? { table: name, rows: rows ?? 0 };
    const verdicts = detail.verdicts.filter(({ table }) => table === name);
    const over = reached.order === stages.length;
    // What was sealed, which a dry run has nothing of; what never came so far may have been about to.
    const sealed = !over || detail.snapshots.some(({ source }) => source === name);
    const cells = byStage((stage): CellView => {
      if (stage === "snapshot" && !sealed) return off;
      if (stage === "validate" && verdicts.length > 0) return validated(verdicts, verdicts.length);
      const order = stages.indexOf(stage);
      if (order < reached.order) return { state: "done", part: 1, done: counts.rows };
      return { state: order === reached.order && reached.failed ? "failed" : "waiting", part: 0, done: 0 };
    });
    return { table: name, bytes, cells, counts, expectations: verdicts.length, ...judgedBy(verdicts) };
  });
}

/** How far a run of the ledger came: the number of stages behind it, and whether the next one failed. */
function reachedStage({ status, failure }: RunDetail): { order: number; failed: boolean } {
  if (status === "published" || status === "dry_run") return { order: stages.length, failed: false };
  const names: readonly (string | null | undefined)[] = stages;
  const order = names.indexOf(failure?.stage);
  return { order: Math.max(0, order), failed: order >= 0 };
}

/** Seconds that a run took, as the listings have it; null where none of them has it yet. */
export function secondsListed({ details, runs, months }: Ui, run: number): number | null {
  const lasts = (months ?? []).flatMap(({ last_run }) => last_run ?? []);
  const entry = details[run] ?? [...(runs ?? []), ...lasts].find((one) => one.run === run);
  return entry === undefined ? null : secondsOf(entry);
}
