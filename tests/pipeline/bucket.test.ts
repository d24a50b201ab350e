import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { EventOf, RunEvent } from "../../src/core/messages/events.ts";
import { migrated } from "../helpers/database.ts";
import { dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { type FaultyProxy, faultyProxy } from "../helpers/faulty-proxy.ts";
import { bucket, type ObjectStore, objectStore, storeVariables } from "../helpers/object-store.ts";
import { lastOf, ranIn, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Drops that lie in a bucket go the whole way that those in a folder do, and what goes wrong on it publishes nothing. */

setDefaultTimeout(60_000);
let database: TestDatabase;
let store: ObjectStore;
let proxy: FaultyProxy;
let pipeline: Pipeline;
const home = dropFolder();
const data = `s3://${bucket}/feed/months`;

async function put(month: string, files: Record<string, Rows>): Promise<void> {
  for (const [name, rows] of Object.entries(files)) {
    const text = rows.map((cells) => `${cells.join(",")}\n`).join("");
    const isPacked = name === "labels.csv";
    await store.put(`feed/months/${month}/${name}${isPacked ? ".gz" : ""}`, isPacked ? gzipSync(text) : text);
  }
}

beforeAll(async () => {
  database = await testDatabase(migrated);
  store = await objectStore();
  proxy = faultyProxy(store.url);
  Object.assign(process.env, storeVariables(proxy.url));
  await put("month_000", smallDrop(["u1", "u2", "u3"]));
  await put("2024-02", smallDrop(["u1", "u2", "u3"], 1));
  pipeline = startPipeline({ data, home: home.path, database: database.url });
});
afterAll(async () => {
  await pipeline.close();
  proxy.stop();
  await store.stop();
  home.remove();
  await database.drop();
  for (const name of Object.keys(storeVariables(""))) delete process.env[name];
});
beforeEach(() => {
  proxy.cutAfter = () => null;
  proxy.stalls = () => false;
  proxy.instead = () => null;
});

const run = (...months: string[]) => ranIn(pipeline, months);
const failed = (events: RunEvent[]): EventOf<"run.failed"> | undefined => lastOf(events, "run.failed");
const published = async () => (await pipeline.call({ kind: "snapshots" })).snapshots.length;

test("months are listed, checked, tried, published, and known again", async () => {
  const { months } = await pipeline.call({ kind: "months" });
  expect(months.map(({ month, state }) => [month, state]).sort()).toEqual([
    ["month_000", "new"],
    ["month_001", "new"],
  ]);
  const { drops } = await pipeline.call({ kind: "check", selection: { every: "all" } });
  expect(drops).toHaveLength(2);
  const tried = await ranIn(pipeline, ["0"], { dry_run: true });
  expect(lastOf(tried, "run.finished")?.status).toBe("dry_run");
  expect(await published()).toBe(0);
  expect(lastOf(await run("0..1"), "run.finished")?.status).toBe("published");
  expect(await published()).toBe(10);
  const [file] = await database.sql`select path from console.run_files where table_name = 'labels' order by run desc`;
  expect(file?.path).toBe(`${data}/2024-02/labels.csv.gz`);
  const again = await run("1");
  expect(lastOf(again, "run.finished")?.status).toBe("unchanged");
});

test("a fault is told with its object and line, in the reject file, too", async () => {
  const drop = smallDrop(["u1", "u2", "u3"], 2);
  const rows = drop["usage_agg_30d.csv"] ?? [];
  await put("month_002", { ...drop, "usage_agg_30d.csv": [...rows.slice(0, 2), ["u2", "much", "1", "1", "1", "1"]] });
  const rejected = failed(await run("2"));
  expect(rejected).toMatchObject({ code: "drop_rejected" });
  expect(rejected?.faults).toMatchObject([{ file: "usage_agg_30d.csv", line: 3, column: "watch_hours_30d" }]);
  const path = rejected?.reject_file ?? "";
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, "utf8")).toContain("much");
});

test("an object that is replaced while the drop is read rejects it", async () => {
  await put("month_002", smallDrop(["u1", "u2", "u3"], 2));
  let isReplaced = false;
  proxy.instead = (request) => {
    if (!isReplaced && request.includes("month_002/labels")) {
      isReplaced = true;
      void store.put("feed/months/month_002/users.csv", "user_id,signup_date\n");
    }
    return null;
  };
  expect(failed(await run("2"))).toMatchObject({
    code: "drop_rejected",
    faults: [{ file: "users.csv", code: "file_changed" }],
  });
  expect(await published()).toBe(10);
});

test("a connection that is lost again and again fails the run, and once it holds the month is published", async () => {
  await put("month_002", smallDrop(["u1", "u2", "u3"], 2));
  proxy.cutAfter = (request) => (request.includes("subscriptions.csv") ? 150 : null);
  const lost = failed(await run("2"));
  expect(lost).toMatchObject({ code: "io_error" });
  expect(lost?.title).toBe(
    `${data}/month_002/subscriptions.csv cannot be read, in four tries: the connection failed (ECONNRESET).`,
  );
  expect(await published()).toBe(10);
  let cuts = 0;
  proxy.cutAfter = (request) => (request.includes("subscriptions.csv") && cuts++ < 2 ? 150 : null);
  const { exit_code } = await pipeline.call(runRequest(["2"]));
  expect(exit_code).toBe(0);
  expect(cuts).toBeGreaterThan(2);
  expect(await published()).toBe(15);
});

describe("a run is cancelled while the server says nothing", () => {
  test.each([
    ["where a file is opened", /users\.csv bytes=0/],
    ["where one is read to its end", /usage_agg_30d\.csv bytes=/],
    ["where a file is looked at once more", /^HEAD .*users\.csv/],
    ["where what is there is listed", /list/],
  ])("%s", async (_, silent) => {
    await put("month_003", smallDrop(["u1", "u2", "u3"], 3));
    const waits = Promise.withResolvers<void>();
    proxy.stalls = (request) => {
      if (!silent.test(request)) return false;
      waits.resolve();
      return true;
    };
    const own = startPipeline({ data, home: home.path, database: database.url });
    try {
      const events: RunEvent[] = [];
      const ended = own.call(runRequest(["3"]), (event) => void events.push(event));
      await waits.promise;
      await own.call({ kind: "cancel" });
      expect(await ended).toEqual({ exit_code: 130 });
      expect(failed(events)).toMatchObject({ code: "interrupted" });
    } finally {
      await own.close();
    }
    expect(await published()).toBe(15);
  });
});
