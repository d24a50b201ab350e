import { metLater } from "../core/errors.ts";
import { faultCodes } from "../core/faults.ts";
import { crByte, lfByte } from "./bytes.ts";
import type { ControlColumn } from "./controls.ts";
import { SourceFault } from "./files/source-fault.ts";
import { type Layout, type Opening, openFile, rowChunks } from "./opening.ts";
import { RowFaults } from "./row-faults.ts";
import { RowReader } from "./rows.ts";
import { type ChunkOptions, changedMeanwhile, hasChanged, SourceFile, type TableSource } from "./source.ts";
import type { FaultTally } from "./tally.ts";

export interface ReadOptions extends ChunkOptions {
  /** Receives the rows as they are in the file, without header, for COPY in CSV format; nothing more once a fault was found. */
  write?: ((chunk: Uint8Array) => Promise<void>) | undefined;
}

export interface TableRead {
  rows: number;
  /** Of the file as it lies on disk; its hash is null when it could not be read to its end. */
  bytes: number;
  sha256: string | null;
  /** Of the rows that were looked at: characters in their texts that steer a terminal. */
  controls: ControlColumn[];
}

export type TableReader = Awaited<ReturnType<typeof openTable>>;

/** Opens a table's file and reads its header. Does not throw for what is wrong with the file: `read` tells. */
export async function openTable(source: TableSource) {
  const opening = await openFile(source);
  const { layout, blankAbove, faults } = opening;
  const columns = layout?.columns.map((column) => column?.name ?? "") ?? [];
  return {
    /** The file's columns in its order, and the line of its first row; null when the header is faulty. */
    header: faults.length === 0 && blankAbove === 0 ? { columns, firstRow: layout?.firstRow ?? 1 } : null,
    /** Reads to the end, and tells the tally what is wrong. Rejects when `write` does, or with the signal's reason. */
    read: (tally: FaultTally, options: ReadOptions = {}) => readTable(source, opening, tally, options, readRows),
    /** The same for a file whose every row was found sound before, so many: none is looked at. What was read tells its hash. */
    pass: (rows: number, tally: FaultTally, options: ReadOptions = {}) =>
      readTable(source, opening, tally, options, async (file, _, layout) => {
        if (layout !== null) await passRows(file, layout, options);
        return { rows, controls: [] };
      }),
  };
}

type ReadRows = typeof readRows;

async function readTable(
  source: TableSource,
  { layout, blankAbove, faults, stats }: Opening,
  tally: FaultTally,
  options: ReadOptions,
  readRows: ReadRows,
): Promise<TableRead> {
  for (let line = 1; line <= blankAbove; line++) tally.add("row_blank", "a blank line before the header", line);
  for (const { code, reason, line, column, value } of faults) tally.add(code, reason, line, column, value);
  const read: TableRead = { rows: 0, bytes: stats?.size ?? 0, sha256: null, controls: [] };
  if (stats === null) return read;
  const add = ({ code, reason }: Pick<SourceFault, "code" | "reason">) => {
    // Opening may have met it already.
    if (!tally.listed.some((fault) => fault.code === code)) tally.add(code, reason);
  };
  try {
    const file = await SourceFile.open(source);
    const { rows, controls } = await readRows(file, source, layout, tally, options);
    Object.assign(read, { rows, controls, sha256: file.sha256() });
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    add(error);
  }
  if (await hasChanged(source.path, stats)) add({ code: "file_changed", reason: changedMeanwhile });
  return read;
}

async function readRows(
  file: SourceFile,
  { shape: { key }, dates }: TableSource,
  layout: Opening["layout"],
  tally: FaultTally,
  options: ReadOptions,
): Promise<Pick<TableRead, "rows" | "controls">> {
  if (layout === null || layout.lineEnd === null) {
    for await (const _ of file.chunks(options));
    if (layout !== null) tally.add("no_rows", faultCodes.no_rows.means, layout.line);
    return { rows: 0, controls: [] };
  }
  const { columns, lineEnd } = layout;
  const faults = new RowFaults({ columns, key, dates, lineEnd }, tally);
  const reader = new RowReader(faults, layout.firstRow, layout.length);
  let writing: Promise<void> | undefined;
  // Sound bytes are handed on while the next are checked: waits for the bytes before, not for these.
  const send = async (bytes: Buffer) => {
    await writing;
    const written = bytes.length > 0 && tally.count === 0 ? options.write?.(bytes) : undefined;
    writing = written && metLater(written);
  };
  for await (const chunk of rowChunks(file, layout, options)) await send(reader.push(chunk));
  await send(reader.push(Buffer.alloc(0), true));
  await writing;
  if (faults.rows === 0 && tally.count === 0) tally.add("no_rows", faultCodes.no_rows.means, layout.line);
  return { rows: faults.rows, controls: reader.controls.columns };
}

/** Hands the rows on as they are, but for blank lines at their end, which COPY would take for rows. */
async function passRows(file: SourceFile, layout: Layout, options: ReadOptions): Promise<void> {
  let lineEnds: Buffer = Buffer.alloc(0);
  for await (const chunk of rowChunks(file, layout, options)) {
    const data = lineEnds.length === 0 ? chunk : Buffer.concat([lineEnds, chunk]);
    let end = data.length;
    while (end > 0 && (data[end - 1] === lfByte || data[end - 1] === crByte)) end--;
    lineEnds = data.subarray(end);
    if (end > 0) await options.write?.(data.subarray(0, end));
  }
}
