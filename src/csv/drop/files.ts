import type { Stats } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Dataset, DatasetTable } from "../../core/dataset.ts";
import { codeOf } from "../../core/errors.ts";
import { type Fault, type FaultCode, faultCodes } from "../../core/faults.ts";
import type { DropFile } from "../../core/messages/listings.ts";
import { whyNoFile } from "../files/regular-file.ts";
import { reasonOf } from "../files/source-fault.ts";
import { type FileFacts, factsOf } from "./facts.ts";
import { whatIsThere } from "./missing.ts";
import { namesIn } from "./names.ts";

/** A table's file as it lies on disk; `fault` tells why it cannot be read as it is. */
export interface FileOnDisk extends DropFile, FileFacts {
  fault: Fault | null;
}

/** Besides the file that the manifest names, its compressed forms are read. */
const endings = ["", ".gz", ".zst"];

type FileOfTable = Pick<DatasetTable, "name" | "file">;

/** The files of a month, in its folder. `links` tells how far a link among them is followed: see the manifest. */
export async function dropFiles(
  data: string,
  name: string,
  tables: readonly FileOfTable[],
  links: Dataset["links"] = "inside",
): Promise<FileOnDisk[]> {
  const folder = join(data, name);
  const bounds = links === "anywhere" ? null : await realpath(data).catch(() => data);
  // What lies in a folder elsewhere is not even listed.
  if (await leadsOut(folder, bounds)) return tables.map((table) => outside(folder, table, `${name} is ${outwards}`));
  try {
    const names = await namesIn(folder);
    const expected = new Set(tables.flatMap(({ file }) => endings.map((ending) => file + ending)));
    return await Promise.all(tables.map((table) => fileOf({ folder, names, expected, bounds }, table)));
  } catch (error) {
    // Its files are there for all that is known, and other months can be read.
    const reason = `${name} cannot be read: ${reasonOf(error)}`;
    return tables.map((table) => refused(folder, table, "file_unreadable", reason));
  }
}

/** Those of a month that has several folders: which of them is meant nobody knows. */
export function filesOfTwo(data: string, folders: readonly string[], tables: readonly FileOfTable[]): FileOnDisk[] {
  const reason = `${folders.join(" and ")} are both there, and are the same month`;
  return tables.map((table) => refused(join(data, folders[0] ?? ""), table, "file_ambiguous", reason));
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
