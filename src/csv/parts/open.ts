import { type FileFault, faultCodes } from "../../core/faults.ts";
import { plainDialect } from "../../core/written/dialect.ts";
import type { RoundedColumn } from "../cells/rounding.ts";
import type { ControlColumn } from "../controls.ts";
import { contentsOf, digestOfParts } from "../drop/changes.ts";
import { openTable, type ReadOptions, type TableRead, type TableReader } from "../reader.ts";
import type { TableSource } from "../source.ts";
import { FaultTally } from "../tally.ts";
import { isParquet, type Part, partsOf } from "./parts.ts";

/** A part whose header was read. */
export interface OpenPart extends Part {
  reader: TableReader;
  /** That it carries other columns than the first one. */
  fault: FileFault | null;
}

/** The files of a table, their headers read. */
export interface OpenParts {
  source: TableSource;
  parts: OpenPart[];
  /** The columns that each of them carries, in the order of the first; null where a header is faulty. */
  header: { columns: string[] } | null;
}

/** What was read of all of a table's files. */
export interface WholeRead {
  rows: number;
  bytes: number;
  /** Null when one of them could not be read to its end. */
  sha256: string | null;
  controls: (ControlColumn & { file: string })[];
  rounded: (RoundedColumn & { file: string })[];
  parts: { name: string; path: string; rows: number; sha256: string | null }[];
}

/** Opens the files of a table. Does not throw for what is wrong with them: reading tells. */
export async function openParts(source: TableSource): Promise<OpenParts> {
  const found = await partsOf(source);
  const parts: OpenPart[] = [];
  for (const part of found) parts.push({ ...part, reader: await openOne(part.source), fault: null });
  const columns = parts[0]?.reader.header?.columns ?? null;
  for (const part of parts) {
    const own = part.reader.header?.columns;
    if (columns !== null && own !== undefined) part.fault = otherColumns(parts[0]?.name ?? "", columns, own);
  }
  const isSound = columns !== null && parts.every(({ reader, fault }) => reader.header !== null && fault === null);
  return { source, parts, header: isSound ? { columns } : null };
}

/** Parquet's reader is loaded by who has such a file. */
export async function openOne(source: TableSource): Promise<TableReader> {
  if (!isParquet(source)) return openTable(source);
  const { openParquet } = await import("../parquet/reader.ts");
  return openParquet(source);
}

/** Columns may stand in another order, but rows without one that others have would be told from NULL by nobody. */
function otherColumns(first: string, columns: readonly string[], own: readonly string[]): FileFault | null {
  const [has, lacks] = [new Set(own), new Set(columns)].map((names, index, sets) => [
    ...names.difference(sets[1 - index] ?? names),
  ]);
  if (has?.length === 0 && lacks?.length === 0) return null;
  const words = [
    ...(lacks?.length ? [`it has not got ${lacks.join(", ")}, which ${first} has`] : []),
    ...(has?.length ? [`it has ${has.join(", ")}, which ${first} has not`] : []),
  ];
  return { code: "part_columns", reason: words.join("; ") };
}

/** Reads a part to its end, and tells the tally what is wrong. */
export async function readPart(
  { reader, fault }: OpenPart,
  tally: FaultTally,
  options: ReadOptions = {},
): Promise<TableRead> {
  if (fault !== null) tally.add(fault.code, fault.reason, 1);
  return reader.read(tally, options);
}

/** Reads all parts, one after the other. */
export async function readParts(
  opened: OpenParts,
  tallyOf: (part: Part) => FaultTally,
  options: ReadOptions = {},
): Promise<WholeRead> {
  const reads: TableRead[] = [];
  const tallies: FaultTally[] = [];
  for (const part of opened.parts) {
    const tally = tallyOf(part);
    tallies.push(tally);
    reads.push(await readPart(part, tally, options));
  }
  return wholeOf(opened, reads, tallies);
}

/** What is wrong with a table's files: a tally for each. */
export async function faultsOf(source: TableSource): Promise<FaultTally[]> {
  const tallies: FaultTally[] = [];
  await readParts(await openParts(source), ({ name }) => {
    const tally = new FaultTally(name);
    tallies.push(tally);
    return tally;
  });
  return tallies;
}

/** What was read of the parts, in one. Tells the first one's tally where none of several has a row. */
export async function wholeOf(
  { source, parts }: OpenParts,
  reads: readonly TableRead[],
  tallies: readonly FaultTally[],
): Promise<WholeRead> {
  const rows = reads.reduce((sum, read) => sum + read.rows, 0);
  const isSound = tallies.every(({ count }) => count === 0);
  const mayBeEmpty = parts.length === 1 || (source.written ?? plainDialect).header_only;
  if (rows === 0 && isSound && !mayBeEmpty)
    tallies[0]?.add("no_rows", `${faultCodes.no_rows.means}, nor has any other`);
  const each = parts.map(({ name, source: { path } }, index) => {
    const { rows = 0, sha256 = null } = reads[index] ?? {};
    return { name, path, rows, sha256 };
  });
  return {
    rows,
    bytes: source.parts === undefined ? (reads[0]?.bytes ?? 0) : (source.listed?.bytes ?? 0),
    sha256: reads.every(({ sha256 }) => sha256 !== null) ? await digestOf(source, parts, each) : null,
    rounded: reads.flatMap(({ rounded }, index) => {
      return rounded.map((column) => ({ ...column, file: parts[index]?.name ?? "" }));
    }),
    controls: reads.flatMap(({ controls }, index) => {
      return controls.map((column) => ({ ...column, file: parts[index]?.name ?? "" }));
    }),
    parts: each,
  };
}

/** As `contentsOf` has it. What was read of an archive is not all of it. */
async function digestOf(
  source: TableSource,
  parts: readonly OpenPart[],
  each: WholeRead["parts"],
): Promise<string | null> {
  const isOfArchives = parts.some((part) => part.source.member !== undefined);
  if (isOfArchives)
    return contentsOf({ path: source.path, ...(source.parts && { parts: [...source.parts] }) }).catch(() => null);
  const [only, ...others] = each;
  if (source.parts === undefined && others.length === 0) return only?.sha256 ?? "";
  return digestOfParts(each.map(({ path, sha256 }) => ({ path, sha256: sha256 ?? "" })));
}
