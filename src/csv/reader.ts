import { metLater } from "../core/errors.ts";
import { faultCodes } from "../core/faults.ts";
import { plainDialect } from "../core/written/dialect.ts";
import { crByte, lfByte } from "./bytes.ts";
import type { RoundedColumn } from "./cells/rounding.ts";
import type { ControlColumn } from "./controls.ts";
import { SourceFault } from "./files/source-fault.ts";
import { type Layout, type Opening, openFile, rowChunks } from "./opening.ts";
import { RowFaults } from "./row-faults.ts";
import { RowReader } from "./rows.ts";
import { type ChunkOptions, changedMeanwhile, hasChanged, SourceFile, type TableSource } from "./source.ts";
import type { FaultTally } from "./tally.ts";
import { syntaxOf } from "./written/syntax.ts";

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
  /** Columns that cannot hold a value as it is written. */
  rounded: RoundedColumn[];
  /** The line of the file that a line of what was written is from. */
  lineOf(line: number): number;
}

const noRows = { rows: 0, controls: [], rounded: [] };

export type TableReader = Awaited<ReturnType<typeof openTable>>;

/** Opens a table's file and reads its header. Does not throw for what is wrong with the file: `read` tells. */
export async function openTable(source: TableSource) {
  const opening = await openFile(source);
  const { layout, blankAbove, faults } = opening;
  const columns = layout?.columns.flatMap((column) => (column === null ? [] : [column.name])) ?? [];
  const { hasPlainRows } = syntaxOf(source.written ?? plainDialect);
  const read = (tally: FaultTally, options: ReadOptions = {}) => readTable(source, opening, tally, options, readRows);
  const pass: ReadRows = async (file, _, layout, _tally, options) => {
    if (layout !== null) await passRows(file, layout, options);
    return { ...noRows, lineOf: inFileOf(layout, file) };
  };
  return {
    /** The file's columns in its order, but for those that are passed over; null when the header is faulty. */
    header: faults.length === 0 && blankAbove === 0 ? { columns } : null,
    /** True where rows that are known to be sound are passed on as they are. */
    isPassedOn: hasPlainRows,
    /** Reads to the end, and tells the tally what is wrong. Rejects when `write` does, or with the signal's reason. */
    read,
    /**
     * The same for a file whose every row was found sound before, so many: none is looked at, unless it has to be put
     * into other words for PostgreSQL. What was read tells its hash.
     */
    async pass(rows: number, tally: FaultTally, options: ReadOptions = {}): Promise<TableRead> {
      if (!hasPlainRows) return read(tally, options);
      return { ...(await readTable(source, opening, tally, options, pass)), rows };
    },
  };
}

/** Of rows that are passed on as they are. */
function inFileOf(layout: Layout | null, file: Pick<SourceFile, "lineOf">): TableRead["lineOf"] {
  return (line) => file.lineOf(line + (layout?.firstRow ?? 1) - 1);
}

type ReadRows = typeof readRows;

async function readTable(
  source: TableSource,
  { layout, blankAbove, faults, stats, lineOf }: Opening,
  tally: FaultTally,
  options: ReadOptions,
  readRows: ReadRows,
): Promise<TableRead> {
  for (let line = 1; line <= blankAbove; line++) tally.add("row_blank", "a blank line before the header", lineOf(line));
  for (const { code, reason, line, column, value } of faults) tally.add(code, reason, line, column, value);
  const read: TableRead = { ...noRows, bytes: stats?.size ?? 0, sha256: null, lineOf };
  if (stats === null) return read;
  const add = ({ code, reason }: Pick<SourceFault, "code" | "reason">) => {
    // Opening may have met it already.
    if (!tally.listed.some((fault) => fault.code === code)) tally.add(code, reason);
  };
  try {
    const file = await SourceFile.open(source);
    tally.lineOf = (line) => file.lineOf(line);
    const found = await readRows(file, source, layout, tally, options);
    const inFile = <Told extends { line: number }>(all: Told[]) =>
      all.map((one) => ({ ...one, line: file.lineOf(one.line) }));
    const told = { controls: inFile(found.controls), rounded: inFile(found.rounded) };
    Object.assign(read, { ...found, ...told, sha256: file.sha256() });
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    add(error);
  }
  // What is told later knows the file's own lines.
  tally.lineOf = null;
  if (await hasChanged(source.path, stats)) add({ code: "file_changed", reason: changedMeanwhile });
  return read;
}

async function readRows(
  file: SourceFile,
  { shape: { key }, dates }: TableSource,
  layout: Opening["layout"],
  tally: FaultTally,
  options: ReadOptions,
): Promise<Pick<TableRead, "rows" | "controls" | "rounded" | "lineOf">> {
  const { syntax } = file;
  const isWithoutRows = ({ line }: Layout) => {
    if (!syntax.dialect.header_only) tally.add("no_rows", faultCodes.no_rows.means, line);
  };
  if (layout === null || layout.lineEnd === null) {
    for await (const _ of file.chunks(options));
    if (layout !== null) isWithoutRows(layout);
    return { ...noRows, lineOf: inFileOf(layout, file) };
  }
  const { columns, lineEnd } = layout;
  const faults = new RowFaults({ columns, key, dates, lineEnd, syntax }, tally);
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
  if (faults.rows === 0 && tally.count === 0) isWithoutRows(layout);
  const { rendering } = faults;
  const lineOf = rendering === null ? inFileOf(layout, file) : (line: number) => file.lineOf(rendering.lineOf(line));
  return { rows: faults.rows, controls: reader.controls.columns, rounded: faults.rounding.found, lineOf };
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
