import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TableShape } from "../../src/core/columns.ts";
import { dropFiles } from "../../src/csv/drop/files.ts";
import { openTable } from "../../src/csv/reader.ts";
import { FaultTally } from "../../src/csv/tally.ts";
import type { LoadTable } from "../../src/postgres/catalog/dataset-tables.ts";
import { catalogTables } from "../../src/postgres/catalog/introspect.ts";
import { copyInto } from "../../src/postgres/connection/copy.ts";
import { copyIntoStage } from "../../src/postgres/live/stage.ts";
import { soundDrop } from "../fixtures/bad/building.ts";
import { soundDrops, soundTyped } from "../fixtures/bad/catalogue.ts";
import { dataset, migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { DropFolder } from "./drop-folder.ts";
import { dates } from "./reading.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
let tables: LoadTable[];
const folder = new DropFolder();

beforeAll(async () => {
  database = await testDatabase(migrated);
  tables = await tablesOf(database.sql);
  await database.sql`set time zone 'UTC'`;
});
afterAll(async () => {
  folder.remove();
  await database.drop();
});

type Loaded = Record<string, Record<string, string | null>>;

/** Reads a file strictly while its bytes are copied; returns what is then in the table, by key. */
async function load(path: string, shape: TableShape, optional: string[], copyTo: LoadTable | string): Promise<Loaded> {
  const [key = ""] = shape.key;
  const reader = await openTable({ path, shape, optional: new Set(optional), dates });
  const columns = reader.header?.columns ?? [];
  return database.sql.begin(async (tx) => {
    const [schema, name] = typeof copyTo === "string" ? ["public", copyTo] : ["stage", copyTo.name];
    await tx`truncate ${tx(schema)}.${tx(name)}`;
    const copy = await copyInto(
      typeof copyTo === "string"
        ? tx`copy ${tx(name)} (${tx(columns)}) from stdin (format csv)`
        : copyIntoStage(tx, copyTo, columns),
    );
    const tally = new FaultTally(path);
    const read = await reader.read(tally, { write: copy.write });
    const copied = await copy.finish();
    expect(tally.listed).toEqual([]);
    expect(copied).toBe(read.rows);
    const names = shape.columns.map((column) => column.name);
    const cells = names.flatMap((column, index) => [index ? tx`, ` : tx``, tx`${tx(column)}::text`]);
    const rows = await tx<Record<string, string | null>[]>`select ${cells} from ${tx(schema)}.${tx(name)}`;
    expect(rows).toHaveLength(read.rows);
    return Object.fromEntries(rows.map((row) => [row[key] ?? "", { ...row }]));
  });
}

/** The sound drop's own cells as PostgreSQL shows them; columns that its file lacks are NULL. */
function baseCells(file: string, shape: TableShape): Loaded {
  const [header = "", ...lines] = (soundDrop[file] ?? "").trimEnd().split("\n");
  const columns = header.split(",");
  const rows = lines.map((line) => {
    const cells = line.split(",").map((cell) => ({ "": null, True: "true", False: "false" })[cell] ?? (cell || null));
    return shape.columns.map(({ name }) => [name, cells[columns.indexOf(name)] ?? null] as const);
  });
  return Object.fromEntries(rows.map((row) => [row[0]?.[1] ?? "", Object.fromEntries(row)]));
}

describe("every sound drop of the catalogue loads, cell for cell", () => {
  for (const { what, files, cells } of soundDrops) {
    test(what, async () => {
      folder.write(files);
      const changed = Object.keys(files).map((file) => file.replace(/\.(gz|zst)$/, ""));
      for (const file of await dropFiles(folder.path, folder.month, (await dataset()).tables)) {
        const table = tableNamed(tables, file.table);
        if (!changed.includes(table.manifest.file)) continue;
        expect(file.fault).toBeNull();
        const expected = baseCells(table.manifest.file, table.live);
        for (const [name, key, column, loaded] of cells) {
          const row = expected[key];
          if (name === table.manifest.file && row) row[column] = loaded;
        }
        expect(await load(file.path, table.live, table.manifest.absent, table)).toEqual(expected);
      }
    });
  }
});

describe("values of other types load as PostgreSQL understands them", () => {
  for (const [declared, written, loaded] of soundTyped) {
    test(`${declared}: ${written}`, async () => {
      const { sql } = database;
      await sql.unsafe(`drop table if exists t; create table t (id text primary key, v ${declared})`);
      const [shape] = await catalogTables(sql, [{ schema: "public", name: "t" }]);
      if (shape === undefined) throw new Error("no table t");
      const path = join(folder.path, "t.csv");
      writeFileSync(path, `id,v\n1,${written}\n`);
      expect(await load(path, shape, [], "t")).toEqual({ "1": { id: "1", v: loaded } });
    });
  }
});
