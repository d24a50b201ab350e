import { basename } from "node:path";
import type { Fault } from "../../core/faults.ts";
import { sha256Of, statsNow } from "../files/regular-file.ts";
import { type FileFacts, factsOf, factsOfParts, tellsContents } from "./facts.ts";
import type { FileOnDisk, PartOnDisk } from "./files.ts";

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
  if (listed.parts?.length !== found.parts?.length) return "its parts are other ones than when the run began";
  if (isMoved(listed, found)) return "its size or modification time changed since the run began";
  const isRecent = !tellsContents(listed) && listed.modified_ms > listedAt - coarsestClockMs;
  const mayHideChange = found.identity !== listed.identity || isRecent;
  if (!mayHideChange || sha256 === null) return null;
  const hash = await contentsOf(found).catch(() => null);
  return hash === sha256 ? null : "its contents are not those that were read";
}

/** True when a file's size or modification time is another. */
export function isMoved(before: Omit<FileFacts, "identity">, now: Omit<FileFacts, "identity">): boolean {
  return before.bytes !== now.bytes || before.modified_ms !== now.modified_ms;
}

/** The file as it is now; null unless it lies where it lay, with the size and modification time that it had, each part of it. */
export async function unmoved(file: LastKnown): Promise<(FileFacts & { parts?: PartOnDisk[] }) | null> {
  if (file.parts == null) return unmovedOne(file);
  const parts: PartOnDisk[] = [];
  for (const part of file.parts) {
    const facts = await unmovedOne(part);
    if (facts === null) return null;
    parts.push({ path: part.path, ...facts });
  }
  return { ...factsOfParts(parts), parts };
}

type OnePlace = Omit<FileFacts, "identity"> & { path: string };
type LastKnown = OnePlace & { parts?: readonly OnePlace[] | null };

async function unmovedOne(file: OnePlace): Promise<FileFacts | null> {
  const found = await statsNow(file.path);
  const facts = found && factsOf(found);
  return facts === null || isMoved(file, facts) ? null : facts;
}

/** The SHA-256 of a table's file; of several parts as `digestOfParts` has it. Rejects with a SourceFault where one cannot be read. */
export async function contentsOf({ path, parts }: Pick<FileOnDisk, "path" | "parts">): Promise<string> {
  if (parts === undefined) return sha256Of(path);
  const digests: string[] = [];
  for (const part of parts) digests.push(await sha256Of(part.path));
  return digestOfParts(parts.map((part, index) => ({ path: part.path, sha256: digests[index] ?? "" })));
}

/** What `sha256sum` prints of the parts, hashed: their contents, names and order in one. */
export function digestOfParts(parts: readonly { path: string; sha256: string }[]): string {
  const lines = parts.map(({ path, sha256 }) => `${sha256}  ${basename(path)}\n`);
  return new Bun.CryptoHasher("sha256").update(lines.join("")).digest("hex");
}
