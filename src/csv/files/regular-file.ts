import { constants, type Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { isInBucket } from "../../core/settings.ts";
import type { FileStats, OpenFile } from "./opened.ts";
import { SourceFault, throwFault } from "./source-fault.ts";

/**
 * Opens a file, and nothing that merely has its name: a pipe would wait for a writer for ever, and a device may do
 * something once it is opened. Rejects with a SourceFault.
 */
export async function openRegular(path: string): Promise<OpenFile> {
  if (isInBucket(path)) return (await import("./bucket-object.ts")).openObject(path);
  try {
    requireFile(await stat(path));
    // A pipe may have taken its place since then; opened in this way it does not wait.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) await handle.close();
    requireFile(stats);
    return { handle, stats };
  } catch (error) {
    return throwFault(error);
  }
}

/** What lies at a path now; null where nothing does. */
export async function statsNow(path: string): Promise<FileStats | null> {
  if (isInBucket(path)) return (await import("./bucket.ts")).objectStats(path);
  return stat(path).catch(() => null);
}

function requireFile(stats: Stats): void {
  const reason = whyNoFile(stats);
  if (reason !== null) throw new SourceFault("file_unreadable", reason);
}

/** What has the name of a file and is none; null for a file. */
export function whyNoFile(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return "a folder, not a file";
  if (stats.isFIFO()) return "a pipe, not a file";
  if (stats.isSocket()) return "a socket, not a file";
  return "a device, not a file";
}

/** Of a file as it lies on disk, or of a part of it. Rejects with a SourceFault when it cannot be read. */
export async function sha256Of(path: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<string> {
  const { handle } = await openRegular(path);
  const hash = new Bun.CryptoHasher("sha256");
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  try {
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, length - done), start + done);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
  } catch (error) {
    throwFault(error);
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}
