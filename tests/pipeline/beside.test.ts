import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { lockHolder } from "../../src/postgres/connection/lock.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { digest, lastOf, runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";
import { testDatabase } from "../helpers/server.ts";

/** What a run does before its transaction and beside it is nobody's to see, whatever becomes of the run. */

setDefaultTimeout(60_000);

const users = ["u1", "u2", "u3"];

function running(pipeline: Pipeline, month: string) {
  const events: RunEvent[] = [];
  const retried = Promise.withResolvers<RunEvent>();
  const done = pipeline.call(runRequest([month]), (event) => {
    events.push(event);
    if (event.event === "run.retried") retried.resolve(event);
  });
  return {
    retried: retried.promise,
    cancel: () => pipeline.call({ kind: "cancel" }),
    end: done.then(
      () => lastOf(events, "run.failed") ?? lastOf(events, "run.finished"),
      () => undefined,
    ),
  };
}

/** What stands in the stage: twins that hold rows, and what was built to become a partition. */
async function staged(sql: Sql): Promise<string[]> {
  const names = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'stage'::regnamespace and relkind = 'r' order by 1`;
  const found: string[] = [];
  for (const { name } of names) {
    const [row] = await sql`select from stage.${sql(name)} limit 1`;
    if (row !== undefined) found.push(name);
  }
  return found;
}

async function stageCheck(pipeline: Pipeline) {
  const { checks } = await pipeline.call({ kind: "doctor" });
  return checks.find(({ name }) => name === "stage");
}

describe("in one database", () => {
  let place: Workplace;
  let sql: Sql;
  beforeEach(async () => {
    place = await workplace();
    sql = place.database.sql;
    place.drops.write("month_000", smallDrop(users));
    place.drops.write("month_001", smallDrop([...users, "u4"], 1));
    expect(await running(place.pipeline, "month_000").end).toMatchObject({ event: "run.finished" });
  });
  afterEach(() => place.close());

  /** All is staged when the run is held up, and something built beside: it wants to write the last of the live tables. */
  async function heldUp(month = "month_001") {
    const writes = await blockWrites(place.database.url, "labels");
    const run = running(place.pipeline, month);
    await whoWaits(sql, "Lock");
    while (!(await staged(sql)).some((name) => name.endsWith("20240229")));
    return { ...run, release: writes.release };
  }
  const twins = ["labels", "payments_agg_90d", "subscriptions", "support_agg_90d", "usage_agg_30d", "users"];

  test("of a run that is killed nobody sees anything; doctor tells what it left, and the next run clears it away", async () => {
    const before = await digest(sql);
    const { end, release } = await heldUp();
    expect(await stageCheck(place.pipeline)).toMatchObject({ state: "ok", detail: "in use by a run" });
    // With whoever is to ask what became of it, and would clear it away.
    const killing = setInterval(() => place.pipeline.kill(), 10);
    await end;
    clearInterval(killing);
    await release();
    for (let holder: number | null = 0; holder !== null; ) holder = await lockHolder(sql, "streamflow");
    const built = (await staged(sql)).filter((name) => !twins.includes(name));
    expect(built).not.toEqual([]);
    expect(await digest(sql)).toBe(before);
    const { drops, database } = place;
    const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: database.url });
    try {
      const told = await stageCheck(pipeline);
      expect(told?.state).toBe("warn");
      for (const name of [...twins, ...built]) expect(told?.detail).toContain(`stage.${name}`);
      // Another month than that for which it was built.
      drops.write("month_002", smallDrop(users, 2));
      expect(await running(pipeline, "month_002").end).toMatchObject({ event: "run.finished", status: "published" });
      expect(await staged(sql)).toEqual([]);
      expect(await stageCheck(pipeline)).toMatchObject({ state: "ok", detail: "empty, as it is between runs" });
    } finally {
      await pipeline.close();
    }
  });

  test("a run that is cancelled leaves nothing of it", async () => {
    const { end, cancel, release } = await heldUp();
    await cancel();
    expect(await end).toMatchObject({ event: "run.failed", code: "interrupted" });
    await release();
    expect(await staged(sql)).toEqual([]);
  });

  test("a run that lost its connection, and is called off before the next try, leaves nothing of it", async () => {
    const { cancel, end, release, retried } = await heldUp();
    await sql`select pg_terminate_backend(${(await lockHolder(sql, "streamflow")) ?? 0}::int)`;
    expect(await retried).toMatchObject({ code: "database_lost" });
    await cancel();
    expect(await end).toMatchObject({ event: "run.failed", code: "interrupted" });
    await release();
    expect(await staged(sql)).toEqual([]);
  });

  test("a run that fails says so, whoever reads its stage meanwhile", async () => {
    const { end, release } = await heldUp();
    const reader = connect(place.database.url);
    await reader`begin`;
    await reader`select from stage.users`;
    await sql`select pg_cancel_backend(${(await lockHolder(sql, "streamflow")) ?? 0}::int)`;
    expect(await end).toMatchObject({ event: "run.failed", code: "database_error" });
    await reader`rollback`;
    await release();
    await reader.end();
    expect(await running(place.pipeline, "month_001").end).toMatchObject({ event: "run.finished" });
    expect(await staged(sql)).toEqual([]);
  });
});

describe("a role that may have few connections", () => {
  const role = `few_${process.pid}`;
  let drops: DropFolder;
  beforeAll(() => {
    drops = dropFolder();
    drops.write("month_000", smallDrop(users));
  });
  afterAll(() => drops.remove());

  test.each([
    [1, "database_unreachable", "database_unreachable"],
    [2, "published", "interrupted"],
    [3, "published", "interrupted"],
  ])("of %p: a run is %s, and %s when it is cancelled", async (limit, outcome, cancelled) => {
    const database = await testDatabase();
    const { sql, url } = database;
    await sql`create role ${sql(role)} login password 'x' connection limit ${sql.unsafe(String(limit))}`;
    await sql`alter database ${sql(sql.options.database)} owner to ${sql(role)}`;
    const own = url.replace(/\/\/[^@/]*@/, `//${role}:x@`);
    const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: own });
    const word = (end: Awaited<ReturnType<typeof running>["end"]>) =>
      end?.event === "run.failed" ? end.code : end?.status;
    try {
      // So that there are tables to hold.
      await pipeline.call({ kind: "snapshots" });
      const writes = await blockWrites(url, "labels");
      const run = running(pipeline, "month_000");
      if (limit > 1) {
        await whoWaits(sql, "Lock");
        await run.cancel();
      }
      expect(word(await run.end)).toBe(cancelled);
      await writes.release();
      // What the first run was given takes the server a moment to take back, and there is no more to give.
      while (limit > 1 && (await sessionsOf(sql, role)) === limit) await Bun.sleep(20);
      expect(word(await running(pipeline, "month_000").end)).toBe(outcome);
    } finally {
      await pipeline.close();
      await sql`drop owned by ${sql(role)} cascade`;
      await sql`alter database ${sql(sql.options.database)} owner to current_user`;
      await sql`drop role ${sql(role)}`;
      await database.drop();
    }
  });
});

async function sessionsOf(sql: Sql, role: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity where usename = ${role}`;
  return row?.count ?? 0;
}
