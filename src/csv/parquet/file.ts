import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { AsyncBuffer, Compressors, DecodedArray, FileMetaData, SchemaElement } from "hyparquet";
import { messageOf } from "../../core/errors.ts";
import { foreignKind, isCompressedBy, longestBeginning } from "../files/file-kind.ts";
import type { Handle } from "../files/opened.ts";
import { SourceFault, throwFault } from "../files/source-fault.ts";

/** A column of a Parquet file. */
export interface ParquetColumn {
  name: string;
  /** What its values are; null for what is made of several, such as a list. */
  element: SchemaElement | null;
}

/** A Parquet file whose footer was read. */
export interface ParquetFile {
  columns: ParquetColumn[];
  /** Of each row group, in their order. */
  groupRows: number[];
  /** The values of a column in a row group as they are stored, in the order of the rows; null or undefined for none. */
  read(column: string, group: number): Promise<DecodedArray>;
}

/** Of the ways in which pages are compressed, those that are read. */
const compressors: Compressors = {
  GZIP: (input, maxOutputLength) => gunzipSync(input, { maxOutputLength }),
  ZSTD: (input, maxOutputLength) => zstdDecompressSync(input, { maxOutputLength }),
  BROTLI: (input, maxOutputLength) => brotliDecompressSync(input, { maxOutputLength }),
};
const readCodecs = ["UNCOMPRESSED", "SNAPPY", ...Object.keys(compressors)];

/** Rejects with a SourceFault for what is no Parquet file, is cut short or damaged, or is compressed in another way. */
export async function parquetOf(handle: Handle, size: number): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetScan } = await import("hyparquet");
  const file: AsyncBuffer = { byteLength: size, slice: (from, to = size) => sliceOf(handle, from, to) };
  await requireWhole(file);
  const metadata = await parquetMetadataAsync(file, { geoparquet: false }).catch(throwDamaged);
  requireReadable(metadata);
  const groupRows = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  const starts = groupRows.map((_, group) => groupRows.slice(0, group).reduce((sum, rows) => sum + rows, 0));
  const raw = { ...metadata, schema: metadata.schema.map(asStored) };
  const how = { compressors, parsers, utf8: false, geoparquet: false, useOffsetIndex: false };
  const scan = await parquetScan({ file, metadata: raw, ...how }).catch(throwDamaged);
  return {
    columns: columnsOf(metadata),
    groupRows,
    async read(column, group) {
      const [rowStart = 0, rows = 0] = [starts[group], groupRows[group]];
      const asked = scan.readColumn({ column, rowStart, rowEnd: rowStart + rows });
      const values = await asked.catch(throwDamaged);
      if (values.length !== rows) throwDamaged(`${column} has ${values.length} values in a group of ${rows} rows`);
      return values;
    },
  };
}

async function sliceOf(handle: Handle, from: number, to: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, to - from));
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at).catch(throwFault);
    if (bytesRead === 0) throw new SourceFault("file_cut", "the file ends before its data does");
    at += bytesRead;
  }
  return bytes.buffer;
}

const magic = "PAR1";

async function requireWhole(file: AsyncBuffer): Promise<void> {
  if (file.byteLength === 0) throw new SourceFault("file_empty", "the file has no bytes");
  const start = Buffer.from(await file.slice(0, Math.min(longestBeginning, file.byteLength)));
  if (start.toString("latin1").startsWith("PARE")) {
    throw new SourceFault("file_unreadable", "its footer is encrypted");
  }
  if (!isCompressedBy("Parquet", start)) {
    const kind = foreignKind(start);
    const seems = kind === null ? "" : `: ${kind.reason.replace(", which its name does not say", "")}`;
    throw new SourceFault("file_ending", `it does not hold Parquet, which its name says${seems}`);
  }
  const end = Buffer.from(await file.slice(Math.max(0, file.byteLength - magic.length)));
  if (end.toString("latin1") !== magic || file.byteLength < 3 * magic.length) {
    throw new SourceFault("file_cut", "the file ends before its footer, which says what is in it");
  }
}

/** What a column's type is beyond how it is stored is not for the library to apply: it would make decimals doubles. */
function asStored({ converted_type: _, logical_type: __, ...element }: SchemaElement): SchemaElement {
  return element;
}

/** Only of INT96, which has one meaning. */
const parsers = { timestampFromNanoseconds: (nanos: bigint) => nanos };

function requireReadable(metadata: FileMetaData): void {
  for (const { columns } of metadata.row_groups) {
    for (const { meta_data } of columns) {
      const codec = meta_data?.codec ?? "UNCOMPRESSED";
      if (readCodecs.includes(codec)) continue;
      const reason = `it is compressed by ${codec}, which is not read: write it with snappy, gzip, zstd, brotli or none`;
      throw new SourceFault("file_ending", reason);
    }
  }
}

/** The columns at the top of the schema, whose first element is its root and each with children is followed by these. */
function columnsOf({ schema }: FileMetaData): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  for (let at = 1; at < schema.length; at = endOf(schema, at)) {
    const element = schema[at];
    if (element === undefined) break;
    const isFlat = (element.num_children ?? 0) === 0 && element.repetition_type !== "REPEATED";
    columns.push({ name: element.name, element: isFlat ? element : null });
  }
  return columns;
}

function endOf(schema: readonly SchemaElement[], at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = endOf(schema, next);
  return next;
}

function throwDamaged(error: unknown): never {
  if (error instanceof SourceFault) throw error;
  const reason = typeof error === "string" ? error : messageOf(error);
  throw new SourceFault("file_corrupt", `the Parquet file is damaged: ${reason}`);
}
