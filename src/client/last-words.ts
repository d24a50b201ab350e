import { ConsoleError, isFailureCode } from "../core/errors.ts";
import { type EventBody, stages } from "../core/messages/events.ts";
import { type RunDetail, type RunFailure, type RunOutcome, secondsOf } from "../core/messages/listings.ts";
import type { RequestKind } from "../core/messages/requests.ts";

/** How the pipeline subprocess ended. */
export interface PipelineExit {
  exitCode: number | null;
  signal: string | null;
  /** The end of what it wrote to stderr. */
  lastWords: string;
}

/** Its end as an error, whose hint says no more than its last words: what follows from it depends on what it did. */
export function deathOf({ exitCode, signal, lastWords }: PipelineExit): ConsoleError {
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  return new ConsoleError("pipeline_died", `The pipeline subprocess ended ${how}.`, {
    hint: lastWords === "" ? "It left no last words." : `Its last words: ${lastWords}`,
  });
}

/** How to find out what became of a request that was not answered any more, where it may have changed something. */
const afterwards: Partial<Record<RequestKind, string>> = {
  run:
    "What was told before that stands. `runs` lists whether another run was begun; " +
    "asking for the same months again does nothing twice.",
  retire: "`snapshots` lists whether the snapshots are still there.",
  profiling: "Each date was kept as it was done: the same command goes on with the rest.",
  partition: "`doctor` tells how the tables stand now.",
  adopt: "`snapshots` lists what is sealed by now.",
  db: "`db status` tells how the server stands now.",
};

/** The same error with another hint. */
function rehinted({ code, title }: ConsoleError, hint: string): ConsoleError {
  return new ConsoleError(code, title, { hint });
}

/** An answer that tells of a lost connection: what was asked for may have been carried out by then, unless it is a run's. */
export function withoutConnection(kind: RequestKind, error: ConsoleError): ConsoleError {
  const hint = kind === "run" ? undefined : afterwards[kind];
  return error.code !== "database_lost" || hint === undefined ? error : rehinted(error, hint);
}

/** The error of a request that the pipeline did not live to answer. */
export function unanswered(kind: RequestKind, death: ConsoleError): ConsoleError {
  return rehinted(death, `${afterwards[kind] ?? "Try again."} ${death.hint}`);
}

/** What is said of a run in place of its process, the last word last, and the error that ends the call; null for none. */
export interface LastWords {
  said: { run: number | null; body: EventBody }[];
  error: ConsoleError | null;
}

/** What the ledger says of a run whose process met this death. */
export function wordsOn(outcome: RunOutcome, death: ConsoleError): LastWords {
  const { detail } = outcome;
  const { run, status, mode, failure } = detail;
  // What a dry run has under way is no more than the record of it.
  if (outcome.open && mode !== "dry_run") return failedBy(run, stillOpen(outcome, death));
  if (status === "published" || status === "dry_run") return carriedOut(outcome, status === "dry_run", death);
  if (failure !== null && status !== "running" && status !== "crashed") return failedAsRecorded(detail, failure);
  // Its session is there for as long as the statement is that it was in.
  const when = status === "running" ? "Once the server has noticed, run it again." : "Run it again.";
  const known = "Nothing was published, as the ledger says; the database is as it was before.";
  return failedBy(run, rehinted(death, `${known} ${when} ${death.hint}`));
}

/** What is said when the ledger could not be asked. */
export function notKnown(run: number, death: ConsoleError, reason: ConsoleError): LastWords {
  const title = `${death.title} Whether run ${run} was published could not be found out: ${reason.title}`;
  const hint = `Once the database answers, \`show ${run}\` tells. ${death.hint}`;
  return failedBy(run, new ConsoleError("outcome_unknown", title, { hint, cause: reason }));
}

type Failed = Extract<EventBody, { event: "run.failed" }>;

/** `told` is what else there is to tell of it. */
function failedBy(
  run: number | null,
  error: ConsoleError,
  { stage = null, month, ...told }: Partial<Failed> = {},
): LastWords {
  const { code, title, hint } = error;
  const where = { stage, ...(month !== undefined && { month }) };
  return { said: [{ run, body: { event: "run.failed", ...where, code, title, hint, ...told } }], error };
}

function stillOpen({ detail: { run }, waits_for }: RunOutcome, death: ConsoleError): ConsoleError {
  const what = waits_for === "SyncRep" ? "for a standby" : `(${waits_for})`;
  const wait = waits_for === null ? "" : `, waiting ${what}`;
  const title = `${death.title} The server still has the commit of run ${run} under way${wait}: it may yet be published.`;
  const hint = `Until that is over nobody knows; then \`show ${run}\` tells, as does \`runs\`. ${death.hint}`;
  return new ConsoleError("outcome_unknown", title, { hint });
}

/** The process died between the record of its run's failure and the word on it. */
function failedAsRecorded({ run, month, faults }: RunDetail, failure: RunFailure): LastWords {
  const { code, title, hint, fault_count, fault_groups, reject_file } = failure;
  return failedBy(run, new ConsoleError(isFailureCode(code) ? code : "internal", title, { hint }), {
    stage: stages.find((stage) => stage === failure.stage) ?? null,
    month,
    ...(fault_count > 0 && { faults, fault_count, fault_groups }),
    ...(reject_file !== null && { reject_file }),
  });
}

function carriedOut({ detail, in_force, left }: RunOutcome, isDry: boolean, death: ConsoleError): LastWords {
  const { run, month, as_of, mode, tables, expectations } = detail;
  const known = `Run ${run} ${isDry ? "came to its end and was rolled back" : "was published, all of it"}`;
  const status = isDry ? "dry_run" : "published";
  const counts = { month, as_of, mode, seconds: secondsOf(detail) ?? 0, tables, expectations, snapshots: in_force };
  const hint = `${known}, as the ledger says. ${death.hint}`;
  const said: LastWords["said"] = [
    { run, body: { event: "run.warned", title: death.title, hint } },
    { run, body: { event: "run.finished", status, ...counts } },
  ];
  const [next] = left;
  if (next === undefined) return { said, error: null };
  // The months after it were asked for, too.
  const those = left.length === 1 ? `${next} was` : `${next} to ${left.at(-1)} were`;
  const error = rehinted(death, `${known}; ${those} not run: ask for the rest again. ${death.hint}`);
  return { said: [...said, ...failedBy(null, error, { month: next }).said], error };
}
