import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConsoleError } from "../core/errors.ts";
import { type Fault, type FaultCode, faultCodes } from "../core/faults.ts";
import type { DropFile } from "../core/listings.ts";
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

/** The file of each table in a month's folder. */
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
    const { size, mtimeMs, identity, isFile } = await statFile(path);
    const onDisk = { ...entry, bytes: size, modified_ms: mtimeMs, identity };
    if (!isFile) return { ...faulty("file_unreadable", "not a file"), modified_ms: mtimeMs };
    if (found.length === 1) return { ...onDisk, fault: null };
    return { ...onDisk, fault: { file, code: "file_ambiguous", reason: `the drop has ${found.join(" and ")}` } };
  } catch (error) {
    return faulty("file_unreadable", messageOf(error));
  }
}

interface FileStat {
  size: number;
  mtimeMs: number;
  identity: string;
  isFile: boolean;
}

/** A file as the system has it, links followed. */
export async function statFile(path: string): Promise<FileStat> {
  const found = await stat(path);
  return { size: found.size, mtimeMs: found.mtimeMs, identity: identityOf(found), isFile: found.isFile() };
}

/** What tells a file from another of its size and modification time. */
export function identityOf({ dev, ino, ctimeMs }: Pick<Stats, "dev" | "ino" | "ctimeMs">): string {
  return `${dev}:${ino}:${ctimeMs}`;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    // What is not there holds no file; what may not be read must not pass for empty.
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new ConsoleError("io_error", `${folder} cannot be read: ${messageOf(cause)}.`, {
      hint: "Make it readable for the user who runs the console, or name another directory with --data.",
      cause,
    });
  }
}

/** What the system says, without the path that the fault names anyway. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, \w+( '.*')?$/, "");
}
