import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { Cell, CellType, TrainingColumn } from "../core/training.ts";
import type { OutputFile } from "./output-file.ts";
import type { RowWriter } from "./row-writer.ts";

/** A group is held in memory, as cells and as pages: more rows would not make the file much smaller. */
const rowsInGroup = 10_000;
const dayMs = 86_400_000;

type Kind = Pick<SchemaElement, "type" | "converted_type">;

/** How each type of cell is stored, and what the library wants its values to be. */
const kinds: Record<CellType, { kind: Kind; value(cell: string | number | boolean): unknown }> = {
  text: { kind: { type: "BYTE_ARRAY", converted_type: "UTF8" }, value: String },
  boolean: { kind: { type: "BOOLEAN" }, value: (cell) => cell },
  int32: { kind: { type: "INT32" }, value: Number },
  int64: { kind: { type: "INT64" }, value: BigInt },
  double: { kind: { type: "DOUBLE" }, value: Number },
  date: { kind: { type: "INT32", converted_type: "DATE" }, value: (cell) => Date.parse(`${cell}T00:00:00Z`) / dayMs },
};

/** Hands each row group to the file as soon as it is complete, so that memory holds one at most. */
class GroupWriter extends ByteWriter {
  readonly #file: OutputFile;

  constructor(file: OutputFile) {
    super();
    this.#file = file;
  }

  async flush(): Promise<void> {
    await this.#file.write(this.getBytes());
    this.index = 0;
  }

  override finish(): Promise<void> {
    return this.flush();
  }
}

/** Parquet with snappy pages, in row groups of 10,000 rows. */
export function parquetWriter(file: OutputFile, columns: readonly TrainingColumn[]): RowWriter {
  const parquet = new ParquetWriter({ writer: new GroupWriter(file), schema: schemaOf(columns) });
  let group: Cell[][] = [];
  const flush = async () => {
    if (group.length === 0) return;
    const rows = group;
    group = [];
    const columnData = columns.map(({ name, type }, index) => ({ name, data: valuesOf(rows, index, type) }));
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

function schemaOf(columns: readonly TrainingColumn[]): SchemaElement[] {
  return [
    { name: "root", num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, repetition_type: "OPTIONAL" as const, ...kinds[type].kind })),
  ];
}

function valuesOf(rows: readonly Cell[][], index: number, type: CellType): unknown[] {
  const { value } = kinds[type];
  return rows.map((row) => {
    const cell = row[index] ?? null;
    return cell === null ? null : value(cell);
  });
}
