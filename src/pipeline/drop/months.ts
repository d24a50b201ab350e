import type { Dataset } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { type MonthName, monthIndex, parseMonths } from "../../core/month.ts";
import { generator } from "../../core/self.ts";
import { isInBucket } from "../../core/settings.ts";
import { isMoved } from "../../csv/drop/changes.ts";
import { dropFiles, type FileOnDisk, filesOfTwo } from "../../csv/drop/files.ts";
import { isThere, listMonths } from "../../csv/drop/months.ts";
import type { TableSource } from "../../csv/source.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import type { Session } from "../session/session.ts";
import { isPending, type Past } from "./past.ts";

/** A month as it lay on disk when it was listed: milliseconds since 1970. */
export interface MonthOnDisk {
  month: MonthName;
  files: FileOnDisk[];
  listedAt: number;
}

/**
 * The drops in the data folder, with their files in load order. In a bucket a prefix is there as soon as something lies below
 * it, which `mayBeNone` does without: whoever waits for the first drop waits for that.
 */
export async function dropsOnDisk(session: Session, mayBeNone = false): Promise<MonthOnDisk[]> {
  const { data } = session.settings;
  const listedAt = Date.now();
  const months = await listMonths(data, session.dataset.first_month);
  // A folder that is not there must not pass for one without months.
  if (months.size === 0 && !(mayBeNone && isInBucket(data)) && !(await isThere(data))) throw noFolder(data);
  const listed = [...months].map(async ([month, folders]) => ({
    ...{ month, listedAt },
    files: await filesIn(session, folders),
  }));
  return Promise.all(listed);
}

/** The files of one drop as they lie there now. */
export async function filesOf(session: Session, month: MonthName): Promise<FileOnDisk[]> {
  const months = await listMonths(session.settings.data, session.dataset.first_month);
  return filesIn(session, months.get(month) ?? [month]);
}

async function filesIn({ settings, dataset, tables }: Session, folders: readonly string[]): Promise<FileOnDisk[]> {
  const wanted = tables.map(({ manifest }) => manifest);
  const [folder = "", ...others] = folders;
  if (others.length > 0) return filesOfTwo(settings.data, folders, wanted);
  return dropFiles(settings.data, folder, wanted, dataset.links);
}

/** True when every file has the size and modification time it had when it was published. */
export function filesUnmoved(files: readonly FileOnDisk[], publication: Publication): boolean {
  if (files.length !== publication.files.length) return false;
  return files.every((file) => {
    const before = publication.files.find((one) => one.table === file.table);
    return before !== undefined && !isMoved(before, file);
  });
}

/** The drops that a request is for, oldest first. */
export function selectMonths(
  { dataset, settings }: Session,
  { selection, as_of }: Pick<RunRequest, "selection" | "as_of">,
  onDisk: readonly MonthOnDisk[],
  past: Past,
): MonthOnDisk[] {
  const indexOf = ({ month }: MonthOnDisk) => monthIndex(month) ?? 0;
  const oldestFirst = onDisk.toSorted((a, b) => indexOf(a) - indexOf(b));
  if ("every" in selection) {
    if (oldestFirst.length === 0) throw noMonths(settings.data);
    return selection.every === "all" ? oldestFirst : oldestFirst.filter(({ month }) => isPending(month, past));
  }
  const wanted = parseMonths(selection.months, dataset.first_month);
  if (as_of !== null && wanted.length !== 1) {
    throw new ConsoleError("usage", `--as-of stamps one month, but ${wanted.length} are named.`, {
      hint: "Run them one by one, each with its own --as-of.",
    });
  }
  return wanted.map((month) => {
    const drop = onDisk.find((entry) => entry.month === month);
    if (drop === undefined) throw unknownMonth(month, settings.data, onDisk);
    return drop;
  });
}

function noFolder(data: string): ConsoleError {
  const title = isInBucket(data) ? `Nothing lies below ${data}.` : `There is no folder ${data}.`;
  return new ConsoleError("usage", title, { hint: `Point --data or STREAMFLOW_DATA at ${whatHoldsMonths(data)}.` });
}

function noMonths(data: string): ConsoleError {
  return new ConsoleError("unknown_month", `There are no months in ${data}.`, {
    hint: `Point --data or STREAMFLOW_DATA at ${whatHoldsMonths(data)}.`,
  });
}

function whatHoldsMonths(data: string): string {
  const held = "that holds month_000, or 2024-01, and so on";
  if (isInBucket(data)) return `the prefix ${held}`;
  return `the folder ${held}${generator === null ? "" : `, or make some with \`${generator}\``}`;
}

function unknownMonth(month: MonthName, data: string, onDisk: readonly MonthOnDisk[]): ConsoleError {
  const [first, ...others] = onDisk.map((entry) => entry.month).sort();
  if (first === undefined) return noMonths(data);
  const held = others.length === 0 ? first : `${first} to ${others.at(-1)}`;
  return new ConsoleError("unknown_month", `There is no ${month} in ${data}.`, {
    hint: `It holds ${held}; \`months\` lists them.`,
  });
}

/** A file of a drop, and the table that it is for. */
export interface Incoming<Table extends LoadTable = LoadTable> {
  table: Table;
  file: FileOnDisk;
  /** Columns that the table has got since the last drop. */
  added: ReadonlySet<string>;
  /** The dataset's other tables. */
  others: readonly LoadTable[];
}

/** The files of a drop in load order; `before` is the last drop that was published. */
export function incomingOf<Table extends LoadTable>(
  tables: readonly Table[],
  drop: MonthOnDisk,
  before: Publication | null,
): Incoming<Table>[] {
  return tables.flatMap((table) => {
    const file = drop.files.find((one) => one.table === table.name);
    // Where it is not known what that drop carried, no column is known to be new.
    const carried = before?.files.find((one) => one.table === table.name)?.columns;
    const names = carried ? table.live.columns.map(({ name }) => name) : [];
    const others = tables.filter((one) => one !== table);
    return file === undefined ? [] : [{ table, file, others, added: new Set(names).difference(new Set(carried)) }];
  });
}

/** What the strict reader needs to know of a file. */
export function sourceOf({ dates }: Pick<Dataset, "dates">, { table, file, added, others }: Incoming): TableSource {
  const { live } = table;
  return {
    path: file.path,
    shape: live,
    optional: optionalColumns(table),
    computed: computedColumns(table),
    added,
    others: others.map(({ live }) => live),
    written: table.manifest.written,
    listed: file,
    parts: file.parts,
    dates,
  };
}

/** Those that no file may carry: a key may be, though the table would count it by itself. */
function computedColumns({ live: { computed, alwaysIdentity, key } }: LoadTable): Map<string, string> {
  const counted = alwaysIdentity.filter((name) => !key.includes(name)).map((name) => ({ name, by: "identity" }));
  return new Map([...computed, ...counted].map(({ name, by }) => [name, by]));
}

/** What no file need carry: but for its key, what fills itself, and of what the manifest names what may be NULL. */
function optionalColumns({ manifest, live }: LoadTable): Set<string> {
  const mayBeNull = live.columns.flatMap(({ name, nullable }) => (nullable ? [name] : []));
  const named = new Set(manifest.absent).intersection(new Set(mayBeNull));
  return named.union(new Set(live.selfFilling)).difference(new Set(live.key));
}
