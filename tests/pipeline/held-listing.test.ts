import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { type HoldingServer, holdingServer, whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";

/** A listing beside a run whose commit waits for a standby. */

setDefaultTimeout(60_000);

let server: HoldingServer;
let drops: DropFolder;
let url: string;
let sql: Sql;
let running: Pipeline;
let reading: Pipeline;

beforeAll(async () => {
  server = await holdingServer();
  ({ url, sql } = await server.database());
  drops = dropFolder();
  drops.write("month_000", smallDrop(["u1", "u2"]));
  const settings = { data: drops.path, home: `${drops.path}/home`, database: url };
  [running, reading] = [startPipeline(settings), startPipeline(settings)];
});
afterAll(async () => {
  await server.letGo();
  await Promise.all([running.close(), reading.close()]);
  await server.stop();
  drops.remove();
});

/** Run the month, and begin a listing while its commit waits; what is told of the wait, and what is listed once it is over. */
async function listedBeside<Listed>(month: string, list: () => Promise<Listed>): Promise<Listed> {
  const writes = await blockWrites(url, "labels");
  const run = ranIn(running, [month]);
  await whoWaits(sql, "Lock");
  // Not before: the ledger's own first line would wait as well.
  await server.hold();
  await writes.release();
  const pid = await whoWaits(sql, "SyncRep");
  const told = Promise.withResolvers<string>();
  reading.heed(told.resolve);
  const listing = list();
  const text = await told.promise;
  await server.letGo();
  expect(text).toContain(`Waiting for session ${pid} of `);
  expect(text).toContain(
    "It is at its commit, for which a standby has to answer (synchronous_standby_names). What waits",
  );
  const listed = await listing;
  expect(lastOf(await run, "run.finished")).toMatchObject({ status: "published" });
  return listed;
}

test("says who that is and what it waits for; and what it lists is of one moment, once the standby has answered", async () => {
  const { months } = await listedBeside("month_000", () => reading.call({ kind: "months" }));
  expect(months.map(({ month, state }) => `${month} ${state}`)).toEqual(["month_000 ok"]);
  drops.write("month_001", smallDrop(["u1", "u2"], 1));
  const { unsealed, snapshots } = await listedBeside("month_001", () => reading.call({ kind: "snapshots" }));
  expect(unsealed).toEqual([]);
  expect(new Set(snapshots.map(({ as_of }) => as_of))).toEqual(new Set(["2024-01-31", "2024-02-29"]));
});
