import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest } from "../../../src/core/dataset.ts";
import { identifier } from "../../../src/core/text.ts";
import { initDataset } from "../../../src/pipeline/init/dataset.ts";
import { asName } from "../../../src/pipeline/init/drop.ts";
import { loadTables } from "../../../src/postgres/catalog/dataset-tables.ts";
import { migrate } from "../../../src/postgres/catalog/migrate.ts";
import { rolledBack } from "../../../src/postgres/connection/attempt.ts";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { emptyStage, prepareStage } from "../../../src/postgres/live/stage.ts";
import { schemaDirectory } from "../../helpers/database.ts";
import { lastOf, ranIn } from "../../helpers/pipeline.ts";
import { initiated } from "./initiated.ts";

/** Whatever the folder is called that a dataset is written into, what is proposed can be run. */

setDefaultTimeout(120_000);

const place = initiated();

function delivered(): string {
  const drop = place.path("shops/2026-01");
  mkdirSync(drop, { recursive: true });
  writeFileSync(join(drop, "prices.csv"), "sku,price\nA,1.5\nB,2.5\nC,3\n");
  return drop;
}

async function proposed(called: string) {
  const to = place.path("made", called);
  const settings = { data: place.path("shops"), home: place.path("home"), database: null };
  await initDataset(settings, { kind: "init", folder: delivered(), to, overwrite: true }, () => {});
  const path = join(to, "dataset.json");
  return { to, dataset: parseManifest(readFileSync(path, "utf8"), path) };
}

/** The dataset's tables as its SQL makes them, and their stage. */
async function requireUsable(sql: Sql, called: string): Promise<void> {
  const { to, dataset } = await proposed(called);
  const { name, schema } = dataset;
  await migrate(sql, join(to, "init"), () => {}, { name, schema });
  const tables = await loadTables(sql, dataset);
  await prepareStage(sql, tables);
  await emptyStage(sql, tables);
  await sql`drop schema ${sql(schema)}, ${sql(dataset.stage)} cascade`;
  await sql`delete from console.migrations where starts_with(file, ${`${name}/`})`;
}

test("every word that the server knows", async () => {
  const { sql } = place;
  await migrate(sql, schemaDirectory);
  const words = await sql<{ word: string; catcode: string }[]>`
    select word, catcode from pg_get_keywords() order by word`;
  expect(words.length).toBeGreaterThan(400);
  await rolledBack(sql, async (tx) => {
    for (const { word } of words) {
      const schema = asName(word) ?? "";
      await tx.unsafe(`create schema if not exists ${identifier(schema)}; set local search_path = ${schema}, public`);
    }
  });
  const reserved = words.filter(({ catcode }) => catcode === "R" || catcode === "T");
  for (const { word } of reserved) await requireUsable(sql, word);
});

test.each([
  ["stage", "dataset_stage"],
  ["stage_shop", "dataset_stage_shop"],
  ["Stage Shop", "dataset_stage_shop"],
  ["console", "dataset_console"],
  ["information_schema", "dataset_information_schema"],
  ["pg_data", "dataset_pg_data"],
  ["order", "order_"],
  ["Group", "group_"],
  ["staging", "staging"],
])("a folder called %s makes the dataset %s", async (called, name) => {
  const { dataset } = await proposed(called);
  expect(dataset).toMatchObject({ name, schema: name });
  await requireUsable(place.sql, called);
});

test("what a run publishes of a dataset that would be called like the stage stays", async () => {
  const { to } = await proposed("stage");
  const events = await ranIn(place.pipelineOf(place.path("shops"), to), ["2026-01"]);
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  const [rows] = await place.sql`
    select (select count(*) from dataset_stage.prices) as live, (select count(*) from dataset_stage.prices_snapshots) as frozen`;
  expect(rows).toEqual({ live: 3, frozen: 3 });
});

test("a manifest whose schema is a word of SQL, by hand, has its tables made there", async () => {
  const { to, dataset } = await proposed("order");
  const path = join(to, "dataset.json");
  writeFileSync(
    path,
    readFileSync(path, "utf8").replaceAll('"order_"', '"order"').replace('"name": "order"', '"name": "orders"'),
  );
  const sql = join(to, "init/001_tables.sql");
  writeFileSync(sql, readFileSync(sql, "utf8").replace(/ order_;/, ' "order";'));
  expect(dataset.schema).toBe("order_");
  const events = await ranIn(place.pipelineOf(place.path("shops"), to), ["2026-01"]);
  expect(lastOf(events, "run.failed")).toBeUndefined();
  const [rows] = await place.sql`select count(*) as live from "order".prices`;
  expect(rows).toEqual({ live: 3 });
});
