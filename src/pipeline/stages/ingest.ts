import { basename } from "node:path";
import { ConsoleError, metLater } from "../../core/errors.ts";
import { sha256Of } from "../../csv/files/regular-file.ts";
import { openTable, type TableRead, type TableReader } from "../../csv/reader.ts";
import { changedMeanwhile, readAs } from "../../csv/source.ts";
import type { FaultTally } from "../../csv/tally.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { type CopyWriter, copyInto } from "../../postgres/connection/copy.ts";
import { writerOf } from "../../postgres/live/other-writers.ts";
import { type RefusedCell, refusedCell } from "../../postgres/live/refused-cell.ts";
import { copyIntoStage } from "../../postgres/live/stage.ts";
import { type Incoming, sourceOf } from "../drop/months.ts";
import { toTellOfRows } from "../drop/sound-file.ts";
import { stopIfCancelled } from "./cancel.ts";
import { type StageContext, type Staged, warn } from "./context.ts";
import type { Ahead, SoundFile } from "./read-ahead.ts";

/** What ingesting needs to know, and the transaction in which each file is staged: the run's own, or one for it alone. */
export interface Ingesting extends Omit<StageContext, "tx" | "tasks" | "prepared"> {
  /** What was read of this month's files before their turn. */
  ahead: Pick<Ahead, "sound">;
  /** True where each file is staged in a transaction of its own. */
  isApart: boolean;
  within<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  onStaged(staged: Staged): void;
}

/**
 * Read every file of the drop once: hash it, check each cell, and send its bytes to the stage, which is empty. All files are
 * read to the end even when one is bad, so that every fault is known; only then is the drop rejected.
 */
export async function ingest(context: Ingesting): Promise<Staged[]> {
  const { incoming, faults, signal } = context;
  const staged: Staged[] = [];
  let opening = metLater(openAt(context, 0));
  for (const [index, one] of incoming.entries()) {
    stopIfCancelled(signal);
    const opened = await opening;
    // The next one meanwhile.
    opening = metLater(openAt(context, index + 1));
    const table = await context.within((tx) => ingestFile(context, tx, one, opened));
    if (table === null) continue;
    staged.push(table);
    if (faults.count === 0) context.onStaged(table);
  }
  faults.throwIfAny();
  return staged;
}

/** A file whose header was read, and what is known of it. */
interface Opened {
  reader: TableReader;
  read_as: string | null;
  sound: Sound | null;
}

/** Null where there is no such file, or none that can be opened. */
async function openAt(context: Ingesting, index: number): Promise<Opened | null> {
  const one = context.incoming[index];
  if (one === undefined || one.file.fault !== null) return null;
  const source = sourceOf(context.dataset, one);
  const read_as = readAs(source);
  const [reader, sound] = await Promise.all([openTable(source), soundBefore(context, one, read_as)]);
  return { reader, read_as, sound };
}

/** Stage one file; null when it, or one before it, has faults: then it was only checked. */
async function ingestFile(
  context: Ingesting,
  tx: Transaction,
  one: Incoming,
  opened: Opened | null,
): Promise<Staged | null> {
  const { faults } = context;
  const { table, file } = one;
  if (file.fault !== null || opened === null) {
    if (file.fault !== null) faults.add(file.fault);
    return null;
  }
  const { reader, read_as, sound } = opened;
  const columns = reader.header?.columns ?? [];
  const isStaged = reader.header !== null && faults.count === 0;
  const [writer, copy] = await Promise.all([
    isStaged && context.isApart ? writerOf(tx) : null,
    isStaged ? copyInto(copyIntoStage(tx, table, columns)) : null,
  ]);
  const { read, rows } = await send(context, one, reader, copy, copy === null ? null : sound);
  if (rows === null) return null;
  context.emit({ event: "table.finished", stage: "ingest", table: table.name, rows });
  const { path, modified_ms, identity } = file;
  const { bytes, sha256 } = read;
  // What there is to tell of its rows has to be told of the same bytes again: they are not to be believed unread.
  const record = {
    ...{ table: table.name, path, bytes, modified_ms, identity, sha256, rows, columns },
    read_as: read.controls.length === 0 ? read_as : null,
  };
  return { table, carried: columns, rows, writer, record };
}

interface Sound {
  rows: number;
  sha256: string;
}

/** What was found of a file with the very bytes of this one, in which every row was sound; null when there was none. */
async function soundBefore(
  { past, ahead }: Ingesting,
  { table, file }: Incoming,
  readAs: string | null,
): Promise<Sound | null> {
  const before: SoundFile[] = [...past.publications.flatMap(({ files }) => files), ...ahead.sound];
  const alike = before.filter((one) => one.table === table.name && one.bytes === file.bytes && one.read_as === readAs);
  if (readAs === null || alike.length === 0) return null;
  // That it cannot be read is for its reader to tell.
  const sha256 = await sha256Of(file.path).catch(() => null);
  const found = alike.find((one) => one.sha256 === sha256);
  return sha256 === null || found === undefined || found.rows === null ? null : { sha256, rows: found.rows };
}

/** Reads the file while it is copied; `rows` is null when nothing of it is staged. */
async function send(
  context: Ingesting,
  one: Incoming,
  reader: TableReader,
  copy: CopyWriter | null,
  sound: Sound | null,
): Promise<{ read: TableRead; rows: number | null }> {
  const { emit, signal, faults } = context;
  const { table, file } = one;
  const tally = faults.of(file.path);
  const onProgress = (done: number) =>
    emit({ event: "table.progress", stage: "ingest", table: table.name, done, total: file.bytes, unit: "bytes" });
  // What only the server can judge, such as a domain's CHECK. The file is read on for all else that is wrong.
  const refusals: RefusedCell[] = [];
  const unlessRefused = (error: unknown) => {
    const refused = refusedCell(error);
    if (refused === null) throw error;
    refusals.push(refused);
  };
  const write = copy === null ? undefined : (chunk: Uint8Array) => copy.write(chunk).catch(unlessRefused);
  try {
    const options = { write, onProgress, signal };
    const read = await (sound === null ? reader.read(tally, options) : reader.pass(sound.rows, tally, options));
    if (sound !== null && tally.count === 0 && read.sha256 !== sound.sha256)
      tally.add("file_changed", changedMeanwhile);
    const isSound = tally.count === 0;
    const rows = isSound && copy !== null ? await copy.finish().catch(unlessRefused) : undefined;
    if (rows !== undefined && rows !== read.rows) throw rowsLost(file.path, read.rows, rows);
    if (rows === undefined) await copy?.abort("the file has faults");
    const [refused] = refusals;
    if (isSound && refused !== undefined) tellRefused(refused, read, tally);
    if (isSound) tellOfRows(context, one, read);
    return { read, rows: rows ?? null };
  } catch (error) {
    await copy?.abort("reading failed");
    throw error;
  }
}

function tellRefused({ line, column, value, reason }: RefusedCell, read: TableRead, tally: FaultTally): void {
  tally.add("not_of_type", reason, read.lineOf(line), column ?? undefined, value ?? undefined);
}

/** Told with the faults of the other files, so that one mail to the sender is enough. */
function tellOfRows(context: Ingesting, one: Incoming, read: TableRead): void {
  const { fault, warnings } = toTellOfRows(context.dataset, context.before, one, read);
  if (fault !== null) context.faults.add(fault);
  for (const warning of warnings) warn(context, warning);
}

function rowsLost(path: string, read: number, staged: number): ConsoleError {
  return new ConsoleError("internal", `${basename(path)} has ${read} rows, but PostgreSQL received ${staged}.`, {
    hint: "Nothing was published. This is a defect of the console: please report it with the file.",
  });
}
