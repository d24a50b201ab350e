import type { SchemaElement } from "hyparquet-writer";
import { ConsoleError } from "../core/errors.ts";
import type { Cell, CellType, TrainingColumn } from "../core/training.ts";
import { daysOf, microsOf } from "./moments.ts";

type Value = string | number | bigint | boolean;

interface Kind {
  element: Pick<SchemaElement, "type" | "converted_type" | "logical_type">;
  /** What the library takes for a cell; null where the type has no such value. */
  value(cell: NonNullable<Cell>): Value | null;
}

/** The older annotation stands beside the newer one, for readers that know only that. */
const timestamp = (isAdjustedToUTC: boolean): Kind => ({
  element: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC, unit: "MICROS" },
  },
  value: (cell) => {
    const micros = microsOf(String(cell));
    return micros === null || BigInt.asIntN(64, micros) !== micros ? null : micros;
  },
});

/** How each type of cell is stored. */
const kinds: Record<CellType, Kind> = {
  text: { element: { type: "BYTE_ARRAY", converted_type: "UTF8" }, value: String },
  boolean: { element: { type: "BOOLEAN" }, value: (cell) => cell },
  int32: { element: { type: "INT32" }, value: Number },
  int64: { element: { type: "INT64" }, value: BigInt },
  double: { element: { type: "DOUBLE" }, value: finiteAsWritten },
  date: { element: { type: "INT32", converted_type: "DATE" }, value: (cell) => daysOf(String(cell)) },
  timestamp: timestamp(false),
  timestamptz: timestamp(true),
};

/** A numeric may be larger than any double, which is no reason to call it infinite. */
function finiteAsWritten(cell: NonNullable<Cell>): number | null {
  const value = Number(cell);
  return Math.abs(value) === Number.POSITIVE_INFINITY && /\d/.test(String(cell)) ? null : value;
}

export function schemaOf(columns: readonly TrainingColumn[]): SchemaElement[] {
  return [
    { name: "root", num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, repetition_type: "OPTIONAL" as const, ...kinds[type].element })),
  ];
}

/** One column of some rows. Throws at a value that Parquet has no place for: as NULL it would be told from none. */
export function columnData(rows: readonly Cell[][], index: number, columns: readonly TrainingColumn[]) {
  const column = columns[index];
  if (column === undefined) throw new Error(`There is no column ${index}.`);
  const { value } = kinds[column.type];
  const data = rows.map((row) => {
    const cell = row[index] ?? null;
    return cell === null ? null : (value(cell) ?? refuse(column, cell, `${columns[0]?.name} ${row[0]}`));
  });
  return { name: column.name, data };
}

function refuse({ name, type, source }: TrainingColumn, cell: Cell, row: string): never {
  const title = `Parquet has no ${type} such as ${cell}, which ${source ?? "the set"} has in ${name}, at ${row}.`;
  throw new ConsoleError("not_convertible", title, {
    hint: "Export it as CSV, which has the value as it is, or correct the drop and run its month with --restamp.",
  });
}
