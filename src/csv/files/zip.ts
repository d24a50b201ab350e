import type { Entry, ZipFile } from "yauzl";
import { ConsoleError, messageOf } from "../../core/errors.ts";
import { showValue } from "../../core/text.ts";
import { documentIn, isCompressedBy, longestBeginning } from "./file-kind.ts";
import type { Handle } from "./opened.ts";
import { openRegular } from "./regular-file.ts";
import { SourceFault, throwFault } from "./source-fault.ts";

/** A file within a zip archive, and where its data lie there. */
export interface ZipMember {
  name: string;
  /** Offset and size of what is stored, and whether that has to be inflated. */
  start: number;
  stored: number;
  isDeflated: boolean;
  /** Size and CRC-32 of what it holds. */
  bytes: number;
  crc: number;
}

/** The files in an archive, by their names; without folders and what systems put beside files. Rejects with a SourceFault. */
export async function zipMembers(path: string): Promise<ZipMember[]> {
  const { handle, stats } = await openRegular(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longestBeginning), 0, longestBeginning, 0);
    const beginning = buffer.subarray(0, bytesRead);
    if (bytesRead === 0) throw new SourceFault("file_empty", "the file has no bytes");
    if (!isCompressedBy("zip", beginning)) throw new SourceFault("file_ending", notZip);
    const archive = await opened(handle, stats.size).catch(throwDamaged);
    return await membersOf(archive);
  } catch (error) {
    return throwFault(error);
  } finally {
    await handle.close();
  }
}

/** Its directory is read by way of the handle, wherever the archive lies. */
async function opened(handle: Handle, size: number): Promise<ZipFile> {
  const { fromRandomAccessReaderPromise, RandomAccessReader } = await import("yauzl");
  class Reader extends RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      done: (error: Error | null) => void,
    ) {
      readWhole(handle, buffer.subarray(offset, offset + length), position).then(
        (bytesRead) => done(bytesRead < length ? new Error("unexpected EOF") : null),
        (error: Error) => done(error),
      );
    }
  }
  return fromRandomAccessReaderPromise(new Reader(), size, { lazyEntries: true, autoClose: false });
}

/** What lies in a bucket comes in pieces. */
async function readWhole(handle: Handle, into: Buffer, position: number): Promise<number> {
  let held = 0;
  for (;;) {
    const { bytesRead } = await handle.read(into, held, into.length - held, position + held);
    held += bytesRead;
    if (bytesRead === 0 || held === into.length) return held;
  }
}

const notZip = "it does not hold a zip archive, which its name says";

async function membersOf(archive: ZipFile): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  try {
    for await (const entry of archive.eachEntry()) {
      if (!isAside(entry.fileName)) members.push(await memberOf(archive, entry));
    }
  } catch (error) {
    throwDamaged(error);
  }
  if (members.length === 0) throw new SourceFault("file_empty", "the archive holds no file");
  const names = members.map(({ name }) => name);
  const document = documentIn(names.join("\n"));
  if (document !== null) throw new SourceFault("not_csv", `it is ${document}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new SourceFault("file_ambiguous", `the archive holds ${twice} twice`);
  return members;
}

/** Folders, and what systems and programs leave beside files. */
function isAside(name: string): boolean {
  return name.endsWith("/") || name.split("/").some((part) => part === "__MACOSX" || part.startsWith("."));
}

async function memberOf(archive: ZipFile, entry: Entry): Promise<ZipMember> {
  const name = showValue(entry.fileName);
  if (entry.isEncrypted()) throw new SourceFault("file_unreadable", `${name} in the archive is encrypted`);
  const way = entry.compressionMethod;
  if (way !== 0 && way !== 8) {
    const other = otherWays[way] ?? `method ${way}`;
    throw new SourceFault("file_ending", `${name} is in the archive by ${other}, which is not read: zip it by deflate`);
  }
  const { fileDataStart: start } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
  const { compressedSize: stored, uncompressedSize: bytes, crc32: crc } = entry;
  return { name, start, stored, isDeflated: way === 8, bytes, crc };
}

const otherWays: Record<number, string> = { 9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd" };

function throwDamaged(error: unknown): never {
  if (error instanceof SourceFault || error instanceof ConsoleError) throw error;
  const reason = messageOf(error);
  const isCut = /end of central directory|overflows file bounds|unexpected EOF/i.test(reason);
  if (isCut)
    throw new SourceFault("file_cut", "the archive is cut short: its directory, or what that names, is not there");
  throw new SourceFault("file_corrupt", `the archive is damaged: ${reason}`);
}
