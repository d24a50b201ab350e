import { createReadStream } from "node:fs";
import { basename } from "node:path";
import type { Fault } from "../core/faults.ts";
import type { FileOnDisk } from "./drop.ts";

/** A file as it was listed, and the SHA-256 of what was read of it. */
export interface Delivered {
  listed: FileOnDisk;
  sha256: string | null;
}

/**
 * A clock that counts in larger steps than a writer needs shows no change within one: some file systems count in two
 * seconds.
 */
const coarsestClockMs = 2_000;

/**
 * What is no longer as it was when the drop was listed, at `listedAt` (milliseconds since 1970): files replaced, grown,
 * touched, gone, or come beside another. Where size and time are the same and may not tell, the contents are read again.
 */
export async function changedSince(
  listedAt: number,
  delivered: readonly Delivered[],
  now: readonly FileOnDisk[],
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { listed, sha256 } of delivered) {
    const found = now.find(({ table }) => table === listed.table);
    const reason = await changeOf(listedAt, { listed, sha256 }, found);
    if (reason !== null) faults.push({ file: basename(listed.path), code: "file_changed", reason });
  }
  return faults;
}

async function changeOf(
  listedAt: number,
  { listed, sha256 }: Delivered,
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
export function isMoved(
  before: Pick<FileOnDisk, "bytes" | "modified_ms">,
  now: Pick<FileOnDisk, "bytes" | "modified_ms">,
): boolean {
  return before.bytes !== now.bytes || before.modified_ms !== now.modified_ms;
}

/** Of a file as it lies on disk. Rejects when it cannot be read. */
export async function sha256Of(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}
