import { ConsoleError, isFailureCode } from "../core/errors.ts";
import { stages } from "../core/messages/basics.ts";
import type { EventBody } from "../core/messages/events.ts";
import type { RunDetail, RunFailure, RunOutcome } from "../core/messages/listings.ts";
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
  partition: "`doctor` tells how the tables stand now.",
  adopt: "`snapshots` lists what is sealed by now.",
  db: "`db status` tells how the server stands now.",
};

/** An answer that tells of a lost connection: what was asked for may have been carried out by then, unless it is a run's. */
export function withoutConnection(kind: RequestKind, error: ConsoleError): ConsoleError {
  const hint = kind === "run" ? undefined : afterwards[kind];
  return error.code !== "database_lost" || hint === undefined
    ? error
    : new ConsoleError(error.code, error.title, { hint });
}

/** The error of a request that the pipeline did not live to answer. */
export function unanswered(kind: RequestKind, { code, title, hint }: ConsoleError): ConsoleError {
  return new ConsoleError(code, title, { hint: `${afterwards[kind] ?? "Try again."} ${hint}` });
}

/** What is said of a run in place of its process, the last word last, and the error that ends the call; null for none. */
export interface LastWords {
  said: { run: number | null; body: EventBody }[];
  error: ConsoleError | null;
}

/** What the ledger says of a run whose process met this death. */
export function wordsOn(outcome: RunOutcome, death: ConsoleError): LastWords {
  const { detail, open } = outcome;
  // What a dry run has under way is no more than the record of it.
  if (open && detail.mode !== "dry_run") return failedBy(detail.run, stillOpen(outcome, death));
  if (detail.status === "published" || detail.status === "dry_run") return carriedOut(outcome, death);
  const { failure } = detail;
  const isRecorded = failure !== null && detail.status !== "running" && detail.status !== "crashed";
  return isRecorded ? failedAsRecorded(detail, failure) : failedBy(detail.run, rolledBack(detail, death));
}

/** What is said when the ledger could not be asked. */
export function notKnown(run: number, death: ConsoleError, reason: ConsoleError): LastWords {
  const title = `${death.title} Whether run ${run} was published could not be found out: ${reason.title}`;
  const hint = `Once the database answers, \`show ${run}\` tells. ${death.hint}`;
  return failedBy(run, new ConsoleError("outcome_unknown", title, { hint, cause: reason }));
}

function failedBy(run: number, error: ConsoleError): LastWords {
  const { code, title, hint } = error;
  return { said: [{ run, body: { event: "run.failed", stage: null, code, title, hint } }], error };
}

function stillOpen({ detail: { run }, waits_for }: RunOutcome, death: ConsoleError): ConsoleError {
  const wait =
    waits_for === null ? "" : waits_for === "SyncRep" ? ", waiting for a standby" : `, waiting (${waits_for})`;
  const title = `${death.title} The server still has the commit of run ${run} under way${wait}: it may yet be published.`;
  const hint = `Until that is over nobody knows; then \`show ${run}\` tells, as does \`runs\`. ${death.hint}`;
  return new ConsoleError("outcome_unknown", title, { hint });
}

function rolledBack({ status }: RunDetail, { code, title, hint }: ConsoleError): ConsoleError {
  // Its session is there for as long as the statement is that it was in.
  const when = status === "running" ? "Once the server has noticed, run it again." : "Run it again.";
  const known = "Nothing was published, as the ledger says; the database is as it was before.";
  return new ConsoleError(code, title, { hint: `${known} ${when} ${hint}` });
}

/** The process died between the record of its run's failure and the word on it. */
function failedAsRecorded(detail: RunDetail, failure: RunFailure): LastWords {
  const { title, hint, fault_count, fault_groups, reject_file } = failure;
  const code = isFailureCode(failure.code) ? failure.code : "internal";
  const body: EventBody = {
    event: "run.failed",
    stage: stages.find((stage) => stage === failure.stage) ?? null,
    month: detail.month,
    code,
    title,
    hint,
    ...(fault_count > 0 && { faults: detail.faults, fault_count, fault_groups }),
    ...(reject_file !== null && { reject_file }),
  };
  return { said: [{ run: detail.run, body }], error: new ConsoleError(code, title, { hint }) };
}

function carriedOut(outcome: RunOutcome, death: ConsoleError): LastWords {
  const { detail, in_force, left } = outcome;
  const { run, month, as_of, mode, tables, expectations } = detail;
  const isDry = detail.status === "dry_run";
  const known = isDry ? "came to its end and was rolled back" : "was published, all of it";
  const status = isDry ? "dry_run" : "published";
  const counts = { month, as_of, mode, seconds: secondsOf(detail), tables, expectations, snapshots: in_force };
  const said: LastWords["said"] = [
    {
      run,
      body: { event: "run.warned", title: death.title, hint: `Run ${run} ${known}, as the ledger says. ${death.hint}` },
    },
    { run, body: { event: "run.finished", status, ...counts } },
  ];
  return left.length === 0 ? { said, error: null } : andNoMore(said, `Run ${run} ${known}`, left, death);
}

/** The months after it were asked for, too. */
function andNoMore(said: LastWords["said"], known: string, left: RunOutcome["left"], death: ConsoleError): LastWords {
  const [month = ""] = left;
  const those = left.length === 1 ? `${month} was` : `${month} to ${left.at(-1)} were`;
  const hint = `${known}; ${those} not run: ask for the rest again. ${death.hint}`;
  const { code, title } = death;
  const body: EventBody = { event: "run.failed", stage: null, month, code, title, hint };
  return { said: [...said, { run: null, body }], error: new ConsoleError(code, title, { hint }) };
}

function secondsOf({ started_at, finished_at }: RunDetail): number {
  return finished_at === null ? 0 : (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
}
