import { stat } from "node:fs/promises";
import type { Dataset } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import type { MonthEntry, MonthState, RunEntry } from "../../core/messages/listings.ts";
import { asOfOf, type MonthName, monthIndex } from "../../core/month.ts";
import { dropFiles, type FileOnDisk, isMoved, listMonths } from "../../csv/drop.ts";
import type { TableSource } from "../../csv/source.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import type { Session } from "../session/session.ts";
import { indexOfStamp, isPassed, isPending, type Past, stampInTheWay, stampOf } from "./past.ts";

/** A month as it lay on disk when it was listed: milliseconds since 1970. */
export interface MonthOnDisk {
  month: MonthName;
  files: MonthFile[];
  listedAt: number;
}

export type MonthFile = FileOnDisk;

/** True when every file has the size and modification time it had when it was published. */
export function filesUnmoved(files: MonthOnDisk["files"], publication: Publication): boolean {
  const published = new Map(publication.files.map((file) => [file.table, file]));
  return (
    files.length === published.size &&
    files.every((file) => {
      const before = published.get(file.table);
      return before !== undefined && !isMoved(before, file);
    })
  );
}

function stateOf(
  month: MonthName,
  disk: MonthOnDisk | undefined,
  lastRun: RunEntry | undefined,
  { past, lost, firstMonth }: { past: Past; lost: ReadonlySet<string>; firstMonth: string },
): MonthState {
  const publication = past.publications.find((one) => one.month === month);
  const seals = past.seals.filter((seal) => seal.month === month);
  if (lastRun?.status === "running") return "running";
  if (seals.some(({ as_of }) => lost.has(as_of))) return "broken";
  // Its seals were taken out of the ledger.
  if (publication !== undefined && !publication.dropped && seals.length === 0) return "unsealed";
  if (publication?.mode === "adopt" && !publication.dropped) return "adopted";
  if (disk === undefined) return "gone";
  const published = publication?.dropped ? "dropped" : "ok";
  if (publication !== undefined && filesUnmoved(disk.files, publication)) return published;
  if (disk.files.some((file) => !file.present)) return "incomplete";
  if (lastRun?.status === "crashed") return "crashed";
  if (lastRun !== undefined && lastRun.status !== "published") return "failed";
  if (publication !== undefined) return publication.dropped ? "dropped" : "changed";
  if (past.stamps.some((stamp) => !stamp.sealed && indexOfStamp(stamp, firstMonth) === monthIndex(month)))
    return "unsealed";
  if (isPassed(month, past)) return "out_of_order";
  const stamp = { month, asOf: stampOf(month, past, firstMonth) };
  if (stampInTheWay(stamp, past, firstMonth) !== undefined) return "stamp_taken";
  return isPending(month, past) ? "new" : "unsealed";
}

/** All months, on disk or in the ledger, newest first; `lost` are the sealed dates whose rows are gone. */
export function monthEntries(
  onDisk: readonly MonthOnDisk[],
  past: Past,
  { runs: lastRuns, lost }: { runs: readonly RunEntry[]; lost: ReadonlySet<string> },
  firstMonth: string,
): MonthEntry[] {
  const disks = new Map<string, MonthOnDisk>(onDisk.map((entry) => [entry.month, entry]));
  const runs = new Map(lastRuns.map((entry) => [entry.month, entry]));
  const published = past.publications.map(({ month }) => month);
  const names = [...new Set([...disks.keys(), ...published, ...runs.keys()])].filter(isMonthName);
  return names
    .map((month) => {
      const disk = disks.get(month);
      const asOf = stampOf(month, past, firstMonth);
      return {
        month,
        as_of: asOf,
        own_stamp: asOf !== asOfOf(monthIndex(month) ?? 0, firstMonth),
        state: stateOf(month, disk, runs.get(month), { past, lost, firstMonth }),
        files: (disk?.files ?? []).map(({ table, path, bytes, present }) => ({ table, path, bytes, present })),
        last_run: runs.get(month) ?? null,
      };
    })
    .sort((a, b) => (monthIndex(b.month) ?? 0) - (monthIndex(a.month) ?? 0));
}

function isMonthName(name: string): name is MonthName {
  return monthIndex(name) !== undefined;
}

/** The drops in the data folder, with their files in load order. */
export async function dropsOnDisk({ settings, tables }: Session): Promise<MonthOnDisk[]> {
  await requireFolder(settings.data);
  const listedAt = Date.now();
  const months = await listMonths(settings.data);
  return Promise.all(
    months.map(async (month) => ({ month, listedAt, files: await filesOf({ settings, tables }, month) })),
  );
}

/** The files of one drop as they lie there now. */
export function filesOf(
  { settings, tables }: Pick<Session, "settings" | "tables">,
  month: string,
): Promise<MonthFile[]> {
  const wanted = tables.map(({ manifest }) => manifest);
  return dropFiles(settings.data, month, wanted);
}

/** A folder that is not there must not pass for one without months. */
async function requireFolder(data: string): Promise<void> {
  const found = await stat(data).catch(() => null);
  if (found?.isDirectory()) return;
  throw new ConsoleError("usage", `There is no folder ${data}.`, {
    hint: "Point --data or STREAMFLOW_DATA at the folder that holds the months, or make some with `bun run generate`.",
  });
}

/** A file of a drop, and the table that it is for. */
export interface Incoming {
  table: LoadTable;
  file: MonthFile;
  /** Columns that the table has got since the last drop. */
  added: ReadonlySet<string>;
}

/** The files of a drop in load order; `before` is the last drop that was published. */
export function incomingOf(
  tables: readonly LoadTable[],
  drop: MonthOnDisk,
  before: Pick<Publication, "files"> | null,
): Incoming[] {
  return tables.flatMap((table) => {
    const file = drop.files.find((one) => one.table === table.name);
    const carried = before?.files.find((one) => one.table === table.name)?.columns ?? null;
    return file === undefined ? [] : [{ table, file, added: addedSince(table, carried) }];
  });
}

/** Columns that the table has and that file had not; none where it is not known what the file had. */
function addedSince({ live }: LoadTable, carried: readonly string[] | null): ReadonlySet<string> {
  const names = live.columns.map(({ name }) => name);
  return new Set(carried === null ? [] : names.filter((name) => !carried.includes(name)));
}

/** What the strict reader needs to know of a file. */
export function sourceOf({ dates }: Pick<Dataset, "dates">, { table, file, added }: Incoming): TableSource {
  return {
    path: file.path,
    shape: table.live,
    optional: new Set([...table.manifest.absent, ...table.live.selfFilling]),
    added,
    listed: file,
    dates,
  };
}
