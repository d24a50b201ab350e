import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Tables whose rows are events: each month brings new ones. */

setDefaultTimeout(60_000);

const rows = 600;
let database: TestDatabase;
let drops: DropFolder;
let pipeline: Pipeline;

beforeAll(async () => {
  [database, drops] = [await testDatabase(), dropFolder()];
  const folder = join(drops.path, "dataset");
  mkdirSync(join(folder, "init"), { recursive: true });
  writeFileSync(
    join(folder, "init/001.sql"),
    `create schema trips;
     create table rides (ride_id bigint primary key, day date not null, km numeric);
     create table stops (ride_id bigint references rides, place int, at timestamp, primary key (ride_id, place));
     create table rides_frozen (like rides, as_of date not null, primary key (ride_id, as_of)) partition by list (as_of);
     create table stops_frozen (like stops, as_of date not null, primary key (ride_id, place, as_of)) partition by list (as_of);`,
  );
  const manifest = {
    ...{ name: "trips", schema: "trips", first_month: "2026-01", as_of_column: "as_of" },
    dates: { from: "2000-01-01", to: "2100-12-31" },
    rows: { shrink: { warn: 0.1, reject: 0.5 }, grow: { warn: 0.5, reject: 3 } },
    drift: { psi: 0.2, beyond: 0.1, missing: 0.1, mean: 0.5 },
    tables: {
      rides: { file: "rides.csv", snapshot: "rides_frozen", rows: "events" },
      stops: { file: "stops.csv", snapshot: "stops_frozen", rows: "events" },
    },
  };
  writeFileSync(join(folder, "dataset.json"), JSON.stringify(manifest));
  pipeline = startPipeline({
    ...{ data: join(drops.path, "data"), home: join(drops.path, "home"), database: database.url },
    dataset: folder,
  });
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  await database.drop();
});

function deliver(month: number, first: number): void {
  const ids = Array.from({ length: rows }, (_, index) => first + index);
  const day = (id: number) => `2026-0${month + 1}-${String((id % 28) + 1).padStart(2, "0")}`;
  drops.write(`data/month_00${month}`, {
    "rides.csv": [["ride_id", "day", "km"], ...ids.map((id) => [String(id), day(id), String(id % 17)])],
    "stops.csv": [["ride_id", "place", "at"], ...ids.map((id) => [String(id), "1", `${day(id)} 10:00:00`])],
  });
}

const warnings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []));

test("rows of earlier months are not missed, nor are new days and numbers called drift", async () => {
  deliver(0, 1);
  deliver(1, 1 + rows);
  const events = await ranIn(pipeline, ["month_000", "month_001"]);
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  expect(warnings(events)).toEqual([]);
  const told = events.flatMap((one) => (one.event === "table.finished" && one.stage === "upsert" ? [one] : []));
  expect(told.map(({ inserted, absent }) => ({ inserted, absent }))).toEqual(
    Array.from({ length: 4 }, () => ({ inserted: rows, absent: undefined })),
  );
  const [live] = await database.sql<{ rides: number }[]>`select count(*) as rides from trips.rides`;
  expect(live?.rides).toBe(2 * rows);
});

test("rows that come again are warned about, but not when their own month is run again", async () => {
  deliver(2, 1 + rows + rows / 2);
  const events = await ranIn(pipeline, ["month_002"]);
  expect(warnings(events)).toEqual([
    "rides: 300 rows (50 %) came in an earlier month, though its rows are events.",
    "stops: 300 rows (50 %) came in an earlier month, though its rows are events.",
  ]);
  expect(warnings(await ranIn(pipeline, ["month_002"], { force: true }))).toEqual([]);
});
