import { ConsoleError, type ExitName, failureCodes } from "../../core/errors.ts";
import type { RunFailure, RunStatus } from "../../core/messages/listings.ts";
import type { Sql, Transaction } from "../../postgres/connection/connect.ts";
import { isLost, translate } from "../../postgres/connection/errors.ts";
import { recordMoves } from "../../postgres/ledger/moves.ts";
import { recordProfiles } from "../../postgres/ledger/profiles.ts";
import { runStatus } from "../../postgres/ledger/queries.ts";
import {
  closeRun,
  recordFaults,
  recordFiles,
  recordSuites,
  recordTables,
  recordVerdicts,
} from "../../postgres/ledger/records.ts";
import { isSettled, patienceMs } from "../../postgres/ledger/standing.ts";
import type { Session } from "../session/session.ts";
import type { RunRecord } from "../stages/context.ts";

/**
 * The run's lines in the ledger: of a publication in its transaction, so that record and data cannot disagree; of a dry run
 * or a failure after everything else was rolled back. Resolves to the seconds that the run took.
 */
export async function recordRun(
  tx: Transaction,
  run: number,
  { files, tables, verdicts, suites, warnings, profiles, moves }: RunRecord,
  status: RunStatus,
  failed: { error: ConsoleError; failure: RunFailure } | null = null,
): Promise<number | null> {
  const before = [
    recordFiles(tx, run, files),
    recordTables(tx, run, tables),
    recordVerdicts(tx, run, verdicts),
    recordSuites(tx, run, suites),
    recordProfiles(tx, run, profiles),
    recordMoves(tx, run, moves),
    recordFaults(tx, run, failed?.error.faults ?? []),
  ];
  const [seconds] = await Promise.all([closeRun(tx, run, status, warnings, failed?.failure), ...before]);
  return seconds;
}

/**
 * Record a failure, of what was found at least its stage and words. Resolves to what the ledger does not hold, null where it
 * holds all: where the server is gone, it will show the run as crashed.
 */
export async function recordFailure(
  session: Pick<Session, "sql" | "hasEnded">,
  run: number,
  record: RunRecord,
  error: ConsoleError,
  failure: RunFailure,
): Promise<string | null> {
  // The commit that is under way writes these very lines: it would be waited for without an end.
  if (error.code === "outcome_unknown") return null;
  const status = statuses[failureCodes[error.code].exit] ?? "failed";
  try {
    await onceThere(session, (sql) => sql.begin((tx) => recordRun(tx, run, record, status, { error, failure })));
    return null;
  } catch (thrown) {
    const why = translate(thrown);
    const isClosed = await closeRun(session.sql, run, status, [], failure).then(
      () => true,
      () => false,
    );
    if (isClosed) return `What else was found is not in the ledger: ${why.title}`;
    // It was told already, also where what keeps the ledger from being written is what stopped the run.
    const isTold = isLost(error) || why.code === error.code;
    return isTold ? null : `The ledger could not be told of it, and will call the run crashed: ${why.title}`;
  }
}

/** Milliseconds that a server may take to come back, which crashed or was restarted, and how often that is looked for. */
const comesBackMs = 3_000;
const lookAgainMs = 100;

/** Do it with a server that may be starting up again. */
async function onceThere(
  { sql, hasEnded }: Pick<Session, "sql" | "hasEnded">,
  work: (sql: Sql) => Promise<unknown>,
): Promise<void> {
  for (const deadline = performance.now() + comesBackMs; ; await Bun.sleep(lookAgainMs)) {
    try {
      await work(sql);
      return;
    } catch (thrown) {
      if (!isLost(thrown) || hasEnded() || performance.now() > deadline) throw thrown;
    }
  }
}

/** What a failed run is called in the ledger, by the exit code that it leads to. */
const statuses: Partial<Record<ExitName, RunStatus>> = {
  rejected: "rejected",
  refused: "refused",
  interrupted: "interrupted",
  terminated: "interrupted",
};

/**
 * Returns when the commit that threw this was carried out all the same: of a connection that is lost at the commit, only
 * the ledger knows. Throws what was thrown when it was not, and that nobody knows when the server cannot tell in time.
 * `why` says more of a loss than that it was one.
 */
export async function requireCommitted(
  sql: Sql,
  run: number,
  thrown: unknown,
  why: ConsoleError | null,
): Promise<void> {
  if (!isLost(thrown)) throw thrown;
  const { title, cause } = why ?? translate(thrown);
  const unknown = (why: string) =>
    new ConsoleError("outcome_unknown", `${title} It was lost at the commit of run ${run}. ${why}`, {
      hint: `Nothing more is known of it now: \`show ${run}\` tells once it is over, as does \`runs\`.`,
      cause,
    });
  let isKnown = false;
  let isPublished = false;
  try {
    isKnown = await isSettled(sql, run, patienceMs);
    isPublished = (await runStatus(sql, run)) === "published";
  } catch (reason) {
    throw unknown(`The ledger could not be asked: ${translate(reason).title}`);
  }
  if (isPublished) return;
  throw isKnown ? thrown : unknown("The server still has that commit under way: it may yet be published.");
}
