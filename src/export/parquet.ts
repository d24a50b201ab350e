import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { ConsoleError } from "../core/errors.ts";
import type { Cell, CellType, TrainingColumn } from "../core/messages/training.ts";
import type { OutputFile, RowWriter } from "./output-file.ts";
import { daysOf, microsOf } from "./parquet-dates.ts";

interface Kind {
  element: Pick<SchemaElement, "type" | "converted_type" | "logical_type">;
  /** What the library takes for a cell; null where the type has no such value. */
  value(cell: NonNullable<Cell>): string | number | bigint | boolean | null;
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

/** A group is held in memory, as cells and as pages: more rows would not make the file much smaller. */
const rowsInGroup = 10_000;

/** Hands each row group to the file as soon as it is complete, so that memory holds one at most. */
class GroupWriter extends ByteWriter {
  constructor(readonly file: OutputFile) {
    super();
  }

  async flush(): Promise<void> {
    await this.file.write(this.getBytes());
    this.index = 0;
  }

  override finish(): Promise<void> {
    return this.flush();
  }
}

/** Parquet with snappy pages, in row groups of 10,000 rows; `about` are words on the whole that the file itself carries. */
export function parquetWriter(
  file: OutputFile,
  columns: readonly TrainingColumn[],
  about: Readonly<Record<string, string>> = {},
): RowWriter {
  const elements = columns.map(({ name, type }): SchemaElement => {
    return { name, repetition_type: "OPTIONAL", ...kinds[type].element };
  });
  const parquet = new ParquetWriter({
    writer: new GroupWriter(file),
    schema: [{ name: "root", num_children: columns.length }, ...elements],
    kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
  });
  let group: Cell[][] = [];
  const flush = async () => {
    if (group.length === 0) return;
    const columnData = columns.map((column, index) => {
      return { name: column.name, data: group.map((row) => stored(row, index, column, columns[0])) };
    });
    group = [];
    await parquet.write({ columnData, rowGroupSize: rowsInGroup });
  };
  return {
    async write(rows) {
      for (const row of rows) {
        group.push(row);
        if (group.length === rowsInGroup) await flush();
      }
    },
    async finish() {
      await flush();
      await parquet.finish();
    },
  };
}

/** Throws at a value that Parquet has no place for: as NULL it would be told from none. */
function stored(row: Cell[], index: number, { name, type, source }: TrainingColumn, key?: TrainingColumn) {
  const cell = row[index] ?? null;
  const value = cell === null ? null : kinds[type].value(cell);
  if (cell === null || value !== null) return value;
  const place = `${source ?? "the set"} has in ${name}, at ${key?.name} ${row[0]}`;
  throw new ConsoleError("not_convertible", `Parquet has no ${type} such as ${cell}, which ${place}.`, {
    hint: "Export it as CSV, which has the value as it is, or correct the drop and run its month with --restamp.",
  });
}
