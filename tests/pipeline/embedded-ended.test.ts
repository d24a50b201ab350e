import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { serverPaths } from "../../src/postgres/embedded/home.ts";
import { findPostmaster } from "../../src/postgres/embedded/postmaster.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { type HomesFolder, homesFolder } from "../helpers/homes.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";

/** The embedded server is killed while it is used: that is what is told, and whatever is asked or tried next starts it. */

setDefaultTimeout(60_000);

let homes: HomesFolder;
let drops: DropFolder;
let pipeline: Pipeline;
let home: string;

beforeAll(() => {
  homes = homesFolder();
  home = `${homes.path}/home`;
  drops = dropFolder();
  for (const index of [0, 1]) drops.write(`month_00${index}`, smallDrop(["u1", "u2"], index));
  pipeline = startPipeline({ data: drops.path, home, database: null });
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  homes.remove();
});

/** Kill the server; it is gone then. */
function killServer(): void {
  const { pid = 0 } = findPostmaster(serverPaths(home)) ?? {};
  process.kill(pid, "SIGKILL");
  while (findPostmaster(serverPaths(home)) !== null);
}

test("in the middle of a run, and between two questions", async () => {
  expect(lastOf(await ranIn(pipeline, ["0"]), "run.finished")?.status).toBe("published");
  const { url } = await pipeline.call({ kind: "db", action: "status" });
  const writes = await blockWrites(url ?? "", "labels");
  const watching = connect(url ?? "");
  const running = ranIn(pipeline, ["1"]);
  await whoWaits(watching, "Lock");
  killServer();
  const events = await running;
  await writes.release().catch(() => {});
  await watching.end({ timeout: 1 });
  expect(lastOf(events, "run.retried")).toMatchObject({
    ...{ run: 2, code: "database_lost", stage: "upsert" },
    title: expect.stringContaining("ended while it was used"),
  });
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  killServer();
  expect((await pipeline.call({ kind: "runs" })).runs.map(({ status }) => status)).toEqual([
    "published",
    "failed",
    "published",
  ]);
  // What the ledger's server was not there for is in the ledger all the same.
  const { failure } = await pipeline.call({ kind: "show", run: 2 });
  expect(failure).toMatchObject({ stage: "upsert", code: "database_lost" });
});
