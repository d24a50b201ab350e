import type { Fault } from "./faults.ts";

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
 * Every way in which the console stops short, with the exit code it leads to.
 * Printers, help and tests are drawn from this table.
 */
export const failureCodes = {
  drop_rejected: "rejected",
  expectation_failed: "rejected",
  seal_broken: "rejected",
  usage: "usage",
  manifest_invalid: "usage",
  suite_invalid: "usage",
  unknown_month: "usage",
  unknown_run: "usage",
  unknown_snapshot: "usage",
  database_unreachable: "failure",
  database_lost: "failure",
  database_error: "failure",
  database_version: "failure",
  privilege_missing: "failure",
  schema_mismatch: "failure",
  embedded_unavailable: "failure",
  io_error: "failure",
  pipeline_died: "failure",
  outcome_unknown: "failure",
  not_as_planned: "failure",
  internal: "failure",
  locked: "refused",
  out_of_order: "refused",
  snapshot_differs: "refused",
  leak: "refused",
  not_convertible: "refused",
  interrupted: "interrupted",
  terminated: "terminated",
} as const satisfies Record<string, ExitName>;

export type FailureCode = keyof typeof failureCodes;

export function exitCodeOf(code: FailureCode): number {
  return exitCodes[failureCodes[code]];
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

/** The only error class: what happened (`title`), what to do now (`hint`), and why (`cause`). */
export class ConsoleError extends Error {
  readonly code: FailureCode;
  readonly title: string;
  readonly hint: string;
  readonly faults: Fault[];
  readonly faultCount: number;

  constructor(code: FailureCode, title: string, details: Details) {
    super(title, { cause: details.cause });
    this.name = "ConsoleError";
    this.code = code;
    this.title = title;
    this.hint = details.hint;
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
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ConsoleError("internal", `Unexpected error: ${message}`, {
    hint: "This is a defect of the console: please report it with the command that led here.",
    cause: thrown,
  });
}
