import { ConsoleError, metLater } from "../../core/errors.ts";
import type { FileFault } from "../../core/faults.ts";
import type { PartOnDisk } from "../../csv/drop/files.ts";
import { type OpenPart, type OpenParts, openParts, readPart, type WholeRead, wholeOf } from "../../csv/parts/open.ts";
import type { TableRead } from "../../csv/reader.ts";
import { changedMeanwhile, readAs } from "../../csv/source.ts";
import type { FaultTally } from "../../csv/tally.ts";
import type { RuledTable } from "../../postgres/catalog/ruled-tables.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { type CopyWriter, copyInto } from "../../postgres/connection/copy.ts";
import type { FileRecord, PartRecord } from "../../postgres/ledger/records.ts";
import { type RefusedCell, refusedCell } from "../../postgres/live/refused-cell.ts";
import { copyIntoStage } from "../../postgres/live/stage.ts";
import { lapsedColumns } from "../drop/lapsed.ts";
import { type Incoming, sourceOf } from "../drop/months.ts";
import { type Sound, soundBefore } from "../drop/sound-before.ts";
import { toTellOfRows } from "../drop/sound-file.ts";
import { stopIfCancelled } from "./cancel.ts";
import { type StageContext, type Staged, warn } from "./context.ts";
import type { Ahead } from "./read-ahead.ts";

/** What ingesting needs to know, and the transaction in which each file is staged: the run's own, or one for it alone. */
export interface Ingesting extends Omit<StageContext, "tx" | "tasks" | "prepared" | "during"> {
  /** What was read of this month's files before their turn. */
  ahead: Pick<Ahead, "sound">;
  /** `writer` is the transaction's id where it is one for the file alone. */
  within<Result>(work: (tx: Transaction, writer: Promise<string> | null) => Promise<Result>): Promise<Result>;
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
    const table = await context.within((tx, writer) => ingestFile(context, tx, writer, one, opened));
    if (table === null) continue;
    staged.push(table);
    if (faults.isClean) context.onStaged(table);
  }
  faults.throwIfAny();
  return staged;
}

/** A table's files whose headers were read, and what is known of them. */
interface Opened {
  files: OpenParts;
  read_as: string | null;
  /** Of each of them. */
  sound: (Sound | null)[];
}

/** Null where there is no such file, or none that can be opened. */
async function openAt(context: Ingesting, index: number): Promise<Opened | null> {
  const one = context.incoming[index];
  if (one === undefined || one.file.fault !== null) return null;
  const source = sourceOf(context.dataset, one);
  const files = await openParts(source);
  const sound = await Promise.all(files.parts.map((part) => soundBefore(context, one, part)));
  return { files, read_as: readAs(source), sound };
}

/** Stage one table's files; null when they, or one before them, have faults: then they were only checked. */
async function ingestFile(
  context: Ingesting,
  tx: Transaction,
  writer: Promise<string> | null,
  one: Incoming<RuledTable>,
  opened: Opened | null,
): Promise<Staged | null> {
  const { faults } = context;
  const { table, file } = one;
  if (file.fault !== null || opened === null) {
    if (file.fault !== null) faults.add(file.fault);
    return null;
  }
  const { files, read_as, sound } = opened;
  faults.know(file.path, files.parts);
  const isStaged = files.header !== null && faults.isClean;
  const read = await readInto(context, isStaged ? tx : null, one, files, sound);
  if (read === null) return null;
  const { rows, bytes, sha256 } = read;
  context.emit({ event: "table.finished", stage: "ingest", table: table.name, rows });
  const columns = files.header?.columns ?? [];
  const { path, modified_ms, identity } = file;
  const record: FileRecord = {
    ...{ table: table.name, path, bytes, modified_ms, identity, sha256, rows, columns },
    // What there is to tell of its rows has to be told of the same bytes again: they are not to be believed unread.
    read_as: read.controls.length + read.rounded.length === 0 ? read_as : null,
    ...(file.parts && { parts: partRecords(file.parts, read) }),
  };
  return {
    table,
    carried: [...columns, ...lapsedColumns(table, columns, context.past)],
    rows,
    writer: await writer,
    record,
  };
}

/** An archive among the parts may have several files in it. */
function partRecords(parts: readonly PartOnDisk[], read: WholeRead): PartRecord[] {
  return parts.map(({ path, bytes, modified_ms }) => {
    const own = read.parts.filter((one) => one.path === path);
    const [only, ...others] = own;
    const sha256 = others.length === 0 ? (only?.sha256 ?? null) : null;
    return { path, bytes, modified_ms, sha256, rows: own.reduce((sum, { rows }) => sum + rows, 0) };
  });
}

/** Reads the files while they are copied, by a transaction if they are; null when there are faults, and nothing is staged. */
async function readInto(
  context: Ingesting,
  tx: Transaction | null,
  one: Incoming<RuledTable>,
  files: OpenParts,
  sound: readonly (Sound | null)[],
): Promise<WholeRead | null> {
  const { faults } = context;
  const reads: Sent[] = [];
  const tallies: FaultTally[] = [];
  let before = 0;
  for (const [index, part] of files.parts.entries()) {
    const tally = faults.in(part.name);
    const columns = part.reader.header?.columns;
    // In the file's own order. What one of them lacks, or has besides, is a fault by now.
    const isCopied = tx !== null && columns !== undefined && faults.isClean;
    const copy = isCopied ? await copyInto(copyIntoStage(tx, one.table, columns)) : null;
    tallies.push(tally);
    reads.push(await send(context, { one, part, tally, before }, copy, copy === null ? null : (sound[index] ?? null)));
    before += reads.at(-1)?.bytes ?? 0;
  }
  const read = await wholeOf(files, reads, tallies);
  if (reads.every(({ isSound }) => isSound)) tellOfRows(context, one, read);
  return tx !== null && faults.isClean ? read : null;
}

/** A file that is being read, and how many bytes of its table's were read before it. */
interface Sending {
  one: Incoming<RuledTable>;
  part: OpenPart;
  tally: FaultTally;
  before: number;
}

/** `isSound`: nothing was found wrong with it but what the server refused. */
interface Sent extends TableRead {
  isSound: boolean;
}

/** Reads a file while it is copied. */
async function send(
  context: Ingesting,
  { one: { table, file }, part, tally, before }: Sending,
  copy: CopyWriter | null,
  sound: Sound | null,
): Promise<Sent> {
  const { emit, signal, faults } = context;
  const total = file.bytes;
  const onProgress = (bytes: number) => {
    const done = Math.min(before + bytes, total);
    emit({ event: "table.progress", stage: "ingest", table: table.name, done, total, unit: "bytes" });
  };
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
    const { reader } = part;
    const read = await (sound === null ? readPart(part, tally, options) : reader.pass(sound.rows, tally, options));
    if (sound !== null && tally.count === 0 && read.sha256 !== sound.sha256)
      tally.add("file_changed", changedMeanwhile);
    const isSound = tally.count === 0;
    const rows = isSound && copy !== null ? await copy.finish().catch(unlessRefused) : undefined;
    if (rows !== undefined && rows !== read.rows) throw rowsLost(table, part.name, read.rows, rows);
    if (rows === undefined) await copy?.abort("the file has faults");
    const [refused] = refusals;
    if (isSound && refused !== undefined) faults.presume(tally, presumedOf(refused, read));
    return { ...read, isSound };
  } catch (error) {
    await copy?.abort("reading failed");
    throw error;
  }
}

/** The server names the first of such cells; all of them are found once nothing is open. */
function presumedOf({ line, column, value, reason, isTooLarge }: RefusedCell, read: TableRead): FileFault {
  return {
    ...{ code: isTooLarge ? "row_too_large" : "not_of_type", reason },
    ...(line !== null && { line: read.lineOf(line) }),
    ...(column !== null && { column }),
    ...(value !== null && { value }),
  };
}

/** Told with the faults of the other files, so that one mail to the sender is enough. */
function tellOfRows(context: Ingesting, one: Incoming, read: WholeRead): void {
  const { fault, warnings } = toTellOfRows(context.dataset, context.before, one, read);
  if (fault !== null) context.faults.add(fault);
  for (const warning of warnings) warn(context, warning);
}

function rowsLost(table: RuledTable, name: string, read: number, staged: number): ConsoleError {
  return new ConsoleError("internal", `${name} has ${read} rows, but PostgreSQL received ${staged}.`, {
    hint:
      `Nothing was published. \`\\d ${table.stage}.${table.name}\` in psql shows whether others gave it a trigger, which may skip rows: ` +
      "drop that. If it has none, this is a defect of the console: please report it with the file.",
  });
}
