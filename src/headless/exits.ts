import { type ExitName, exitCodes, type FailureCode, failureCodes } from "../core/errors.ts";

const meanings: Record<ExitName, string> = {
  done: "done, with or without warnings",
  rejected: "rejected",
  usage: "wrong usage",
  failure: "the database or the system failed",
  refused: "refused",
  interrupted: "interrupted by Ctrl-C (SIGINT)",
  terminated: "terminated by SIGTERM or SIGHUP",
};

/**
 * What each failure is, in a few words; null for what the code's meaning says already. Failures that a reader need not
 * tell apart have the same words. Every code there is must be here, so that the exit table cannot leave one out.
 */
export const failureWords: Record<FailureCode, string | null> = {
  drop_rejected: "malformed files",
  expectation_failed: "a failed critical expectation",
  seal_broken: "a broken seal",
  usage: "the command line or the environment",
  manifest_invalid: "the manifest",
  suite_invalid: "a suite",
  unknown_month: "a month, run or snapshot that there is not",
  unknown_run: "a month, run or snapshot that there is not",
  unknown_snapshot: "a month, run or snapshot that there is not",
  database_unreachable: "the server cannot be reached",
  database_lost: "it was lost",
  database_error: "it reports an error",
  database_version: "it is too old",
  privilege_missing: "a right is missing",
  schema_mismatch: "tables are not as the manifest says",
  embedded_unavailable: "the embedded server does not start",
  io_error: "a file cannot be read or written",
  pipeline_died: "a process was killed",
  outcome_unknown: "whether a month was published is not known",
  not_as_planned: "rows are not as planned",
  internal: "a defect of the console",
  locked: "locked",
  out_of_order: "out of order",
  snapshot_differs: "a sealed snapshot would change",
  leak: "labels would leak",
  not_convertible: "a table or a value cannot be converted",
  interrupted: null,
  terminated: null,
};

const codes = Object.keys(failureCodes) as FailureCode[];

/** Every exit code with its meaning and the words of all failures that lead to it, in the order of the codes. */
export const exits = (Object.keys(exitCodes) as ExitName[]).map((name) => {
  const words = codes.filter((code) => failureCodes[code] === name).map((code) => failureWords[code] ?? []);
  const kinds = [...new Set(words.flat())].join("; ");
  return { code: exitCodes[name], meaning: kinds === "" ? meanings[name] : `${meanings[name]}: ${kinds}` };
});
