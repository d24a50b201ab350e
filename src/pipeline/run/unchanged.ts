import type { TableCounts } from "../../core/messages/events.ts";
import { sha256Of } from "../../csv/drop.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import { touchFiles } from "../../postgres/ledger/records.ts";
import { holdRows } from "../../postgres/live/live-rows.ts";
import { isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { filesUnmoved, type MonthOnDisk } from "../drop/months.ts";
import { isPassed, type Past } from "../drop/past.ts";
import type { EventStream, Job } from "./context.ts";

/**
 * The publication of these very files under this very stamp; null when there is none and the month has to run. Files
 * are read only when their size and time are as they were, or their size alone, and they may be others all the same.
 */
export async function isPublishedAlready(
  sql: Queryable,
  job: Job,
  drop: MonthOnDisk,
  past: Past,
): Promise<Publication | null> {
  const publication = past.publications.find((one) => one.month === job.month && one.as_of === job.asOf);
  if (publication === undefined) return null;
  // A file beside the one that was published, a second of a table's, is for the run to find.
  if (drop.files.some(({ fault }) => fault !== null)) return null;
  if (!job.backfill && !isLive(publication, job, past)) return null;
  if (!isSealed(job, past)) return null;
  // Somebody may have emptied a live table since.
  const live = job.tables.map((table) => table.live);
  if (!job.backfill && !isPassed(job.month, past) && (await holdRows(sql, live)).includes(false)) return null;
  if (filesUnmoved(drop.files, publication) && sameIdentity(drop, publication)) return publication;
  if (!(await sameContents(drop, publication))) return null;
  // A dry run leaves the records of others as they are.
  if (job.mode !== "dry_run") await touchFiles(sql, publication.run, drop.files);
  return publication;
}

/** True when the live tables took part in these files' publication, or have gone on already. */
function isLive(publication: Publication, { month }: Job, past: Past): boolean {
  if (publication.mode !== "backfill" || isPassed(month, past)) return true;
  const hashes = [...publication.files].sort((a, b) => (a.table < b.table ? -1 : 1)).map(({ sha256 }) => sha256);
  return publication.live && hashes.join() === publication.live_files.join();
}

/** True when each snapshot of this stamp is sealed, and as this month's. */
function isSealed({ tables, month, asOf }: Job, { seals }: Past): boolean {
  return tables
    .filter(isFrozen)
    .every(({ snapshot }) =>
      seals.some((seal) => seal.table === snapshot.table.name && seal.as_of === asOf && seal.month === month),
    );
}

function sameIdentity({ files }: MonthOnDisk, publication: Publication): boolean {
  return files.every((file) => publication.files.find((one) => one.table === file.table)?.identity === file.identity);
}

async function sameContents({ files }: MonthOnDisk, publication: Publication): Promise<boolean> {
  if (files.length !== publication.files.length) return false;
  for (const file of files) {
    const before = publication.files.find((one) => one.table === file.table);
    if (before?.bytes !== file.bytes || before.sha256 === null) return false;
    if ((await sha256Of(file.path)) !== before.sha256) return false;
  }
  return true;
}

/** Tell a front end that there was nothing to do, in the words of a run. */
export function sayUnchanged(
  stream: EventStream,
  job: Job,
  drop: MonthOnDisk,
  publication: Publication,
  past: Past,
): void {
  const { tables, month, asOf, mode, backfill } = job;
  const { seals } = past;
  const isBeside = backfill || isPassed(month, past);
  const rows = new Map(publication.files.map((file) => [file.table, file.rows ?? 0]));
  const counts: TableCounts[] = tables.map(({ name }) => {
    const unchanged = rows.get(name) ?? 0;
    // Beside live tables that have gone on, or that it was not to touch, nothing is said of them.
    const plan = isBeside ? {} : { inserted: 0, updated: 0, unchanged };
    return { table: name, rows: unchanged, ...plan };
  });
  stream.setRun(publication.run);
  stream.emit({
    event: "run.started",
    month,
    as_of: asOf,
    mode,
    tables: drop.files.map(({ table, path, bytes }) => ({
      table,
      file: path,
      bytes,
      expectations: 0,
      snapshot: false,
    })),
  });
  const inForce = seals.filter((seal) => seal.as_of === asOf && seal.month === month);
  stream.emit({
    event: "run.finished",
    status: "unchanged",
    month,
    as_of: asOf,
    mode,
    seconds: 0,
    tables: counts,
    expectations: { passed: 0, failed: 0, warned: 0 },
    snapshots: inForce.map(({ table, as_of, rows: sealed, fingerprint }) => ({
      table,
      as_of,
      rows: sealed,
      fingerprint,
    })),
  });
}
