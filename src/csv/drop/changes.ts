import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Fault } from "../../core/faults.ts";
import { sha256Of } from "../files/regular-file.ts";
import { type FileFacts, factsOf } from "./facts.ts";
import type { FileOnDisk } from "./files.ts";

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
