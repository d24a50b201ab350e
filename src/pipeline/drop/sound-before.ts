import { sha256Of } from "../../csv/files/regular-file.ts";
import type { OpenPart } from "../../csv/parts/open.ts";
import { readAs } from "../../csv/source.ts";
import type { Incoming } from "./months.ts";
import type { Past } from "./past.ts";

/** A file in which every row was found sound: whoever meets the same bytes again, read in the same way, need not look. */
export interface SoundFile {
  table: string;
  /** Of a file in an archive, what is stored there. */
  bytes: number;
  sha256: string | null;
  rows: number | null;
  read_as: string | null;
}

/** What is known of a file before it is read: its rows, all of them sound, and its hash. */
export interface Sound {
  rows: number;
  sha256: string;
}

/** What was found of a file with the very bytes of this one, in which every row was sound; null when there was none. */
export async function soundBefore(
  { past, ahead }: { past: Pick<Past, "publications">; ahead: { sound: readonly SoundFile[] } },
  { table, file }: Incoming,
  part: OpenPart,
): Promise<Sound | null> {
  // What has to be put into other words for PostgreSQL is looked at anyway.
  if (!part.reader.isPassedOn || part.fault !== null) return null;
  const { path, member } = part.source;
  const { bytes, read_as } = bytesAs(part);
  const isWhole = file.parts === undefined && member === undefined;
  // Of the parts of what was published the ledger has no rows that each was read to have.
  const published = isWhole ? past.publications.flatMap(({ files }) => files) : [];
  const before: SoundFile[] = [...published, ...ahead.sound];
  const alike = before.filter((one) => one.table === table.name && one.bytes === bytes && one.read_as === read_as);
  if (read_as === null || alike.length === 0) return null;
  // That it cannot be read is for its reader to tell.
  const sha256 = await sha256Of(path, member?.start, member?.stored).catch(() => null);
  const found = alike.find((one) => one.sha256 === sha256);
  return sha256 === null || found === undefined || found.rows === null ? null : { sha256, rows: found.rows };
}

/** How many bytes there are of a file, in an archive of what is stored, and as what they are read. */
export function bytesAs({ source }: OpenPart): Pick<SoundFile, "bytes" | "read_as"> {
  const { member, listed } = source;
  const as = readAs(source);
  if (member === undefined) return { bytes: listed?.bytes ?? -1, read_as: as };
  return { bytes: member.stored, read_as: as && `${as} ${member.isDeflated ? "deflated" : "stored"}` };
}
