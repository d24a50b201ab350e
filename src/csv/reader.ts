import type { Stats } from "node:fs";
import type { TableShape } from "../core/columns.ts";
import { faultCodes } from "../core/faults.ts";
import type { DateRange } from "./cells/cell-type.ts";
import { type FileOnDisk, identityOf, isMoved } from "./drop.ts";
import { type Opening, openFile, rowChunks } from "./opening.ts";
import { RowFaults } from "./row-faults.ts";
import { RowReader } from "./rows.ts";
import { hasChanged, SourceFault, SourceFile } from "./source.ts";
import type { FaultTally } from "./tally.ts";

/** A file and the table that it is for. */
export interface TableSource {
  path: string;
  shape: TableShape;
  /** Columns that a file need not carry. */
  optional: ReadonlySet<string>;
  key: readonly string[];
  dates: DateRange;
  /** Columns that the table has since the last drop, which carried none of them: not missed by the sender's fault. */
  added?: ReadonlySet<string>;
  /** How it was listed, where that is to be held against it. */
  listed?: Pick<FileOnDisk, "bytes" | "modified_ms" | "identity">;
}

export interface ReadOptions {
  /** Receives the rows as they are in the file, without header, for COPY in CSV format; nothing more once a fault was found. */
  write?: ((chunk: Uint8Array) => Promise<void>) | undefined;
  /** Receives the bytes on disk that are done. */
  onProgress?: ((bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface TableRead {
  rows: number;
  /** Size on disk. */
  bytes: number;
  /** Of the file as it lies on disk; null when it could not be read to its end. */
  sha256: string | null;
}

export interface TableReader {
  /** The file's columns in its order, by the table's names; null when the header is faulty. */
  readonly header: { columns: string[] /** Line of the first row. */; firstRow: number } | null;
  /**
   * Reads the file to its end, and tells the tally whatever is wrong with it. Rejects when `write` does, or with the
   * signal's reason.
   */
  read(tally: FaultTally, options?: ReadOptions): Promise<TableRead>;
}

/** Opens a table's file and reads its header. Does not throw for what is wrong with the file: `read` tells. */
export async function openTable(source: TableSource): Promise<TableReader> {
  const opening = await openFile(source);
  const columns = opening.layout?.columns.map((column) => column?.name ?? "") ?? [];
  return {
    header: opening.faults.length === 0 ? { columns, firstRow: opening.layout?.head.firstRow ?? 1 } : null,
    read: (tally, options = {}) => readTable(source, opening, tally, options),
  };
}

async function readTable(
  source: TableSource,
  opening: Opening,
  tally: FaultTally,
  options: ReadOptions,
): Promise<TableRead> {
  for (const { code, reason, line, column, value } of opening.faults) tally.add(code, reason, line, column, value);
  const read: TableRead = { rows: 0, bytes: opening.stats?.size ?? 0, sha256: null };
  if (opening.stats !== null) {
    const opened = [opening.stats];
    try {
      const file = await SourceFile.open(source.path);
      opened.push(file.before);
      read.rows = await readRows(file, source, opening.layout, tally, options);
      read.sha256 = file.sha256();
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      // Opening may have met it already.
      if (!tally.listed.some(({ code }) => code === error.code)) tally.add(error.code, error.reason);
    }
    if (!opened.every((stats) => isAsListed(source, stats)) || (await hasChanged(source.path, opening.stats))) {
      tally.add("file_changed", "it was replaced, written over or touched since the run began");
    }
  }
  return read;
}

/** What is read must be what was listed: who has only its contents cannot tell that it took another's place before. */
function isAsListed({ listed }: TableSource, stats: Stats): boolean {
  if (listed === undefined) return true;
  return !isMoved(listed, { bytes: stats.size, modified_ms: stats.mtimeMs }) && listed.identity === identityOf(stats);
}

/** Reads a file to its end; returns its rows. */
async function readRows(
  file: SourceFile,
  { key, dates }: TableSource,
  layout: Opening["layout"],
  tally: FaultTally,
  options: ReadOptions,
): Promise<number> {
  if (layout === null || layout.head.lineEnd === null) {
    for await (const _ of file.chunks(options));
    if (layout !== null) tally.add("no_rows", faultCodes.no_rows.means, layout.head.line);
    return 0;
  }
  const { head, columns } = layout;
  const faults = new RowFaults({ columns, key, dates, lineEnd: layout.head.lineEnd }, tally);
  const reader = new RowReader(faults, head.firstRow, head.length);
  const send = sender(tally, options.write);
  for await (const chunk of rowChunks(file, head, options)) await send(reader.push(chunk));
  await send(reader.push(Buffer.alloc(0), true));
  await send(Buffer.alloc(0));
  if (faults.rows === 0 && tally.count === 0) tally.add("no_rows", faultCodes.no_rows.means, head.line);
  return faults.rows;
}

/** Hands sound bytes on while the next are checked: waits for the bytes before, not for these. */
function sender(tally: FaultTally, write: ReadOptions["write"]): (bytes: Buffer) => Promise<void> {
  let writing: Promise<void> | undefined;
  return async (bytes) => {
    await writing;
    writing = bytes.length > 0 && tally.count === 0 ? write?.(bytes) : undefined;
    // A failure is met when the next bytes are sent; until then it must not pass for one that nobody handles.
    writing?.catch(() => {});
  };
}
