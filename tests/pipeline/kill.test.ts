import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import type { Settings } from "../../src/core/settings.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { closePipelines, digest, runMonths, runRequest } from "../helpers/pipeline.ts";
import { type Template, type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Set it to soak: each kill comes at another moment. */
const kills = Number(process.env.KILLS ?? 1);
setDefaultTimeout(60_000 * kills);
const users = ["u1", "u2", "u3", "u4"];
let drops: DropFolder;
beforeAll(() => {
  drops = dropFolder();
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users, 1));
  // The template holds month_002 as it was before this correction.
  drops.write("month_002", smallDrop(users, 9));
});
afterAll(() => drops.remove());

const settingsFor = (url: string): Settings => ({ data: drops.path, home: `${drops.path}/home`, database: url });

/** January and March are published, February is missing. */
const published: Template = {
  name: "january and march",
  async prepare(sql, url) {
    await migrated.prepare(sql, url);
    const original = dropFolder();
    original.write("month_000", smallDrop(users));
    original.write("month_002", smallDrop(users, 2));
    const { exitCode } = await runMonths({ ...settingsFor(url), data: original.path }, ["month_000", "month_002"]);
    await closePipelines();
    original.remove();
    if (exitCode !== 0) throw new Error("the template's months were not published");
  },
};

type OnEvent = (event: RunEvent) => void;

/** Resolves to true when it was done. */
const operations: Record<string, (pipeline: Pipeline, onEvent: OnEvent) => Promise<boolean>> = {
  restamp: (pipeline, onEvent) => ran(pipeline, "month_002", { restamp: true }, onEvent),
  backfill: (pipeline, onEvent) => ran(pipeline, "month_001", { backfill: true }, onEvent),
  async retention(pipeline) {
    return (await pipeline.call({ kind: "retire", as_of: "2024-01-31" })).snapshots.length === 5;
  },
};

async function ran(pipeline: Pipeline, month: string, flags: object, onEvent: OnEvent): Promise<boolean> {
  return (await pipeline.call(runRequest([month], flags), onEvent)).exit_code === 0;
}

/** All rows, and all that is sealed or was. */
async function stateOf(sql: Sql): Promise<string> {
  await sessionsEnded(sql);
  const seals = await sql`select table_name, as_of, month, rows, fingerprint, mode from console.seals order by 1, 2`;
  const lifted = await sql`select table_name, as_of, fingerprint, reason from console.lifted_seals order by 1, 2`;
  return JSON.stringify([await digest(sql), seals, lifted]);
}

/** Wait until the server has noticed that a client is gone, and has rolled back what it left open. */
async function sessionsEnded(sql: Sql): Promise<void> {
  for (let others = 1; others > 0; ) {
    const [row] = await sql<{ others: number }[]>`
      select count(*) as others from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
         -- The nodes of a cluster talk to each other.
         and application_name not like 'citus\\_%'`;
    others = row?.others ?? 0;
  }
}

interface Trial {
  /** What it ended with; false when it was killed before it could say. */
  done: boolean;
  left: string;
}

/** Do it, and kill the pipeline in the middle of it, if `kill` says when. */
async function attempt(
  { sql, url }: TestDatabase,
  operate: (typeof operations)[string],
  kill?: { afterEvents: number; afterMilliseconds: number },
): Promise<Trial> {
  const pipeline = startPipeline(settingsFor(url));
  // So that the kill meets the operation, not the start.
  await pipeline.call({ kind: "snapshots" });
  let events = 0;
  const onEvent = () => {
    if (++events === kill?.afterEvents) pipeline.kill();
  };
  const timer = kill === undefined ? undefined : setTimeout(() => pipeline.kill(), kill.afterMilliseconds);
  const done = await operate(pipeline, onEvent).catch(() => false);
  clearTimeout(timer);
  await pipeline.close();
  return { done, left: await stateOf(sql) };
}

/** Wait until somebody waits for a lock of ours. */
async function someoneWaits(sql: Sql): Promise<void> {
  for (let waiting = 0; waiting === 0; ) {
    const [row] = await sql<{ waiting: number }[]>`
      select count(*) as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`;
    waiting = row?.waiting ?? 0;
  }
}

/** Do it, and kill the pipeline where it first wants to write `table`, with all done that comes before. */
async function killedAt(
  { sql, url }: TestDatabase,
  operate: (typeof operations)[string],
  table: string,
): Promise<void> {
  const pipeline = startPipeline(settingsFor(url));
  await pipeline.call({ kind: "snapshots" });
  const other = connect(url);
  await other.begin(async (tx) => {
    await tx`lock table ${tx.unsafe(table)} in share mode`;
    const operating = operate(pipeline, () => {}).catch(() => false);
    await someoneWaits(sql);
    pipeline.kill();
    expect(await operating).toBe(false);
  });
  await other.end();
  await pipeline.close();
}

test("kill -9 with half of it written leaves nothing of a restamp, a backfill or a retention", async () => {
  const database = await testDatabase(published);
  const before = await stateOf(database.sql);
  for (const [name, operate] of Object.entries(operations)) {
    for (const table of ["labels_snapshots", "console.seals"]) {
      await killedAt(database, operate, table);
      expect({ name, table, left: await stateOf(database.sql) }).toEqual({ name, table, left: before });
    }
  }
  await database.drop();
});

for (const [name, operate] of Object.entries(operations)) {
  test(`kill -9 in the middle of ${name} leaves the database as before or as after, and open to another try`, async () => {
    for (let count = 0; count < kills; count++) {
      const database = await testDatabase(published);
      const before = await stateOf(database.sql);
      // Whichever comes first; a run has some forty events, retention none.
      const kill = { afterEvents: Math.ceil(Math.random() * 45), afterMilliseconds: Math.random() * 400 };
      const killed = await attempt(database, operate, kill);
      const again = await attempt(database, operate);
      if (killed.left === before) expect({ kill, done: again.done }).toEqual({ kill, done: true });
      expect(again.left).not.toBe(before);
      expect({ kill, states: [before, again.left] }).toEqual({ kill, states: expect.arrayContaining([killed.left]) });
      await database.drop();
    }
  });
}
