import { ConsoleError, failureCodes, toConsoleError } from "../../core/errors.ts";
import type { FaultGroup } from "../../core/faults.ts";
import type { ExpectationCounts, TableCounts, Warning } from "../../core/messages/events.ts";
import type { RunStatus } from "../../core/messages/listings.ts";
import type { EvaluatedVerdict } from "../../expectations/evaluate.ts";
import type { Sql, Transaction } from "../../postgres/connection/connect.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { runStatus } from "../../postgres/ledger/queries.ts";
import {
  closeRun,
  type FileRecord,
  recordFaults,
  recordFiles,
  recordTables,
  recordVerdicts,
} from "../../postgres/ledger/records.ts";
import { isSettled, patienceMs } from "../../postgres/ledger/standing.ts";

/** What a run has found out so far; the ledger keeps it whether or not the run publishes. */
export interface RunRecord {
  files: FileRecord[];
  tables: TableCounts[];
  verdicts: EvaluatedVerdict[];
  warnings: Warning[];
}

/** Why a run failed, for the ledger. */
interface Failed {
  error: ConsoleError;
  /** Its faults by kind. */
  groups: FaultGroup[];
  stage: string | null;
  rejectFile: string | null;
}

export function emptyRecord(): RunRecord {
  return { files: [], tables: [], verdicts: [], warnings: [] };
}

export function countVerdicts(verdicts: readonly EvaluatedVerdict[]): ExpectationCounts {
  const broken = verdicts.filter((verdict) => !verdict.success);
  const failed = broken.filter((verdict) => verdict.severity === "critical").length;
  return { passed: verdicts.length - broken.length, failed, warned: broken.length - failed };
}

/** The run's lines in the ledger. In the publishing transaction, so that record and data cannot disagree. */
export async function recordSuccess(tx: Transaction, run: number, record: RunRecord): Promise<void> {
  await recordDetails(tx, run, record);
  await closeRun(tx, run, "published", record.warnings);
}

/** A dry run or a failure, after everything else was rolled back. */
export async function recordRolledBack(sql: Sql, run: number, record: RunRecord, failed: Failed | null): Promise<void> {
  await sql.begin(async (tx) => {
    await recordDetails(tx, run, record);
    if (failed === null) return closeRun(tx, run, "dry_run", record.warnings);
    const { error, groups, stage, rejectFile } = failed;
    await recordFaults(tx, run, error.faults);
    await closeRun(tx, run, statusOf(error), record.warnings, {
      stage,
      code: error.code,
      title: error.title,
      hint: error.hint,
      fault_count: error.faultCount,
      reject_file: rejectFile,
      fault_groups: groups,
    });
  });
}

/** Record a failure, if the server is still there to keep it; if not, the ledger will show the run as crashed. */
export async function recordFailure(sql: Sql, run: number, record: RunRecord, failed: Failed): Promise<void> {
  // The commit that is under way writes these very lines: it would be waited for without an end.
  if (failed.error.code === "outcome_unknown") return;
  try {
    await recordRolledBack(sql, run, record, failed);
  } catch (error) {
    if (!serverIsGone(failed.error)) throw error;
  }
}

function serverIsGone({ code }: ConsoleError): boolean {
  return code === "database_lost" || code === "database_unreachable";
}

async function recordDetails(tx: Transaction, run: number, { files, tables, verdicts }: RunRecord): Promise<void> {
  await recordFiles(tx, run, files);
  await recordTables(tx, run, tables);
  await recordVerdicts(tx, run, verdicts);
}

const statuses: Record<string, RunStatus> = {
  rejected: "rejected",
  refused: "refused",
  interrupted: "interrupted",
  terminated: "interrupted",
};

function statusOf(error: ConsoleError): RunStatus {
  return statuses[failureCodes[toConsoleError(error).code].exit] ?? "failed";
}

/**
 * Returns when the commit that threw this was carried out all the same: of a connection that is lost at the commit, only
 * the ledger knows. Throws what was thrown when it was not, and that nobody knows when the server cannot tell in time.
 */
export async function requireCommitted(sql: Sql, run: number, thrown: unknown): Promise<void> {
  const error = translate(thrown);
  if (error.code !== "database_lost") throw thrown;
  let isKnown = false;
  let isPublished = false;
  try {
    isKnown = await isSettled(sql, run, patienceMs);
    isPublished = (await runStatus(sql, run)) === "published";
  } catch (reason) {
    throw unknown(run, error, `The ledger could not be asked: ${toConsoleError(translate(reason)).title}`);
  }
  if (isPublished) return;
  throw isKnown ? thrown : unknown(run, error, "The server still has that commit under way: it may yet be published.");
}

function unknown(run: number, { title, cause }: ConsoleError, why: string): ConsoleError {
  return new ConsoleError("outcome_unknown", `${title} It was lost at the commit of run ${run}. ${why}`, {
    hint: `Nothing more is known of it now: \`show ${run}\` tells once it is over, as does \`runs\`.`,
    cause,
  });
}
