import type { Fault } from "../core/faults.ts";
import type { DropFile, MonthEntry, MonthState, RunEntry } from "../core/listings.ts";
import { asOfOf, type MonthName, monthIndex } from "../core/month.ts";
import type { Publication } from "../postgres/ledger-queries.ts";

/** A month as it lies on disk: its files, with the modification times that tell whether they moved. */
export interface MonthOnDisk {
  month: MonthName;
  files: MonthFile[];
}

/** `fault` tells why a file cannot be read as it is. */
export type MonthFile = DropFile & { modified_ms: number; fault: Fault | null };

/** True when every file has the size and modification time it had when it was published. */
export function filesUnmoved(files: MonthOnDisk["files"], publication: Publication): boolean {
  const published = new Map(publication.files.map((file) => [file.table, file]));
  return (
    files.length === published.size &&
    files.every((file) => {
      const before = published.get(file.table);
      return before?.bytes === file.bytes && before.modified_ms === file.modified_ms;
    })
  );
}

function stateOf(
  disk: MonthOnDisk | undefined,
  publication: Publication | undefined,
  lastRun: RunEntry | undefined,
  isOlderThanNewest: boolean,
): MonthState {
  if (lastRun?.status === "running") return "running";
  if (disk === undefined) return "gone";
  const published = publication?.dropped ? "dropped" : "ok";
  if (publication !== undefined && filesUnmoved(disk.files, publication)) return published;
  if (disk.files.some((file) => !file.present)) return "incomplete";
  if (lastRun?.status === "crashed") return "crashed";
  if (lastRun !== undefined && lastRun.status !== "published") return "failed";
  if (publication !== undefined) return publication.dropped ? "dropped" : "changed";
  return isOlderThanNewest ? "out_of_order" : "new";
}

/** All months, on disk or in the ledger, newest first. */
export function monthEntries(
  onDisk: readonly MonthOnDisk[],
  publications: readonly Publication[],
  lastRuns: readonly RunEntry[],
  firstMonth: string,
): MonthEntry[] {
  const disks = new Map<string, MonthOnDisk>(onDisk.map((entry) => [entry.month, entry]));
  const published = new Map(publications.map((entry) => [entry.month, entry]));
  const runs = new Map(lastRuns.map((entry) => [entry.month, entry]));
  const newest = newestLive(publications);
  const names = [...new Set([...disks.keys(), ...published.keys(), ...runs.keys()])].filter(isMonthName);
  return names
    .map((month) => {
      const asOf = published.get(month)?.as_of ?? asOfOf(monthIndex(month) ?? 0, firstMonth);
      const disk = disks.get(month);
      const older = newest !== null && asOf < newest.as_of;
      return {
        month,
        as_of: asOf,
        state: stateOf(disk, published.get(month), runs.get(month), older),
        files: (disk?.files ?? []).map(({ table, path, bytes, present }) => ({ table, path, bytes, present })),
        last_run: runs.get(month) ?? null,
      };
    })
    .sort((a, b) => (monthIndex(b.month) ?? 0) - (monthIndex(a.month) ?? 0));
}

function isMonthName(name: string): name is MonthName {
  return monthIndex(name) !== undefined;
}

/** The newest publication that went into the live tables; null before the first. */
export function newestLive(publications: readonly Publication[]): Publication | null {
  return publications
    .filter((publication) => publication.live)
    .reduce<Publication | null>((newest, one) => (newest === null || one.as_of > newest.as_of ? one : newest), null);
}
