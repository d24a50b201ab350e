import { basename } from "node:path";
import type { Column, TableShape } from "../../src/core/columns.ts";
import type { Fault } from "../../src/core/faults.ts";
import type { ControlColumn } from "../../src/csv/controls.ts";
import { openTable, type ReadOptions } from "../../src/csv/reader.ts";
import type { RejectFile } from "../../src/csv/reject-file.ts";
import { RowFaults } from "../../src/csv/row-faults.ts";
import { RowReader } from "../../src/csv/rows.ts";
import type { TableSource } from "../../src/csv/source.ts";
import { FaultTally } from "../../src/csv/tally.ts";

export const dates = { from: "1900-01-01", to: "2100-12-31" };

/** A column as the catalog would describe it: "numeric(10,2)", "varchar(5) not null". */
export function column(name: string, declared: string): Column {
  const [, type = "text", first, second, required] =
    /^(\w+)(?:\((\d+)(?:,(-?\d+))?\))?( not null)?$/.exec(declared) ?? [];
  const numbers = [first, second].map((digits) => (digits === undefined ? null : Number(digits)));
  const [one = null, two = null] = numbers;
  const isNumeric = type === "numeric";
  return {
    name,
    type,
    precision: isNumeric ? one : null,
    scale: isNumeric ? (two ?? (one === null ? null : 0)) : null,
    length: isNumeric ? null : one,
    nullable: required === undefined,
  };
}

export function shapeOf(columns: Record<string, string>, key: string[], name = "t"): TableShape {
  return {
    schema: "public",
    name,
    columns: Object.entries(columns).map(([column_, declared]) => column(column_, declared)),
    key,
  };
}

/** A file read as the pipeline does, with what is wrong with it. */
export async function readFile(source: TableSource, options: ReadOptions = {}, rejects: RejectFile | null = null) {
  const tally = new FaultTally(basename(source.path), rejects);
  const { header, read } = await openTable(source);
  const { listed: faults, groups } = tally;
  return { ...(await read(tally, options)), names: header?.columns ?? [], faults, groups, faultCount: tally.count };
}

/** Rows read from memory, the header left out, cut into chunks at these offsets. */
export function readBody(
  body: Buffer,
  shape: TableShape,
  lineEnd: "\n" | "\r\n",
  cuts: readonly number[] = [],
): { faults: Fault[]; rows: number; passed: Buffer; controls: ControlColumn[] } {
  const tally = new FaultTally("t.csv");
  const faults = new RowFaults({ columns: shape.columns, key: shape.key, dates, lineEnd }, tally);
  const reader = new RowReader(faults, 2, 0);
  const edges = [0, ...cuts, body.length];
  const passed: Buffer[] = [];
  for (const [index, from] of edges.entries()) {
    passed.push(reader.push(body.subarray(from, edges[index + 1] ?? from), index === edges.length - 1));
  }
  return { faults: tally.listed, rows: faults.rows, passed: Buffer.concat(passed), controls: reader.controls.columns };
}
