import { createReadStream } from "node:fs";
import type { TableCounts } from "../core/events.ts";
import type { Sql } from "../postgres/connect.ts";
import { touchFiles } from "../postgres/ledger.ts";
import type { Publication } from "../postgres/ledger-queries.ts";
import { sealsOf } from "../postgres/seals.ts";
import { isFrozen } from "../postgres/snapshots.ts";
import type { Job } from "./context.ts";
import { filesUnmoved, type MonthOnDisk } from "./months.ts";
import { newerThan } from "./refusals.ts";
import type { EventStream } from "./stream.ts";

/**
 * The publication of these very files under this very stamp; null when there is none and the month has to run. Files
 * are read only when their size is as it was but their modification time is not.
 */
export async function isPublishedAlready(
  sql: Sql,
  job: Job,
  drop: MonthOnDisk,
  published: readonly Publication[],
): Promise<Publication | null> {
  const { dataset, tables, month, asOf, backfill } = job;
  const publication = published.find((one) => one.month === month && one.as_of === asOf);
  if (publication === undefined) return null;
  // A file beside the one that was published, a second of a table's, is for the run to find.
  if (drop.files.some(({ fault }) => fault !== null)) return null;
  // What was backfilled is not live: an ordinary run still has that to do, unless the live tables have gone on already.
  if (publication.mode === "backfill" && !backfill && newerThan(job, published) === null) return null;
  const seals = await sealsOf(sql, dataset.name, asOf);
  if (!tables.filter(isFrozen).every((table) => seals.has(table.snapshot.table.name))) return null;
  if (filesUnmoved(drop.files, publication)) return publication;
  if (!(await sameContents(drop, publication))) return null;
  await touchFiles(sql, publication.run, drop.files);
  return publication;
}

async function sameContents({ files }: MonthOnDisk, publication: Publication): Promise<boolean> {
  if (files.length !== publication.files.length) return false;
  for (const file of files) {
    const before = publication.files.find((one) => one.table === file.table);
    if (before?.bytes !== file.bytes || before.sha256 === null) return false;
    if ((await hashOf(file.path)) !== before.sha256) return false;
  }
  return true;
}

async function hashOf(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}

/** Tell a front end that there was nothing to do, in the words of a run. */
export async function sayUnchanged(
  sql: Sql,
  stream: EventStream,
  { dataset, tables, month, asOf, mode }: Job,
  drop: MonthOnDisk,
  publication: Publication,
): Promise<void> {
  const rows = new Map(publication.files.map((file) => [file.table, file.rows ?? 0]));
  const counts: TableCounts[] = tables.map(({ name }) => {
    const unchanged = rows.get(name) ?? 0;
    return { table: name, rows: unchanged, inserted: 0, updated: 0, unchanged };
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
  stream.emit({
    event: "run.finished",
    status: "unchanged",
    month,
    as_of: asOf,
    mode,
    seconds: 0,
    tables: counts,
    expectations: { passed: 0, failed: 0, warned: 0 },
    snapshots: [...(await sealsOf(sql, dataset.name, asOf)).values()],
  });
}
