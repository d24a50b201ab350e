import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { startPipeline } from "../../src/client/pipeline.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { lockHolder, tryLock } from "../../src/postgres/connection/lock.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Two databases of one server with a dataset of one name each, used from one home: neither knows of the other. */

setDefaultTimeout(60_000);

let one: TestDatabase;
let other: TestDatabase;
let drops: DropFolder;
beforeAll(async () => {
  [one, other] = [await testDatabase(migrated), await testDatabase(migrated)];
  drops = dropFolder();
  drops.write("month_000", {
    ...smallDrop(["u1"]),
    "labels.csv": [
      ["user_id", "churn_label"],
      ["u1", "perhaps"],
    ],
  });
});
afterAll(async () => {
  drops.remove();
  await one.drop();
  await other.drop();
});

test("the lock of one is nobody's in the other", async () => {
  const writer = connect(one.url);
  expect(await tryLock(writer, "streamflow")).toBe(true);
  expect(await lockHolder(one.sql, "streamflow")).not.toBeNull();
  expect(await lockHolder(other.sql, "streamflow")).toBeNull();
  expect(await lockHolder(one.sql, "another")).toBeNull();
  const second = connect(other.url);
  expect(await tryLock(second, "streamflow")).toBe(true);
  await second.end();
  await writer.end();
});

test("an advisory lock of somebody else's is not the dataset's, whatever its numbers", async () => {
  const writer = connect(one.url);
  await writer`select pg_advisory_lock(classid::int, (${Bun.hash.crc32("streamflow") | 0})::int) from (values (1)) v(classid)`;
  expect(await lockHolder(one.sql, "streamflow")).toBeNull();
  await writer.end();
});

test("a run of one is not held up by a run of the other, and each has its own reject file of its run 1", async () => {
  const files: string[] = [];
  for (const { url, sql } of [one, other]) {
    const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: url });
    const failed = lastOf(await ranIn(pipeline, ["month_000"]), "run.failed");
    expect(failed).toMatchObject({ code: "drop_rejected", run: 1 });
    files.push(failed?.reject_file ?? "");
    await pipeline.close();
    const runs = await sql<{ status: string }[]>`select status from console.runs`;
    expect([...runs]).toEqual([{ status: "rejected" }]);
  }
  expect(new Set(files).size).toBe(2);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
