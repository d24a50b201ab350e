import { noVerdicts } from "../../core/messages/verdicts.ts";
import { contentsOf } from "../../csv/drop/changes.ts";
import type { FileOnDisk } from "../../csv/drop/files.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import { type FileRecord, touchFiles } from "../../postgres/ledger/records.ts";
import { holdRows } from "../../postgres/live/live-rows.ts";
import { plainSeal } from "../../postgres/snapshots/seals.ts";
import { isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { sealsWithoutRows } from "../../postgres/snapshots/unsealed.ts";
import { filesUnmoved, type MonthOnDisk } from "../drop/months.ts";
import { isPassed, type Past } from "../drop/past.ts";
import type { Job } from "../stages/context.ts";
import type { Series } from "./publish.ts";

/** Whether these very files are published under this very stamp. Says so then, in the words of a run. */
export async function isUnchanged(series: Series, job: Job, drop: MonthOnDisk, past: Past): Promise<boolean> {
  const publication = await publicationOf(series.sql, job, drop, past);
  if (publication === null) return false;
  const { month, asOf: as_of, mode } = job;
  const head = { month, as_of, mode };
  // Beside live tables that have gone on, or that it was not to touch, nothing is said of them.
  const isBeside = job.backfill || isPassed(month, past);
  const seals = past.seals.filter((seal) => seal.as_of === as_of && seal.month === month);
  series.setRun(publication.run);
  series.emit({
    event: "run.started",
    ...head,
    tables: drop.files.map(({ table, path: file, bytes }) => ({
      table,
      file,
      bytes,
      expectations: 0,
      snapshot: false,
    })),
  });
  series.emit({
    event: "run.finished",
    status: "unchanged",
    ...head,
    seconds: 0,
    tables: job.tables.map(({ name: table }) => {
      const rows = publication.files.find((file) => file.table === table)?.rows ?? 0;
      // How many of the live rows are still as that run left them, only a comparison tells.
      return { table, rows, ...(!isBeside && { inserted: 0, updated: 0 }) };
    }),
    expectations: noVerdicts,
    snapshots: seals.map(plainSeal),
  });
  return true;
}

/**
 * The publication of these very files under this very stamp; null when there is none and the month has to run. Files
 * are read only when their size and time are as they were, or their size alone, and they may be others all the same.
 */
async function publicationOf(sql: Queryable, job: Job, drop: MonthOnDisk, past: Past): Promise<Publication | null> {
  const publication = past.publications.find((one) => one.month === job.month && one.as_of === job.asOf);
  if (publication === undefined) return null;
  // A file beside the one that was published, a second of a table's, is for the run to find.
  if (drop.files.some(({ fault }) => fault !== null)) return null;
  if (!(await isSealed(sql, job, past))) return null;
  if (!job.backfill && !(await isLive(sql, publication, job, past))) return null;
  const before = new Map(publication.files.map((file) => [file.table, file]));
  const isSame = drop.files.every(({ table, identity }) => before.get(table)?.identity === identity);
  if (isSame && filesUnmoved(drop.files, publication)) return publication;
  if (drop.files.length !== before.size) return null;
  for (const { table, path, bytes, parts } of drop.files) {
    const known = before.get(table);
    if (known?.bytes !== bytes || known.sha256 === null) return null;
    // That it cannot be read is for the run to tell.
    if ((await contentsOf({ path, ...(parts && { parts }) }).catch(() => null)) !== known.sha256) return null;
  }
  // A dry run leaves the records of others as they are.
  if (job.mode !== "dry_run")
    await touchFiles(
      sql,
      publication.run,
      drop.files.map((file) => touched(file, before)),
    );
  return publication;
}

/** The file as it is now, its parts included. */
function touched(file: FileOnDisk, before: ReadonlyMap<string, FileRecord>) {
  const parts = before.get(file.table)?.parts?.map((part, index) => {
    const { path, modified_ms } = file.parts?.[index] ?? part;
    return { ...part, path, modified_ms };
  });
  return { ...file, parts: parts ?? null };
}

/** True when the live tables took part in these files' publication, and hold rows still, or have gone on already. */
async function isLive(sql: Queryable, publication: Publication, { month, tables }: Job, past: Past): Promise<boolean> {
  if (isPassed(month, past)) return true;
  // Somebody may have emptied a live table since.
  const holds = await holdRows(
    sql,
    tables.map(({ live }) => live),
  );
  if (holds.includes(false)) return false;
  if (publication.mode !== "backfill") return true;
  const files = publication.files.toSorted((a, b) => (a.table < b.table ? -1 : 1));
  return publication.live && files.map(({ sha256 }) => sha256).join() === publication.live_files.join();
}

/** True when each snapshot of this stamp is sealed, and as this month's, and nobody took its rows away as a whole. */
async function isSealed(sql: Queryable, { tables, month, asOf }: Job, { seals }: Past): Promise<boolean> {
  const own = seals.filter((seal) => seal.as_of === asOf && seal.month === month);
  if (!tables.filter(isFrozen).every(({ snapshot }) => own.some(({ table }) => table === snapshot.table.name)))
    return false;
  return (await sealsWithoutRows(sql, tables, own)).length === 0;
}
