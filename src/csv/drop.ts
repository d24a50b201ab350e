import type { Stats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import type { Dataset, DatasetTable } from "../core/dataset.ts";
import { ConsoleError, codeOf } from "../core/errors.ts";
import { type Fault, type FaultCode, faultCodes } from "../core/faults.ts";
import { formatCount } from "../core/format.ts";
import type { DropFile } from "../core/messages/listings.ts";
import { type MonthName, monthIndex } from "../core/month.ts";
import { suggest } from "../core/suggest.ts";
import { showValue } from "../core/text.ts";
import { sha256Of, whyNoFile } from "./files/regular-file.ts";
import { reasonOf } from "./files/source-fault.ts";

/** A table's file as it lies on disk; `fault` tells why it cannot be read as it is. */
export interface FileOnDisk extends DropFile {
  /** Milliseconds since 1970; 0 when it is not there. */
  modified_ms: number;
  /** Tells it from another file of its name, size and time: device, inode, and when the inode was last changed. */
  identity: string;
  fault: Fault | null;
}

/** Besides the file that the manifest names, its compressed forms are read. */
const endings = ["", ".gz", ".zst"];

/** The month folders below a data directory, in no particular order; none when there is no such directory. */
export async function listMonths(data: string): Promise<MonthName[]> {
  try {
    return (await namesIn(data)).filter((name): name is MonthName => monthIndex(name) !== undefined);
  } catch (cause) {
    throw new ConsoleError("io_error", `${data} cannot be read: ${reasonOf(cause)}.`, {
      hint: "Make it readable for the user who runs the console, or name another directory with --data.",
      cause,
    });
  }
}

type FileOfTable = Pick<DatasetTable, "name" | "file">;

/** The files of a month. `links` tells how far a link among them is followed: see the manifest. */
export async function dropFiles(
  data: string,
  month: string,
  tables: readonly FileOfTable[],
  links: Dataset["links"] = "inside",
): Promise<FileOnDisk[]> {
  const folder = join(data, month);
  const bounds = links === "anywhere" ? null : await realpath(data).catch(() => data);
  // What lies in a folder elsewhere is not even listed.
  if (await leadsOut(folder, bounds)) return tables.map((table) => outside(folder, table, `${month} is ${outwards}`));
  try {
    const names = await namesIn(folder);
    const expected = new Set(tables.flatMap(({ file }) => endings.map((ending) => file + ending)));
    return await Promise.all(tables.map((table) => fileOf({ folder, names, expected, bounds }, table)));
  } catch (error) {
    // Its files are there for all that is known, and other months can be read.
    const reason = `${month} cannot be read: ${reasonOf(error)}`;
    return tables.map((table) => refused(folder, table, "file_unreadable", reason));
  }
}

const outwards = "a link that leads out of the data folder";

function outside(folder: string, table: FileOfTable, reason: string): FileOnDisk {
  return refused(folder, table, "file_outside", reason);
}

function refused(folder: string, { name, file }: FileOfTable, code: FaultCode, reason: string): FileOnDisk {
  const entry = { table: name, path: join(folder, file), bytes: 0, present: true, modified_ms: 0, identity: "" };
  return { ...entry, fault: { file, code, reason } };
}

async function leadsOut(path: string, bounds: string | null): Promise<boolean> {
  return (await lookAt(path, bounds).catch(() => undefined)) === null;
}

/**
 * What lies at a path, a link followed; null for a link that leads out of the bounds. Whoever opens the path later has to
 * find the very same there, since a link can be turned any moment.
 */
async function lookAt(path: string, bounds: string | null): Promise<Stats | null> {
  const own = await lstat(path);
  if (!own.isSymbolicLink()) return own;
  const target = await realpath(path);
  const isInside = bounds === null || target.startsWith(bounds.endsWith(sep) ? bounds : bounds + sep);
  return isInside ? lstat(target) : null;
}

/** Compressed in ways that are not read. */
const unread: Record<string, string> = {
  ".bz2": "bzip2",
  ".xz": "xz",
  ".zip": "zip",
  ".lz4": "lz4",
  ".br": "brotli",
  ".7z": "7-Zip",
};

const mostTold = 5;

/** What the folder has that nobody expects, where one of them may be the file that is missing. */
function whatIsThere(file: string, names: readonly string[], expected: ReadonlySet<string>): string {
  const packed = Object.keys(unread).find((ending) => names.includes(file + ending));
  if (packed !== undefined) {
    return `; there is ${file}${packed}, and ${unread[packed]} is not read: compress it by gzip or zstd, or not at all`;
  }
  const others = names.filter((name) => !expected.has(name) && !name.startsWith("."));
  const near = others.find((name) => stemOf(name) === stemOf(file)) ?? suggest(file, others);
  if (near !== null) return `; there is ${showValue(near)}`;
  if (others.length === 0) return "";
  const more = others.length > mostTold ? ` and ${formatCount(others.length - mostTold)} more` : "";
  return `; what else is there: ${others.sort().slice(0, mostTold).map(showValue).join(", ")}${more}`;
}

function stemOf(name: string): string {
  return name.replace(/\..*$/, "").toLowerCase();
}

interface Folder {
  folder: string;
  names: readonly string[];
  /** Those of all tables, in each form that is read. */
  expected: ReadonlySet<string>;
  bounds: string | null;
}

async function fileOf({ folder, names, expected, bounds }: Folder, table: FileOfTable): Promise<FileOnDisk> {
  const found = endings.map((ending) => table.file + ending).filter((name) => names.includes(name));
  const file = found[0] ?? table.file;
  const path = join(folder, file);
  const entry = { table: table.name, path, bytes: 0, present: found.length > 0, modified_ms: 0, identity: "" };
  const faulty = (code: FaultCode, reason: string) => ({ ...entry, fault: { file, code, reason } });
  if (found.length === 0) {
    return faulty("file_missing", faultCodes.file_missing.means + whatIsThere(table.file, names, expected));
  }
  try {
    const stats = await lookAt(path, bounds);
    if (stats === null) return outside(folder, { ...table, file }, outwards);
    const noFile = whyNoFile(stats);
    if (noFile !== null) return { ...faulty("file_unreadable", noFile), modified_ms: stats.mtimeMs };
    const { fault } = faulty("file_ambiguous", `the drop has ${found.join(" and ")}`);
    return { ...entry, ...factsOf(stats), fault: found.length === 1 ? null : fault };
  } catch (error) {
    // Its name was there a moment ago.
    return faulty("file_unreadable", codeOf(error) === "ENOENT" ? "a link that leads nowhere" : reasonOf(error));
  }
}

/** What tells a file from another, as the system has it. */
export type FileFacts = Pick<FileOnDisk, "bytes" | "modified_ms" | "identity">;

export function factsOf({ size, mtimeMs, dev, ino, ctimeMs }: Stats): FileFacts {
  return { bytes: size, modified_ms: mtimeMs, identity: `${dev}:${ino}:${ctimeMs}` };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // What is not there holds no file; what may not be read must not pass for empty.
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
    throw error;
  }
}

/** A clock that counts in larger steps than a writer needs shows no change within one: some file systems count in two seconds. */
const coarsestClockMs = 2_000;

/**
 * What is no longer as it was when the drop was listed, at `listedAt` (milliseconds since 1970): files replaced, grown,
 * touched, gone, or come beside another. Where size and time are the same and may not tell, the contents are read again,
 * and held against the SHA-256 of what was read of the listed file.
 */
export async function changedSince(
  listedAt: number,
  delivered: readonly { listed: FileOnDisk; sha256: string | null }[],
  now: readonly FileOnDisk[],
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { listed, sha256 } of delivered) {
    const found = now.find(({ table }) => table === listed.table);
    const reason = await changeOf(listedAt, listed, sha256, found);
    if (reason !== null) faults.push({ file: basename(listed.path), code: "file_changed", reason });
  }
  return faults;
}

async function changeOf(
  listedAt: number,
  listed: FileOnDisk,
  sha256: string | null,
  found: FileOnDisk | undefined,
): Promise<string | null> {
  if (found === undefined || !found.present || found.path !== listed.path) return "it is gone since the run began";
  if (found.fault !== null) return `since the run began: ${found.fault.reason}`;
  if (isMoved(listed, found)) return "its size or modification time changed since the run began";
  const mayHideChange = found.identity !== listed.identity || listed.modified_ms > listedAt - coarsestClockMs;
  if (!mayHideChange || sha256 === null) return null;
  const hash = await sha256Of(found.path).catch(() => null);
  return hash === sha256 ? null : "its contents are not those that were read";
}

/** True when a file's size or modification time is another. */
export function isMoved(before: Omit<FileFacts, "identity">, now: Omit<FileFacts, "identity">): boolean {
  return before.bytes !== now.bytes || before.modified_ms !== now.modified_ms;
}

/** The file as it is now; null unless it lies where it lay, with the size and modification time that it had. */
export async function unmoved(file: Omit<FileFacts, "identity"> & { path: string }): Promise<FileFacts | null> {
  const found = await stat(file.path).catch(() => null);
  const facts = found && factsOf(found);
  return facts === null || isMoved(file, facts) ? null : facts;
}
