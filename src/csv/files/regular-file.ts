import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { SourceFault, throwFault } from "./source-fault.ts";

/** A file that is open, and what it was then. */
export interface OpenFile {
  handle: FileHandle;
  stats: Stats;
}

/**
 * Opens a file, and nothing that merely has its name: a pipe would wait for a writer for ever, and a device may do
 * something once it is opened. Rejects with a SourceFault.
 */
export async function openRegular(path: string): Promise<OpenFile> {
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

/** Of a file as it lies on disk. Rejects with a SourceFault when it cannot be read. */
export async function sha256Of(path: string): Promise<string> {
  const { handle } = await openRegular(path);
  const hash = new Bun.CryptoHasher("sha256");
  try {
    for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 20 })) hash.update(chunk);
  } catch (error) {
    throwFault(error);
  }
  return hash.digest("hex");
}
