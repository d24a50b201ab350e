import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { parseUrl } from "../../src/postgres/target/url.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { type Pooler, type PoolSettings, pgbouncer, startPgbouncer } from "../helpers/pgbouncer.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase, testServerUrl } from "../helpers/server.ts";

/** By way of PgBouncer, which lends its connections to the server: for a session, or for a transaction at a time. */

setDefaultTimeout(60_000);

let drops: DropFolder;
let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  drops = dropFolder();
  drops.write("month_000", smallDrop(["u1", "u2"]));
  database = await testDatabase(migrated);
  sql = database.sql;
});
afterAll(async () => {
  await database.drop();
  drops.remove();
});

/** What the pooled sessions hold on to while nobody uses them. */
async function leftLocked(): Promise<number> {
  const [row] = await sql<{ held: number }[]>`
    select count(*) as held from pg_locks l join pg_stat_activity a using (pid)
     where a.datname = current_database() and l.locktype = 'advisory'`;
  return row?.held ?? -1;
}

async function through(
  settings: PoolSettings,
  work: (pipeline: Pipeline, pooler: Pooler) => Promise<void>,
  parameters = "",
): Promise<void> {
  const pooler = await startPgbouncer(testServerUrl, settings);
  const through = pooler.url(database.url) + parameters;
  const pipeline = startPipeline({ data: drops.path, home: `${drops.path}/home`, database: through });
  try {
    await work(pipeline, pooler);
  } finally {
    await pipeline.close();
    await pooler.stop();
  }
}

/** A session beside the pooler that has done this, and holds its locks until it lets go. */
async function inTheWay(url: string, statement: string) {
  const other = connect(url);
  const letGo = () => other.end({ timeout: 0 });
  await other.unsafe(`begin; ${statement}`);
  return { letGo, [Symbol.asyncDispose]: letGo };
}

const run = async (pipeline: Pipeline) => ranIn(pipeline, ["month_000"], { force: true });

async function poolerCheck(pipeline: Pipeline) {
  const { checks } = await pipeline.call({ kind: "doctor" });
  return checks.find(({ name }) => name === "pooler");
}

describe.skipIf(pgbouncer === null)("PgBouncer (skipped where it is not installed)", () => {
  test.each([
    [1, false],
    [2, false],
    [20, false],
    [2, true],
    [3, true],
  ])(
    "for a transaction at a time, %p connections, in turn %p: a run is refused, listings work",
    async (size, isFair) => {
      await through({ mode: "transaction", size, isFair }, async (pipeline) => {
        for (const attempt of [1, 2, 3]) {
          const failed = lastOf(await run(pipeline), "run.failed");
          expect({ attempt, code: failed?.code }).toEqual({ attempt, code: "pooled" });
          expect(failed?.hint).toContain("pool_mode = session");
        }
        expect(await leftLocked()).toBe(0);
        for (const kind of ["months", "snapshots", "runs"] as const) await pipeline.call({ kind });
        await pipeline.call({ kind: "verify", as_of: null });
        expect(await poolerCheck(pipeline)).toMatchObject({ state: "fail" });
      });
    },
  );

  test("for a session: whom a listing waits for is told", async () => {
    await through({ mode: "session", size: 20 }, async (pipeline) => {
      await using other = await inTheWay(database.url, "lock table labels_snapshots in access exclusive mode");
      const told = Promise.withResolvers<string>();
      pipeline.heed(told.resolve);
      const listing = pipeline.call({ kind: "months" });
      expect(await told.promise).toContain(", which locked labels_snapshots");
      await other.letGo();
      await listing;
    });
  });

  test.each([2, 3, 20])("for a session, %p connections: a run is published", async (size) => {
    await through({ mode: "session", size }, async (pipeline) => {
      const events = await run(pipeline);
      expect(lastOf(events, "run.failed")).toBeUndefined();
      expect(lastOf(events, "run.finished")).toMatchObject({ status: "published" });
      expect(await poolerCheck(pipeline)).toMatchObject({ state: "ok" });
      const { seals } = await pipeline.call({ kind: "verify", as_of: null });
      expect(new Set(seals.map(({ state }) => state))).toEqual(new Set(["intact"]));
    });
  });

  test("a run that KILL ends in its middle is told what it lost, and goes on once the pooler lets it in again", async () => {
    await through({ mode: "session", size: 20 }, async (pipeline, pooler) => {
      const name = parseUrl(database.url).database;
      await using other = await inTheWay(database.url, "lock table users in access exclusive mode");
      const running = run(pipeline);
      await whoWaits(sql, "Lock");
      await pooler.command(`KILL ${name}`);
      await other.letGo();
      await pooler.command(`RESUME ${name}`);
      const events = await running;
      expect(lastOf(events, "run.retried")).toMatchObject({
        code: "database_lost",
        title: expect.stringMatching(/^The connection to the database was lost: a pooler .* \(database removed\)\.$/),
      });
      expect(lastOf(events, "run.finished")).toMatchObject({ status: "published" });
    });
  });

  const alone = { mode: "session", size: 1 } as const;

  test("for a session, one connection: listings work, a run says what it waited for", async () => {
    const work = async (pipeline: Pipeline) => {
      for (const kind of ["months", "snapshots", "runs"] as const) await pipeline.call({ kind });
      await pipeline.call({ kind: "check", selection: { months: ["month_000"] } });
      expect(await poolerCheck(pipeline)).toMatchObject({ state: "fail" });
      const failed = lastOf(await run(pipeline), "run.failed");
      expect(failed).toMatchObject({ code: "database_unreachable" });
      expect(failed?.title).toContain("a pooler in between has no connection to give");
    };
    await through(alone, work, "&connect_timeout=2");
  });

  test("for a session, one connection: a run that waits for another is cancelled at once", async () => {
    const work = async (pipeline: Pipeline) => {
      await pipeline.call({ kind: "runs" });
      const ran = run(pipeline);
      await pipeline.call({ kind: "database" });
      await pipeline.call({ kind: "cancel" });
      expect(lastOf(await ran, "run.failed")).toMatchObject({ code: "interrupted" });
    };
    // It would wait for longer than this test may take.
    await through(alone, work, "&connect_timeout=600");
  });
});
