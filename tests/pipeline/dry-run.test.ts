import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { digest, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { frozenTables } from "./sequences/deliveries.ts";

/** A dry run tells of each month what a run of all of them tells, and leaves nothing but its own record. */

setDefaultTimeout(60_000);
const months = ["month_000", "month_001", "month_002"];
const users = ["u1", "u2", "u3", "u4"];

let close: Workplace["close"];
let database: Workplace["database"];
let drops: Workplace["drops"];
let pipeline: Workplace["pipeline"];
beforeAll(async () => {
  ({ database, drops, pipeline, close } = await workplace());
});
afterAll(() => close());
beforeEach(async () => {
  await emptied(database.sql);
  drops.empty();
  for (const [month, name] of months.entries()) drops.write(name, smallDrop([...users, `of ${name}`], month));
});

const run = (names: string[], flags?: RunFlags) => ranIn(pipeline, names, flags);

/** What was told, without what is another's in every run. */
function told(events: readonly RunEvent[]): unknown[] {
  const plain = { published: "done", dry_run: "done" } as const;
  return events
    .filter(({ event }) => event !== "table.progress")
    .map(({ seq: _, at: __, run: ___, ...event }) => ({
      ...event,
      ...("seconds" in event && { seconds: 0 }),
      // How far what goes on beside was by then.
      ready: undefined,
      ...("mode" in event && { mode: "" }),
      ...(event.event === "run.finished" && event.status !== "unchanged" && { status: plain[event.status] }),
      ...("reject_file" in event && { reject_file: "" }),
    }));
}

const correct = (name: string) => drops.write(name, smallDrop([...users, "late"], 5));
const noUsers = { "users.csv": [["user_id", "signup_date"]], "labels.csv": [["user_id", "churn_label"]] };

/** What is there before, and what is asked for then. */
const cases: Record<string, { before(): Promise<unknown>; names?: string[]; flags?: RunFlags }> = {
  "into an empty database": { before: async () => {} },
  "after some of them": { before: () => run(["month_000"]) },
  "when all is done": { before: () => run(months) },
  "by force": { before: () => run(months), flags: { force: true } },
  "with each month corrected": {
    before: async () => {
      await run(["month_000"]);
      for (const name of months) correct(name);
    },
    flags: { restamp: true, force: true },
  },
  "beside the live tables": { before: () => run(["month_002"]), flags: { backfill: true }, names: months.slice(0, 2) },
  "with a month in the middle that is rejected": {
    before: async () => drops.write("month_001", { ...smallDrop(users, 1), ...noUsers }),
  },
  "with keys in the middle that nobody knows": {
    before: async () => {
      const { "users.csv": known = [] } = smallDrop(users, 1);
      drops.write("month_001", { ...smallDrop([...users, "stranger"], 1), "users.csv": known });
    },
  },
  "with the same key twice in the middle": {
    before: async () => drops.write("month_001", smallDrop(["u1", "u2", "u1"], 1)),
  },
  "with a stamp in the way": {
    before: () => run(["month_002"], { as_of: "2024-02-15" }),
    names: months.slice(0, 2),
    flags: { backfill: true },
  },
  "where a key is held to at the commit alone": {
    before: async () => {
      await run(["month_000"]);
      await database.sql.unsafe(`
        create table allowed (user_id text primary key);
        insert into allowed select user_id from users union values ('of month_001');
        alter table labels add constraint allowed foreign key (user_id) references allowed deferrable initially deferred`);
    },
  },
  "where a trigger checks at the commit alone": {
    before: async () => {
      await run(["month_000"]);
      await database.sql.unsafe(`
        create or replace function no_more_than_six() returns trigger language plpgsql as $$ begin
          if (select count(*) from labels) > 6 then raise exception 'more than six'; end if; return null; end $$;
        create constraint trigger six after insert on labels deferrable initially deferred
          for each row execute function no_more_than_six()`);
    },
  },
};

describe.each(Object.entries(cases))("a dry run of several months %s", (_, { before, names = months, flags = {} }) => {
  test("tells what running them tells, and changes nothing", async () => {
    await before();
    const was = await digest(database.sql);
    const tried = await run(names, { ...flags, dry_run: true });
    expect(await digest(database.sql)).toBe(was);
    const ran = await run(names, flags);
    // With its trigger; a Citus table has none, and refuses to have one dropped.
    await database.sql`drop function if exists no_more_than_six cascade`;
    await database.sql`drop table if exists allowed cascade`;
    expect(told(tried)).toEqual(told(ran));
  });
});

test.each(["an empty database", "published months"])(
  "a dry run of several months, into %s, keeps nobody from reading while it goes on",
  async (where) => {
    if (where === "published months") await run(["month_000"]);
    const { sql } = database;
    await sql.unsafe(`
      create or replace function wait_for_us() returns trigger language plpgsql as $$ begin
        perform pg_advisory_xact_lock(7); return new; end $$;
      create trigger waits before insert on labels for each row when (new.user_id = 'of month_002')
        execute function wait_for_us()`);
    await sql`select pg_advisory_lock(7)`;
    const trying = run(months, { dry_run: true });
    try {
      await whoWaits(sql, "Lock");
      await sql`set lock_timeout = 1`;
      for (const table of [...Object.keys(frozenTables), ...Object.values(frozenTables), "users"]) {
        await sql`select count(*) from ${sql(table)}`;
      }
    } finally {
      await sql`set lock_timeout = 0`;
      await sql`select pg_advisory_unlock(7)`;
      expect((await trying).filter(({ event }) => event === "run.finished")).toHaveLength(3);
      await sql`drop trigger waits on labels`;
    }
  },
);

test("what a month of a dry run came to is in the ledger before the next one ends, and stays there", async () => {
  const seen: unknown[] = [];
  let looked: Promise<unknown> = Promise.resolve();
  const statuses = () => database.sql`select run, month, mode, status from console.runs order by run`;
  await pipeline.call(
    { kind: "run", selection: { months }, as_of: null, dry_run: true, restamp: false, backfill: false, force: false },
    (event) => {
      if (event.event === "run.finished" && event.month === "month_001")
        looked = statuses().then((rows) => seen.push(...rows.slice(0, 2)));
    },
  );
  await looked;
  const done = months.map((month, index) => ({ run: index + 1, month, mode: "dry_run", status: "dry_run" }));
  expect(seen).toEqual(done.slice(0, 2));
  expect([...(await statuses())]).toEqual(done);
  const [kept] = await database.sql`
    select (select count(*) from console.run_tables) as tables, (select count(*) from console.seals) as seals,
           (select count(*) from stage.users) as staged`;
  expect(kept).toEqual({ tables: 18, seals: 0, staged: 0 });
});
