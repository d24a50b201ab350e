import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { ConsoleError } from "../../src/core/errors.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { readByDuckDb } from "../helpers/duckdb.ts";
import { runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What a Parquet file is beyond its rows: the types of moments, and what it says of itself. */

setDefaultTimeout(60_000);
let database: TestDatabase;
let drops: DropFolder;
let pipeline: Pipeline;
let folder: string;

const moments = { opened: "2024-01-31 23:59:59.123456+02", closed: "2024-01-31 23:59:59.000001" };

/** A drop whose tickets have moments, with an offset from UTC and without. */
function drop(salt: number): Record<string, Rows> {
  const files = smallDrop(["u1", "u2"], salt);
  const rows = files["support_agg_90d.csv"] ?? [];
  const more = rows.map((row, index) => [
    ...row,
    ...(index === 0 ? Object.keys(moments) : index === 1 ? Object.values(moments) : ["", ""]),
  ]);
  return { ...files, "support_agg_90d.csv": more };
}

beforeAll(async () => {
  database = await testDatabase(migrated);
  await database.sql`alter table support_agg_90d add column opened timestamptz, add column closed timestamp`;
  await database.sql`alter table support_agg_90d_snapshots add column opened timestamptz, add column closed timestamp`;
  drops = dropFolder();
  for (const month of [0, 1]) drops.write(`month_00${month}`, drop(month));
  pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
  expect((await pipeline.call(runRequest(["0..1"]))).exit_code).toBe(0);
  folder = mkdtempSync(join(tmpdir(), "streamflow-parquet-"));
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

const write = (name: string, asOf = "2024-01-31") =>
  pipeline.call({ kind: "export", as_of: asOf, labels_from: null, out: join(folder, name) });

test("moments are moments in Parquet, and text with their offset in CSV", async () => {
  const report = await write("moments.parquet");
  const types = report.columns.filter(({ name }) => name in moments).map(({ type }) => type);
  expect(types).toEqual(["timestamptz", "timestamp"]);
  const { columns, rows } = await readByDuckDb(`(select opened, closed from '${report.file}' order by user_id)`);
  expect(columns).toEqual({ opened: "TIMESTAMP WITH TIME ZONE", closed: "TIMESTAMP" });
  const read = ["2024-01-31 21:59:59.123456+00", "2024-01-31 23:59:59.000001"];
  expect(rows).toEqual([read, [null, null]]);
  expect(readFileSync((await write("moments.csv")).file, "utf8")).toContain(read.join(","));
});

test("a Parquet file tells its dataset, its dates and its seals, and the same seals give the same bytes", async () => {
  const { file, manifest } = await write("about.parquet");
  const bytes = readFileSync(file);
  const { rows } = await readByDuckDb(
    `(select decode(key), decode(value) from parquet_kv_metadata('${file}') order by decode(key))`,
  );
  const { dataset, seals } = JSON.parse(readFileSync(manifest, "utf8"));
  const told = Object.fromEntries(rows as [string, string][]);
  expect(told).toEqual({
    "streamflow.as_of": "2024-01-31",
    "streamflow.dataset": dataset,
    "streamflow.labels_from": "2024-02-29",
    "streamflow.seals": JSON.stringify(seals),
  });
  expect(seals).toHaveLength(5);
  // Run again, sealed again: the rows are the same, and so is the file.
  expect((await pipeline.call({ ...runRequest(["1"]), force: true })).exit_code).toBe(0);
  await write("about.parquet");
  expect(readFileSync(file)).toEqual(bytes);
});

test("what Parquet has no place for is refused by name, leaves no file, and stands in CSV", async () => {
  const huge = `1${"0".repeat(309)}`;
  const files = drop(2);
  const rows = (files["support_agg_90d.csv"] ?? []).map((row) => row.map((cell) => (cell === "16.0" ? huge : cell)));
  drops.write("month_002", { ...files, "support_agg_90d.csv": rows });
  drops.write("month_003", drop(3));
  expect((await pipeline.call(runRequest(["2..3"]))).exit_code).toBe(0);
  const before = readdirSync(folder);
  const refusal = await write("huge.parquet", "2024-03-31").catch((error: ConsoleError) => error);
  expect(refusal).toMatchObject({ code: "not_convertible", exitCode: 4 });
  expect(refusal).toMatchObject({
    title: expect.stringMatching(
      /^Parquet has no double such as 10+, .* in ticket_avg_resolution_hrs_90d, at user_id u1/,
    ),
  });
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync((await write("huge.csv", "2024-03-31")).file, "utf8")).toContain(huge);
});
