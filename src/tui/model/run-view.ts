import type { RunState, TableProgress } from "../../client/state.ts";
import { failureCodes, isFailureCode } from "../../core/errors.ts";
import type { Fault, FaultGroup } from "../../core/faults.ts";
import {
  type EventOf,
  type ExpectationCounts,
  type Seal,
  type Stage,
  stages,
  type TableCounts,
  type Verdict,
} from "../../core/messages/events.ts";
import type { RunDetail, RunStatus } from "../../core/messages/listings.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import { logOfDetail } from "./log.ts";
import type { Live, LogLine } from "./model.ts";
import { placeInWords } from "./verdicts.ts";

/** One table in one stage; `part` is 0 to 1, `off` means that the stage does not touch the table. */
export interface CellView {
  state: "off" | "waiting" | "active" | "done" | "failed";
  part: number;
  done: number;
}

export interface TableView {
  table: string;
  file: string;
  bytes: number;
  cells: Record<Stage, CellView>;
  counts: TableCounts;
  expectations: number;
  passed: number;
  failed: number;
  warned: number;
}

/** The ledger keeps neither `unchanged`, where nothing was done, nor `unknown`, where it could not be asked in time. */
export type Outcome = RunStatus | "unchanged" | "unknown";

export interface Failure {
  stage: string | null;
  title: string;
  hint: string;
  reject_file: string | null;
}

/** A run as the screens show it, be it going on, just over or long ago. */
export interface RunView {
  run: number | null;
  month: string;
  as_of: string;
  mode: RunState["mode"];
  outcome: Outcome;
  started_at: string;
  seconds: number;
  stage: Stage | null;
  tables: TableView[];
  verdicts: Verdict[];
  expectations: ExpectationCounts;
  seals: Seal[];
  /** Of the seals, those that stood before, and their rows. */
  kept: RunState["kept"];
  warnings: { title: string; hint: string }[];
  failure: Failure | null;
  faults: Fault[];
  fault_count: number;
  fault_groups: FaultGroup[];
  log: LogLine[];
}

const statusByExit = {
  done: "published",
  rejected: "rejected",
  usage: "failed",
  failure: "failed",
  refused: "refused",
  interrupted: "interrupted",
  terminated: "interrupted",
} as const satisfies Record<string, RunStatus>;

export function liveView(live: Live, state: RunState, now: number): RunView {
  const { end } = state;
  const failed = end?.event === "run.failed" ? end : null;
  const started = Date.parse(state.started_at);
  const until = end === null ? Math.max(now, Date.parse(state.latest_at)) : Date.parse(state.latest_at);
  return {
    run: state.run,
    // A run that was refused at once does not know its month; who asked for it does.
    month: state.month || monthsAsked(live),
    as_of: state.as_of,
    mode: state.mode,
    outcome: outcomeOf(state),
    started_at: state.started_at,
    seconds: end?.event === "run.finished" ? end.seconds : Math.max(0, until - started) / 1000,
    stage: end === null ? state.stage : null,
    tables: state.tables.map((table) =>
      liveTable(table, failed !== null && isToBlame(table, failed) ? failed.stage : null),
    ),
    verdicts: state.tables.flatMap((table) => table.verdicts),
    expectations: state.expectations,
    seals: state.seals,
    kept: state.kept,
    warnings: state.warnings,
    failure: failed && {
      stage: failed.stage,
      title: failed.title,
      hint: failed.hint,
      reject_file: failed.reject_file ?? null,
    },
    faults: failed?.faults ?? [],
    fault_count: failed?.fault_count ?? 0,
    fault_groups: failed?.fault_groups ?? [],
    log: live.log,
  };
}

function monthsAsked({ request: { selection } }: Live): string {
  return "months" in selection ? selection.months.join(", ") : selection.every;
}

export function outcomeOf({ end }: RunState): Outcome {
  if (end === null) return "running";
  if (end.event === "run.finished") return end.status;
  if (end.code === "outcome_unknown") return "unknown";
  return isFailureCode(end.code) ? statusByExit[failureCodes[end.code]] : "failed";
}

/** A file with faults; where none is named, all that was under way. */
function isToBlame({ file }: TableProgress, { faults = [] }: EventOf<"run.failed">): boolean {
  const name = placeInWords(file);
  return faults.length === 0 || faults.some((fault) => placeInWords(fault.file) === name);
}

function liveTable(table: TableProgress, failedIn: Stage | null): TableView {
  const cells = byStage((stage): CellView => {
    const { state, done, total } = table.cells[stage];
    const part = state === "done" ? 1 : total > 0 ? done / total : 0;
    if (stage === "snapshot" && !table.snapshot) return { state: "off", part: 0, done: 0 };
    if (stage === "validate" && table.verdicts.length > 0) return validated(table.verdicts, table.expectations);
    const shown = state === "active" && stage === failedIn ? "failed" : state;
    return { state: shown, part, done: state === "done" ? table.counts.rows : done };
  });
  return { ...table, cells, ...countVerdicts(table.verdicts) };
}

function validated(verdicts: Verdict[], expectations: number): CellView {
  const failed = verdicts.some((verdict) => !verdict.success && verdict.severity === "critical");
  const part = expectations > 0 ? verdicts.length / expectations : 1;
  return { state: failed ? "failed" : part < 1 ? "active" : "done", part, done: verdicts.length };
}

function countVerdicts(verdicts: Verdict[]): ExpectationCounts {
  const failed = verdicts.filter((verdict) => !verdict.success && verdict.severity === "critical").length;
  const warned = verdicts.filter((verdict) => !verdict.success).length - failed;
  return { passed: verdicts.length - failed - warned, failed, warned };
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
    stage: null,
    tables: tablesOf(detail),
    seals: detail.snapshots,
    kept: { tables: 0, rows: 0 },
    fault_count: detail.failure?.fault_count ?? detail.faults.length,
    fault_groups: detail.failure?.fault_groups ?? [],
    log: logOfDetail(detail, glyphs),
  };
}

function tablesOf(detail: RunDetail): TableView[] {
  const names = [...new Set([...detail.files.map((file) => file.table), ...detail.tables.map((table) => table.table)])];
  const reached = reachedStage(detail);
  return names.map((name) => {
    const file = detail.files.find((other) => other.table === name);
    const counts = detail.tables.find((table) => table.table === name) ?? { table: name, rows: file?.rows ?? 0 };
    const verdicts = detail.verdicts.filter((verdict) => verdict.table === name);
    const sealed = detail.status !== "published" || detail.snapshots.some((seal) => seal.source === name);
    const cells = byStage((stage): CellView => {
      if (stage === "snapshot" && !sealed) return { state: "off", part: 0, done: 0 };
      if (stage === "validate" && verdicts.length > 0) return validated(verdicts, verdicts.length);
      const order = stages.indexOf(stage);
      if (order < reached.order) return { state: "done", part: 1, done: counts.rows };
      return { state: order === reached.order && reached.failed ? "failed" : "waiting", part: 0, done: 0 };
    });
    const path = file?.path ?? "";
    return {
      table: name,
      file: path,
      bytes: file?.bytes ?? 0,
      cells,
      counts,
      expectations: verdicts.length,
      ...countVerdicts(verdicts),
    };
  });
}

const stageNames: readonly string[] = stages;

/** How far a run of the ledger came: the number of stages behind it, and whether the next one failed. */
function reachedStage(detail: RunDetail): { order: number; failed: boolean } {
  if (detail.status === "published" || detail.status === "dry_run") return { order: stages.length, failed: false };
  const order = detail.failure === null ? -1 : stageNames.indexOf(detail.failure.stage ?? "");
  return order < 0 ? { order: 0, failed: false } : { order, failed: true };
}
