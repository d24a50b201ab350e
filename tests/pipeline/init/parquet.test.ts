import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withDuckDb } from "../../helpers/duckdb.ts";
import { lastOf, ranIn } from "../../helpers/pipeline.ts";
import { initiated } from "./initiated.ts";

/** A Parquet drop says itself what its values are: `init` takes that over, and both months are sealed without an edit. */

setDefaultTimeout(120_000);

const place = initiated();

const rowsOf = (
  month: string,
  from: number,
) => `select i::bigint as "Trip ID", (i % 7)::int as zone, (i % 3000) * 1.25::double as fare, ((i % 3000) / 3)::decimal(12, 2) as tip,
    i % 2 = 0 as shared, date '${month}-03' + (i % 20)::int as day,
    timestamp '${month}-03 10:00:00' + to_minutes(i - ${from}) as picked_up,
    timestamptz '${month}-03 10:00:00+00' + to_minutes(i - ${from}) as told, uuid() as token, 'v' || (i % 3) as vendor, [i, i] as stops
  from range(${from}, ${from + 3000}) r(i)`;

test("from a Parquet drop to sealed months", async () => {
  const data = place.path("trips");
  const duck = await withDuckDb();
  for (const [nth, month] of ["2024-01", "2024-02"].entries()) {
    mkdirSync(join(data, month), { recursive: true });
    await duck.run(
      `copy (${rowsOf(month, 3000 * nth)}) to '${join(data, month, "trips.parquet")}' (format parquet, row_group_size 2048)`,
    );
    await duck.run(
      `copy (select zone, 'zone ' || zone as name from range(7) r(zone)) to '${join(data, month, "zones.parquet")}'`,
    );
  }
  duck.close();
  const to = place.path("made");
  const written = await place
    .pipelineOf(data)
    .call({ kind: "init", folder: join(data, "2024-01"), to, overwrite: false });
  expect(written.left_out).toEqual([]);
  const sql = readFileSync(join(to, "init/001_tables.sql"), "utf8");
  const columns = [...sql.matchAll(/^ {2}(\w+) (\w+(?: precision)?)(?: not null)?, -- .*as the file has it/gm)];
  expect(Object.fromEntries(columns.map(([, name = "", type = ""]) => [name, type]))).toEqual({
    ...{ trip_id: "bigint", zone: "bigint", fare: "double precision", tip: "numeric", shared: "boolean", day: "date" },
    ...{ picked_up: "timestamp", told: "timestamptz", token: "uuid", vendor: "text", name: "text" },
  });
  const manifest = JSON.parse(readFileSync(join(to, "dataset.json"), "utf8"));
  expect(manifest.tables.trips).toMatchObject({
    file: "trips.parquet",
    written: { header: { "Trip ID": "trip_id" }, ignore: ["stops"] },
  });
  const events = await ranIn(place.pipelineOf(data, to), ["2024-01", "2024-02"]);
  expect(lastOf(events, "run.failed")).toBeUndefined();
  expect(events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []))).toEqual([]);
  const [sums] = await place.sql`select count(*)::int as rows, sum(fare) as fares, max(told) as last from made.trips`;
  expect(sums).toMatchObject({ rows: 6000, fares: 1.25 * 2999 * 3000 });
});
