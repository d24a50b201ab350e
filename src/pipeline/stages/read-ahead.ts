import type { Dataset } from "../../core/dataset.ts";
import { openParts, readPart } from "../../csv/parts/open.ts";
import { DropFaults } from "../drop/faults.ts";
import { type Incoming, sourceOf } from "../drop/months.ts";
import { bytesAs, type SoundFile } from "../drop/sound-before.ts";

/** What the months of one request have read before its turn. */
export interface Ahead {
  sound: SoundFile[];
  /** Nothing more is read; resolves when nothing is. */
  end(): Promise<void>;
}

/**
 * Read the files of the month that is next while the one before it is being written, since that keeps the server busy and
 * not us. Those of another dialect and of Parquet are left for their turn: what has to be written anew for PostgreSQL is read then. What is wrong with them is left to their own run to tell. Resolves once all are read, or `ahead` was ended.
 */
export function readAhead(ahead: Ahead, dataset: Dataset, month: string, incoming: readonly Incoming[]): Promise<void> {
  const abort = new AbortController();
  // What cannot be read is met again in its turn, as is a file that was not got to.
  const reading = readFiles(ahead.sound, dataset, month, incoming, abort.signal).catch(() => {});
  ahead.end = () => {
    abort.abort();
    return reading;
  };
  return reading;
}

async function readFiles(
  sound: SoundFile[],
  dataset: Dataset,
  month: string,
  incoming: readonly Incoming[],
  signal: AbortSignal,
): Promise<void> {
  for (const one of incoming.filter(({ file }) => file.fault === null)) {
    for (const part of (await openParts(sourceOf(dataset, one))).parts) {
      const known = bytesAs(part);
      const { header, isPassedOn } = part.reader;
      if (known.read_as === null || header === null || part.fault !== null || !isPassedOn) continue;
      const tally = new DropFaults(month, null).in(part.name);
      const { rows, sha256, controls, rounded } = await readPart(part, tally, { signal });
      // Whatever is to be told of its rows is told when its run reads it.
      if (tally.count === 0 && controls.length + rounded.length === 0)
        sound.push({ table: one.table.name, ...known, sha256, rows });
    }
  }
}
