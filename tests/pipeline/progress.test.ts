import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunEvent, type Stage, stages } from "../../src/core/messages/events.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, type RunFlags, ranIn, runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";

/** What a run tells of its progress: in order, forward, and before it is over. */

setDefaultTimeout(120_000);
let work: Workplace;
beforeAll(async () => {
  work = await workplace();
  const users = Array.from({ length: 300 }, (_, index) => `u${index}`);
  for (const month of [0, 1]) work.drops.write(`month_00${month}`, smallDrop(users, month));
});
afterAll(() => work.close());

/** What breaks the order of a stream: progress outside of its stage, or backwards, or beyond its end. */
function disorder(events: readonly RunEvent[]): string[] {
  const wrong: string[] = [];
  const done = new Map<string, number>();
  let current: Stage | null = null;
  let order = -1;
  for (const event of events) {
    const place = JSON.stringify(event);
    if (event.event === "stage.started") {
      if (stages.indexOf(event.stage) !== ++order || current !== null) wrong.push(place);
      current = event.stage;
    } else if (event.event === "stage.finished") current = null;
    else if (event.event === "table.progress") {
      const bar = `${event.stage} ${event.table}`;
      const isForward = event.done >= (done.get(bar) ?? 0) && event.done <= event.total;
      if (event.stage !== current || !isForward) wrong.push(place);
      done.set(bar, event.done);
    } else if (event.event === "table.finished" && event.stage !== current) wrong.push(place);
  }
  return wrong;
}

function progressIn(events: readonly RunEvent[], stage: Stage): { table: string; done: number; total: number }[] {
  return events.flatMap((event) =>
    event.event === "table.progress" && event.stage === stage
      ? [{ table: event.table, done: event.done, total: event.total }]
      : [],
  );
}

const runs: [string, string, RunFlags][] = [
  ["a dry run", "month_000", { dry_run: true }],
  ["a first month", "month_000", {}],
  ["the next one", "month_001", {}],
  ["the same again", "month_001", { force: true }],
  ["a restamp", "month_001", { force: true, restamp: true }],
];

test.each(runs)("%s is told in order", async (_, month, flags) => {
  const events = await ranIn(work.pipeline, [month], flags);
  expect(lastOf(events, "run.finished")?.seconds).toBeGreaterThan(0);
  expect(disorder(events)).toEqual([]);
  const compared = new Set(progressIn(events, "upsert").map(({ table }) => table));
  expect(compared.size).toBe(6);
  const ready = progressIn(events, "snapshot");
  expect(ready.every(({ done, total }) => done === 300 && total === 300)).toBe(true);
  expect(ready.map(({ table }) => table).length).toBe(flags.restamp === true ? 0 : 5);
  const validated = events.flatMap((event) =>
    event.event === "table.finished" && event.stage === "validate" ? [event.ready] : [],
  );
  // A restamp makes no snapshot before its stage.
  expect(validated.every((count) => count !== undefined)).toBe(flags.restamp !== true);
});

test("a backfill is told in order, too: a table's bar is full once its keys were looked at", async () => {
  const { drops, pipeline, close } = await workplace();
  try {
    for (const month of [0, 1]) drops.write(`month_00${month}`, smallDrop(["u0", "u1"], month));
    await ranIn(pipeline, ["month_001"]);
    const events = await ranIn(pipeline, ["month_000"], { backfill: true });
    expect(disorder(events)).toEqual([]);
    expect(progressIn(events, "upsert").map(({ done, total }) => [done, total])).toEqual(Array(6).fill([2, 2]));
  } finally {
    await close();
  }
});

test("what is known of a table beforehand is told at the start", async () => {
  const known = async (month: string, flags: RunFlags) => {
    const started = lastOf(await ranIn(work.pipeline, [month], flags), "run.started");
    return started?.tables.map(({ table, live, built, again }) => ({ table, live, built, again })) ?? [];
  };
  const { sql } = work.database;
  expect(new Set((await known("month_001", { force: true })).map(({ live, again }) => `${live} ${again}`))).toEqual(
    new Set(["300 true"]),
  );
  await sql`truncate users cascade`;
  await sql`truncate console.runs, console.seals cascade`;
  for (const { partition } of await sql<{ partition: string }[]>`
    select c.oid::regclass::text as partition from pg_class c where c.relname ~ '_snapshots_' and c.relkind = 'r'`) {
    await sql`drop table ${sql.unsafe(partition)}`;
  }
  const [users, ...others] = await known("month_000", { dry_run: true });
  expect(users).toMatchObject({ table: "users", live: 0, built: 1 });
  expect(others.every(({ live, built, again }) => live === 0 && built === 2 && again === undefined)).toBe(true);
});

test("a table of several parts is told part by part while it is written", async () => {
  const count = 520_000;
  const folder = join(work.drops.path, "month_002");
  work.drops.write("month_002", smallDrop(["u0"]));
  const lines = Array.from({ length: count }, (_, index) => `v${index},2022-01-01,,,,`);
  const header = "user_id,signup_date,user_gender,user_is_senior,has_family,has_dependents";
  writeFileSync(join(folder, "users.csv"), `${header}\n${lines.join("\n")}\n`);
  // The other files are too short for so many users: that is found out afterwards.
  const events = await ranIn(work.pipeline, ["month_002"], { dry_run: true });
  expect(disorder(events)).toEqual([]);
  const users = progressIn(events, "upsert").filter(({ table }) => table === "users");
  expect(users[0]).toEqual({ table: "users", done: 0, total: count });
  expect(users.filter(({ done }) => done > 0 && done < count).length).toBeGreaterThan(1);
});

test("a bar moves while one statement writes all of its rows", async () => {
  const count = 60_000;
  const { database, drops, pipeline, close } = await workplace();
  try {
    const users = Array.from({ length: count }, (_, index) => `u${index}`);
    for (const month of [0, 1]) drops.write(`month_00${month}`, smallDrop(users, month));
    await ranIn(pipeline, ["month_000"]);
    const key = 24;
    const { sql } = database;
    await sql.unsafe(`
      create function stand_still() returns trigger language plpgsql as
        'begin perform pg_advisory_xact_lock_shared(${key}); return new; end';
      create trigger stand_still before update on usage_agg_30d
        for each row when (old.user_id = 'u30000') execute function stand_still();`);
    const holder = await sql.reserve();
    await holder`select pg_advisory_lock(${key})`;
    const shares: number[] = [];
    await pipeline.call(runRequest(["month_001"]), (event) => {
      if (event.event !== "table.progress" || event.stage !== "upsert" || event.table !== "usage_agg_30d") return;
      shares.push(event.done / event.total);
      // Somewhere in the middle of it, and nowhere else.
      if (event.done > 0 && event.done < event.total) void holder`select pg_advisory_unlock(${key})`.execute();
    });
    holder.release();
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect(shares.filter((share) => share > 0 && share < 1).length).toBeGreaterThan(0);
  } finally {
    await close();
  }
});
