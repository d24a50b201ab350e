import { type Dataset, parseManifest } from "../../src/core/dataset.ts";
import { loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import { obstaclesOf } from "../../src/postgres/cluster/obstacles.ts";
import { place } from "../../src/postgres/cluster/place.ts";
import { isPlaced, misplaced, type Obstacle, placings, strayingKeys } from "../../src/postgres/cluster/plan.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { prepareStage } from "../../src/postgres/live/stage.ts";
import { databaseUrl } from "./names.ts";

/** The URLs of a cluster's workers where the tests' server is its coordinator: `bun run cluster --server` says so. */
export const workers: readonly string[] = process.env.TEST_CLUSTER?.split(" ") ?? [];

/** What `work` does on every worker, within a database of it. */
export async function onWorkers(name: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  for (const url of workers) {
    const sql = connect(databaseUrl(url, name));
    await work(sql).finally(() => sql.end({ timeout: 1 }));
  }
}

/** Make the nodes know each other in a database that each of them has. */
export async function join(coordinator: string, name: string): Promise<void> {
  await onWorkers(name, (sql) => sql`create extension citus`);
  const sql = connect(databaseUrl(coordinator, name));
  try {
    await sql`create extension citus`;
    await sql`select citus_set_coordinator_host('127.0.0.1', current_setting('port')::int)`;
    for (const url of workers) {
      const port = Number(new URL(url.replace("@/", "@local/")).searchParams.get("port"));
      await sql`select citus_add_node('127.0.0.1', ${port})`;
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const manifest = new URL("../../db/dataset.json", import.meta.url);

async function ours(): Promise<Dataset> {
  return parseManifest(await Bun.file(manifest).text(), "db/dataset.json");
}

/** Spread a dataset's tables over the nodes, those that are not yet, where the database has them. */
export async function spreadTables(sql: Sql, given?: Dataset): Promise<void> {
  const dataset = given ?? (await ours());
  const tables = await loadTables(sql, dataset).catch(() => null);
  if (tables === null) return;
  await sql.begin(async (tx) => {
    for (const one of placings(tables)) if (!isPlaced(one)) await place(tx, one, 4);
  });
  await prepareStage(sql, await loadTables(sql, dataset));
}

/** What keeps a dataset's tables from being spread. */
export async function obstaclesTo(sql: Sql, dataset: Dataset): Promise<Obstacle[]> {
  const all = placings(await loadTables(sql, dataset));
  return [...misplaced(all), ...strayingKeys(all), ...(await obstaclesOf(sql, all))];
}
