import type { Stats } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { sep } from "node:path";
import type { Dataset, DatasetTable } from "../../core/dataset.ts";
import { ConsoleError, codeOf } from "../../core/errors.ts";
import { type Fault, type FaultCode, faultCodes } from "../../core/faults.ts";
import type { DropFile } from "../../core/messages/listings.ts";
import { isInBucket } from "../../core/settings.ts";
import { whyNoFile } from "../files/regular-file.ts";
import { reasonOf } from "../files/source-fault.ts";
import { type FileFacts, factsOf, factsOfParts } from "./facts.ts";
import { whatIsThere } from "./missing.ts";
import { namesIn, pathIn } from "./names.ts";
import { namingOf } from "./naming.ts";

/** One of the files that a table's rows are spread over. */
export interface PartOnDisk extends FileFacts {
  path: string;
}

/**
 * A table's file as it lies on disk; `fault` tells why it cannot be read as it is. Of several parts the path is their
 * pattern, and the facts are those of all of them together.
 */
export interface FileOnDisk extends DropFile, FileFacts {
  parts?: PartOnDisk[];
  fault: Fault | null;
}

type FileOfTable = Pick<DatasetTable, "name" | "file">;

/** The files of a month, in its folder. `links` tells how far a link among them is followed: see the manifest. */
export async function dropFiles(
  data: string,
  name: string,
  tables: readonly FileOfTable[],
  links: Dataset["links"] = "inside",
): Promise<FileOnDisk[]> {
  const folder = pathIn(data, name);
  const bounds = links === "anywhere" || isInBucket(data) ? null : await realpath(data).catch(() => data);
  // What lies in a folder elsewhere is not even listed.
  if (!isInBucket(data) && (await leadsOut(folder, bounds)))
    return tables.map((table) => outside(folder, table, `${name} is ${outwards}`));
  try {
    const names = await namesIn(folder);
    const files = tables.map(({ file }) => file);
    return await Promise.all(tables.map((table) => fileOf({ folder, names, files, bounds }, table)));
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    // Its files are there for all that is known, and other months can be read.
    const reason = `${name} cannot be read: ${reasonOf(error)}`;
    return tables.map((table) => refused(folder, table, "file_unreadable", reason));
  }
}

/** Those of a month that has several folders: which of them is meant nobody knows. */
export function filesOfTwo(data: string, folders: readonly string[], tables: readonly FileOfTable[]): FileOnDisk[] {
  const reason = `${folders.join(" and ")} are both there, and are the same month`;
  return tables.map((table) => refused(pathIn(data, folders[0] ?? ""), table, "file_ambiguous", reason));
}

const outwards = "a link that leads out of the data folder";

function outside(folder: string, table: FileOfTable, reason: string): FileOnDisk {
  return refused(folder, table, "file_outside", reason);
}

function refused(folder: string, { name, file }: FileOfTable, code: FaultCode, reason: string): FileOnDisk {
  const entry = { table: name, path: pathIn(folder, file), bytes: 0, present: true, modified_ms: 0, identity: "" };
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
  /** Those of all tables, as the manifest has them. */
  files: readonly string[];
  bounds: string | null;
}

async function fileOf({ folder, names, files, bounds }: Folder, table: FileOfTable): Promise<FileOnDisk> {
  const { names: found, conflict } = namingOf(table.file, files, names);
  const [file = table.file, ...others] = found;
  const entry = {
    table: table.name,
    path: pathIn(folder, file),
    bytes: 0,
    present: true,
    modified_ms: 0,
    identity: "",
  };
  const faulty = (code: FaultCode, reason: string, name = file) => ({ ...entry, fault: { file: name, code, reason } });
  if (found.length === 0) {
    const reason = faultCodes.file_missing.means + whatIsThere(table.file, names, files);
    return { ...faulty("file_missing", reason), present: false };
  }
  const looked = await Promise.all(found.map((name) => lookAtFile(pathIn(folder, name), bounds)));
  const refusal = looked.findIndex((one) => "code" in one);
  const why = looked[refusal];
  if (why !== undefined && "code" in why) return faulty(why.code, why.reason, found[refusal]);
  const parts = looked.flatMap((one) => ("code" in one ? [] : [one]));
  const fault = conflict === null ? null : faulty("file_ambiguous", conflict).fault;
  if (others.length === 0 || fault !== null) return { ...entry, ...factsOfParts(parts.slice(0, 1)), fault };
  return { ...entry, path: pathIn(folder, table.file), ...factsOfParts(parts), parts, fault };
}

async function lookAtFile(path: string, bounds: string | null): Promise<PartOnDisk | Pick<Fault, "code" | "reason">> {
  if (isInBucket(path)) return lookAtObject(path);
  try {
    const stats = await lookAt(path, bounds);
    if (stats === null) return { code: "file_outside", reason: outwards };
    const noFile = whyNoFile(stats);
    return noFile === null ? { path, ...factsOf(stats) } : { code: "file_unreadable", reason: noFile };
  } catch (error) {
    // Its name was there a moment ago.
    const reason = codeOf(error) === "ENOENT" ? "a link that leads nowhere" : reasonOf(error);
    return { code: "file_unreadable", reason };
  }
}

async function lookAtObject(path: string): Promise<PartOnDisk | Pick<Fault, "code" | "reason">> {
  const { listedObject } = await import("../files/bucket-listing.ts");
  const stats = await listedObject(path);
  return stats === null ? { code: "file_unreadable", reason: "a folder, not a file" } : { path, ...factsOf(stats) };
}
