import type { Dataset } from "../../core/dataset.ts";
import { isReadAsItIs } from "../../csv/parts/parts.ts";
import { openTable } from "../../csv/reader.ts";
import { readAs } from "../../csv/source.ts";
import { DropFaults } from "../drop/faults.ts";
import { type Incoming, sourceOf } from "../drop/months.ts";

/** A file in which every row was found sound: whoever meets the same bytes again, read in the same way, need not look. */
export interface SoundFile {
  table: string;
  bytes: number;
  sha256: string | null;
  rows: number | null;
  read_as: string | null;
}

/** What the months of one request have read before its turn. */
export interface Ahead {
  sound: SoundFile[];
  /** Nothing more is read; resolves when nothing is. */
  end(): Promise<void>;
}

/**
 * Read the files of the month that is next while the one before it is being written, since that keeps the server busy and
 * not us. What is wrong with them is left to their own run to tell. Resolves once all are read, or `ahead` was ended.
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
  for (const one of incoming.filter(
    ({ file }) => file.fault === null && file.parts === undefined && isReadAsItIs(file.path),
  )) {
    const source = sourceOf(dataset, one);
    const read_as = readAs(source);
    const reader = await openTable(source);
    if (read_as === null || reader.header === null) continue;
    const tally = new DropFaults(month, null).in(source.path);
    const { rows, bytes, sha256, controls, rounded } = await reader.read(tally, { signal });
    // Whatever is to be told of its rows is told when its run reads it.
    if (tally.count === 0 && controls.length + rounded.length === 0)
      sound.push({ table: one.table.name, bytes, sha256, rows, read_as });
  }
}
