import type { Fault } from "./faults.ts";
import { redact } from "./secrets/secrets.ts";

/** Exit codes of the command line (the contract in the README's command reference). */
export const exitCodes = { done: 0, rejected: 1, usage: 2, failure: 3, refused: 4, interrupted: 130, terminated: 143 };

export type ExitName = keyof typeof exitCodes;

/** Signals that end the console: a hangup is a termination, too, since both mean that somebody else wants it gone. */
export const exitCodeOfSignal = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.terminated,
};

/**
 * Every way in which the console stops short, with the exit it leads to, and what it is in a few words; null for what the
 * exit says already. Failures that a reader need not tell apart have the same words. Printers, help, the README and tests
 * are drawn from this table.
 */
export const failureCodes = {
  drop_rejected: { exit: "rejected", means: "malformed files" },
  expectation_failed: { exit: "rejected", means: "a failed critical expectation" },
  expectation_unevaluated: { exit: "rejected", means: "one that could not be evaluated" },
  seal_broken: { exit: "rejected", means: "a broken seal" },
  usage: { exit: "usage", means: "the command line or the environment" },
  manifest_invalid: { exit: "usage", means: "the manifest" },
  suite_invalid: { exit: "usage", means: "a suite" },
  unknown_month: { exit: "usage", means: "a month, run or snapshot that there is not" },
  unknown_run: { exit: "usage", means: "a month, run or snapshot that there is not" },
  unknown_snapshot: { exit: "usage", means: "a month, run or snapshot that there is not" },
  database_unreachable: { exit: "failure", means: "the server cannot be reached" },
  database_lost: { exit: "failure", means: "it was lost" },
  database_error: { exit: "failure", means: "it reports an error" },
  database_version: { exit: "failure", means: "it is too old" },
  pooled: { exit: "failure", means: "a pooler in between keeps no session" },
  privilege_missing: { exit: "failure", means: "a right is missing" },
  schema_mismatch: { exit: "failure", means: "tables are not as the manifest says" },
  installation: { exit: "failure", means: "the console is not installed as it must be" },
  embedded_unavailable: { exit: "failure", means: "the embedded server does not start" },
  io_error: { exit: "failure", means: "a file cannot be read or written" },
  pipeline_died: { exit: "failure", means: "a process was killed" },
  outcome_unknown: { exit: "failure", means: "whether a month was published is not known" },
  not_as_planned: { exit: "failure", means: "rows are not as planned" },
  internal: { exit: "failure", means: "a defect of the console" },
  locked: { exit: "refused", means: "locked" },
  out_of_order: { exit: "refused", means: "out of order" },
  snapshot_differs: { exit: "refused", means: "a sealed snapshot would change" },
  drop_missing: { exit: "refused", means: "the drop that was waited for did not come" },
  leak: { exit: "refused", means: "labels would leak" },
  not_convertible: { exit: "refused", means: "a table or a value cannot be converted" },
  interrupted: { exit: "interrupted", means: null },
  terminated: { exit: "terminated", means: null },
} as const satisfies Record<string, { exit: ExitName; means: string | null }>;

export type FailureCode = keyof typeof failureCodes;

export function exitCodeOf(code: FailureCode): number {
  return exitCodes[failureCodes[code].exit];
}

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failureCodes, code);
}

interface Details {
  /** What to do now, in one sentence. */
  hint: string;
  cause?: unknown;
  /** Cell-level faults, at most the listed ones; `faultCount` tells how many there are in all. */
  faults?: Fault[];
  faultCount?: number;
}

/**
 * The only error class: what happened (`title`), what to do now (`hint`), and why (`cause`). Its words hold no password from
 * the first, wherever they go: to a terminal, another process, the ledger.
 */
export class ConsoleError extends Error {
  readonly code: FailureCode;
  readonly title: string;
  readonly hint: string;
  readonly faults: Fault[];
  readonly faultCount: number;

  constructor(code: FailureCode, title: string, details: Details) {
    super(redact(title), { cause: details.cause });
    this.name = "ConsoleError";
    this.code = code;
    this.title = this.message;
    this.hint = redact(details.hint);
    this.faults = details.faults ?? [];
    this.faultCount = details.faultCount ?? this.faults.length;
  }

  get exitCode(): number {
    return exitCodeOf(this.code);
  }
}

/** The command line or the environment is not one that the console understands: what is wrong, and how to write it. */
export function usageError(title: string, hint: string): ConsoleError {
  return new ConsoleError("usage", title, { hint });
}

/** Any thrown value as a ConsoleError; what is not one already is a defect of ours. */
export function toConsoleError(thrown: unknown): ConsoleError {
  if (thrown instanceof ConsoleError) return thrown;
  return new ConsoleError("internal", `Unexpected error: ${messageOf(thrown)}`, {
    hint: "This is a defect of the console: please report it with the command that led here.",
    cause: thrown,
  });
}

/** What a thrown value says. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's, driver's or server's code of a thrown value, such as `ENOENT` or `57P03`; empty where it has none. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/**
 * The same promise, begun before its turn: whoever awaits it then meets its failure, which until then must not pass for one
 * that nobody handles.
 */
export function metLater<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}
