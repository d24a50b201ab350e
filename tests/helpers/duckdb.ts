import { DuckDBInstance } from "@duckdb/node-api";

/** What another program reads of a file: `source` is a path in quotes, or a table function such as `read_csv(…)`. */
export async function readByDuckDb(source: string): Promise<{ columns: Record<string, string>; rows: unknown[][] }> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(`select * from ${source}`);
    const types = reader.columnTypes().map(String);
    const columns = Object.fromEntries(reader.columnNames().map((column, index) => [column, types[index] ?? ""]));
    return { columns, rows: reader.getRowsJson() };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The program itself, to write files with; in UTC. */
export async function withDuckDb(): Promise<{ run(sql: string): Promise<void>; close(): void }> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("set timezone = 'UTC'");
  return {
    async run(sql) {
      await connection.run(sql);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
