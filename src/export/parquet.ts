import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Cell, TrainingColumn } from "../core/messages/training.ts";
import type { OutputFile, RowWriter } from "./output-file.ts";
import { columnData, schemaOf } from "./parquet-kinds.ts";

/** A group is held in memory, as cells and as pages: more rows would not make the file much smaller. */
const rowsInGroup = 10_000;

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

/** Parquet with snappy pages, in row groups of 10,000 rows; `about` are words on the whole that the file itself carries. */
export function parquetWriter(
  file: OutputFile,
  columns: readonly TrainingColumn[],
  about: Readonly<Record<string, string>> = {},
): RowWriter {
  const parquet = new ParquetWriter({
    writer: new GroupWriter(file),
    schema: schemaOf(columns),
    kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
  });
  let group: Cell[][] = [];
  const flush = async () => {
    if (group.length === 0) return;
    const rows = group;
    group = [];
    const data = columns.map((_, index) => columnData(rows, index, columns));
    await parquet.write({ columnData: data, rowGroupSize: rowsInGroup });
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
