import { ConsoleError } from "../core/errors.ts";
import type { RequestKind } from "../core/requests.ts";

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
