import { createReadStream, type Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ConsoleError, codeOf, messageOf } from "../core/errors.ts";
import { type Fault, type FaultCode, faultCodes } from "../core/faults.ts";
import type { DropFile } from "../core/messages/listings.ts";
import { type MonthName, monthIndex } from "../core/month.ts";
import { suggest } from "../core/suggest.ts";

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
  return (await namesIn(data)).filter((name): name is MonthName => monthIndex(name) !== undefined);
}

export async function dropFiles(
  data: string,
  month: string,
  tables: readonly { name: string; file: string }[],
): Promise<FileOnDisk[]> {
  const folder = join(data, month);
  const names = await namesIn(folder);
  return Promise.all(tables.map((table) => fileOf(folder, names, table)));
}

async function fileOf(folder: string, names: string[], table: { name: string; file: string }): Promise<FileOnDisk> {
  const found = endings.map((ending) => table.file + ending).filter((name) => names.includes(name));
  const file = found[0] ?? table.file;
  const path = join(folder, file);
  const entry = { table: table.name, path, bytes: 0, present: found.length > 0, modified_ms: 0, identity: "" };
  const faulty = (code: FaultCode, reason: string) => ({ ...entry, fault: { file, code, reason } });
  if (found.length === 0) {
    const near = suggest(table.file, names);
    return faulty("file_missing", faultCodes.file_missing.means + (near === null ? "" : `; it has ${near}`));
  }
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { ...faulty("file_unreadable", "not a file"), modified_ms: stats.mtimeMs };
    const { fault } = faulty("file_ambiguous", `the drop has ${found.join(" and ")}`);
    return { ...entry, ...factsOf(stats), fault: found.length === 1 ? null : fault };
  } catch (error) {
    return faulty("file_unreadable", reasonOf(error));
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
  } catch (cause) {
    const code = codeOf(cause);
    // What is not there holds no file; what may not be read must not pass for empty.
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new ConsoleError("io_error", `${folder} cannot be read: ${reasonOf(cause)}.`, {
      hint: "Make it readable for the user who runs the console, or name another directory with --data.",
      cause,
    });
  }
}

/** What the system says, without the path that the fault names anyway. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/, \w+( '.*')?$/, "");
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

/** True when the file lies where it lay, with the size and modification time that it had. */
export async function isUnmoved(file: Omit<FileFacts, "identity"> & { path: string }): Promise<boolean> {
  const found = await stat(file.path).catch(() => null);
  return found !== null && !isMoved(file, factsOf(found));
}

/** Of a file as it lies on disk. Rejects when it cannot be read. */
export async function sha256Of(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}
