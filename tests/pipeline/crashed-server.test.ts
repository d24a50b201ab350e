import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { onItsOwn, ownServer } from "../postgres/remedies/provoking.ts";

/** One process of a server is killed: it ends all sessions, recovers, and is there again a moment later. */

setDefaultTimeout(60_000);

let server: Awaited<ReturnType<typeof ownServer>>;
let drops: DropFolder;
let pipeline: Pipeline;

beforeAll(async () => {
  server = await ownServer();
  drops = dropFolder();
  drops.write("month_000", smallDrop(["u1", "u2"]));
  pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: server.url });
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  await server.stop();
});

test("the run that this cuts off is in the ledger with its stage, and is run again by itself", async () => {
  await pipeline.call({ kind: "months" });
  const writes = await blockWrites(server.url, "labels");
  const running = ranIn(pipeline, ["0"]);
  const pid = await onItsOwn(server.url, (sql) => whoWaits(sql, "Lock"));
  process.kill(pid, "SIGKILL");
  const events = await running;
  await writes.release().catch(() => {});
  expect(lastOf(events, "run.retried")).toMatchObject({ run: 1, code: "database_lost", stage: "upsert" });
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  expect((await pipeline.call({ kind: "show", run: 1 })).failure).toMatchObject({
    stage: "upsert",
    code: "database_lost",
  });
  expect((await pipeline.call({ kind: "runs" })).runs.map(({ status }) => status)).toEqual(["published", "failed"]);
});
