import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { digest, lastOf, type RunFlags, runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";

/** What is written, and what is then in the tables, must be what was planned, whoever else has a hand in it. */

setDefaultTimeout(60_000);
const users = ["u1", "u2", "u3", "u4"];
let close: Workplace["close"];
let database: Workplace["database"];
let drops: Workplace["drops"];
let pipeline: Workplace["pipeline"];
let other: Sql;

beforeAll(async () => {
  ({ database, drops, pipeline, close } = await workplace());
  other = connect(database.url, { applicationName: "another hand" });
});
afterAll(async () => {
  await other.end();
  await close();
});
beforeEach(async () => {
  await emptied(database.sql);
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop([...users, "u5"], 1));
  expect((await run("month_000")).end?.event).toBe("run.finished");
});

async function run(month: string, onEvent: (event: RunEvent) => void = () => {}, flags: RunFlags = {}) {
  const events: RunEvent[] = [];
  await pipeline.call(runRequest([month], flags), (event) => {
    events.push(event);
    onEvent(event);
  });
  return { events, end: lastOf(events, "run.failed") ?? lastOf(events, "run.finished") };
}

/** Run month_001 with this in the way; it must fail, say so, and leave everything as it was. */
async function refusedOver(definition: string, undo: string) {
  const { sql } = database;
  await sql.unsafe(definition);
  try {
    const before = await digest(sql);
    const { end } = await run("month_001");
    expect(end).toMatchObject({ event: "run.failed", code: "not_as_planned" });
    expect(await digest(sql)).toBe(before);
    return end?.event === "run.failed" ? end : null;
  } finally {
    await sql.unsafe(undo);
  }
}

const trigger = (table: string, when: string, body: string) => `
  create function hook() returns trigger language plpgsql as $$ begin ${body} end $$;
  create trigger hook ${when} on ${table} for each row execute function hook()`;
const untrigger = "drop function hook() cascade";

describe("triggers and rules", () => {
  test("one that skips a row is told with the row", async () => {
    const skips = "if new.user_id = 'u2' then return null; end if; return new;";
    const end = await refusedOver(trigger("usage_agg_30d", "before update", skips), untrigger);
    expect(end?.title).toBe("usage_agg_30d: 4 rows were to be updated, 3 were (u2).");
    expect(end?.hint).toContain("\\d+ usage_agg_30d");
  });

  test("one that changes a row that is updated, or one that is inserted", async () => {
    const changes = "new.watch_hours_30d := 0.5; return new;";
    const updated = await refusedOver(trigger("usage_agg_30d", "before update", changes), untrigger);
    expect(updated?.title).toBe("usage_agg_30d: 4 rows are not live as the drop has them (u1, u2, u3, u4).");
    const inserted = await refusedOver(trigger("usage_agg_30d", "before insert", changes), untrigger);
    expect(inserted?.title).toBe("usage_agg_30d: 1 row is not live as the drop has it (u5).");
  });

  test("one that reaches into another table, or adds rows of its own, at once or not before the commit", async () => {
    const reaches = "update users set user_gender = 'x' where user_id = 'u3'; return null;";
    const end = await refusedOver(trigger("labels", "after update", reaches), untrigger);
    expect(end?.title).toBe("users: 1 row is not live as the drop has it (u3).");
    const adds = "insert into users (user_id) values ('more') on conflict do nothing; return null;";
    const late = trigger("labels", "after update", adds)
      .replace("create trigger", "create constraint trigger")
      .replace("on labels for", "on labels deferrable initially deferred for");
    expect((await refusedOver(late, untrigger))?.title).toBe("users: 5 rows should be live, 6 are.");
  });

  test("a rule that does nothing instead", async () => {
    const end = await refusedOver(
      "create rule quiet as on insert to labels do instead nothing",
      "drop rule quiet on labels",
    );
    expect(end?.title).toBe("labels: 1 row was to be inserted, 0 were (u5).");
  });

  test("on a snapshot table", async () => {
    const skips = "if new.user_id = 'u2' then return null; end if; return new;";
    await database.sql`
      create table usage_agg_30d_snapshots_20240229 partition of usage_agg_30d_snapshots for values in ('2024-02-29')`;
    const end = await refusedOver(trigger("usage_agg_30d_snapshots", "before insert", skips), untrigger);
    expect(end?.title).toContain("usage_agg_30d_snapshots: 5 rows were to be frozen as of 2024-02-29; 4 rows came");
    const changes = "new.skips_7d := 99; return new;";
    const changed = await refusedOver(trigger("usage_agg_30d_snapshots", "before insert", changes), untrigger);
    expect(changed?.title).toContain("they are not those of the drop");
  });

  test("one that only watches is none of our business", async () => {
    await database.sql.unsafe(trigger("labels", "after update", "return null;"));
    const { end } = await run("month_001");
    await database.sql.unsafe(untrigger);
    expect(end).toMatchObject({ event: "run.finished", status: "published" });
  });
});

/** Resolves when somebody waits to write to that table. */
async function hasToWait(sql: Sql, table: string): Promise<void> {
  for (;;) {
    const waiting = await sql`select from pg_locks where relation = to_regclass(${table}) and not granted`;
    if (waiting.length > 0) return;
  }
}

/** Another session writes while the run waits for a table, which that session holds: the labels, live ones if none is named. */
async function meanwhile(work: (sql: Sql) => Promise<unknown>, table = "public.labels", flags: RunFlags = {}) {
  const before = await digest(database.sql);
  await other`begin`;
  await other.unsafe(`lock table ${table} in exclusive mode`);
  const running = run("month_001", () => {}, flags);
  // One that does not come so far says why.
  const ended = running.then(({ end }) => Promise.reject(new Error(JSON.stringify(end))));
  await Promise.race([hasToWait(database.sql, table), ended]);
  await work(other);
  await other`commit`;
  const { end } = await running;
  return { end, before };
}

describe("another session", () => {
  test("that deletes a row which is to be updated: the run fails and names it", async () => {
    const { end } = await meanwhile((sql) => sql`delete from labels where user_id = 'u3'`);
    expect(end).toMatchObject({ event: "run.failed", code: "not_as_planned" });
    expect(end?.event === "run.failed" && end.title).toBe("labels: 4 rows were to be updated, 3 were (u3, u5).");
    expect(await database.sql`select count(*) as rows from labels`).toMatchObject([{ rows: 3 }]);
  });

  test("that deletes, changes or adds a row which the run was not to touch: noticed before the commit", async () => {
    for (const [work, title] of [
      [
        "delete from support_agg_90d where user_id = 'u2'",
        "support_agg_90d: 1 row is not live as the drop has it (u2).",
      ],
      [
        "update support_agg_90d set support_tickets_90d = 7 where user_id = 'u4'",
        "support_agg_90d: 1 row is not live as the drop has it (u4).",
      ],
      ["insert into users (user_id) values ('stranger')", "users: 5 rows should be live, 6 are."],
    ] as const) {
      const { end } = await meanwhile((sql) => sql.unsafe(work));
      expect(end?.event === "run.failed" && end.title).toBe(title);
      await emptied(database.sql);
      await run("month_000");
    }
  });

  test("that writes what is there already changes nothing, and stops nothing", async () => {
    const { end } = await meanwhile((sql) => sql`update support_agg_90d set support_tickets_90d = support_tickets_90d`);
    expect(end).toMatchObject({ event: "run.finished", status: "published" });
  });

  test("that adds a key which the run is about to add: told with who is connected, and it helps to run again", async () => {
    await other`begin`;
    await other`insert into users (user_id) values ('u5')`;
    const running = run("month_001");
    await whoWaits(database.sql, "Lock");
    await other`commit`;
    const { end } = await running;
    expect(end).toMatchObject({ event: "run.failed", code: "not_as_planned", stage: "upsert" });
    const words = end?.event === "run.failed" ? `${end.title} ${end.hint}` : "";
    for (const fact of ["users_pkey", "key user_id", "connected: ", "another hand as ", "Run the month again"]) {
      expect(words).toContain(fact);
    }
    expect(words).not.toContain("u5");
    expect((await run("month_001")).end).toMatchObject({ event: "run.finished", status: "published" });
  });

  test("that takes a table or its column away: what is to be done about it is told at once, as the next command would", async () => {
    for (const [away, back, title] of [
      [
        "alter table labels_snapshots rename to gone",
        "alter table gone rename to labels_snapshots",
        "The database has no table public.labels_snapshots.",
      ],
      [
        "alter table usage_agg_30d rename skips_7d to gone",
        "alter table usage_agg_30d rename gone to skips_7d",
        "Snapshot table usage_agg_30d_snapshots and usage_agg_30d disagree on: skips_7d.",
      ],
    ] as const) {
      const { end } = await meanwhile((sql) => sql.unsafe(away), "stage.labels");
      const next = await pipeline.call({ kind: "months" }).catch((error) => error);
      await database.sql.unsafe(back);
      expect(end).toMatchObject({ event: "run.failed", code: "schema_mismatch", title });
      expect(next).toMatchObject({ code: "schema_mismatch", title, hint: end?.event === "run.failed" && end.hint });
    }
  });

  test("that adds a column to a live table while the drop is staged: that table is named, and not its twin", async () => {
    const { end, before } = await meanwhile((sql) => sql`alter table users add column note text`, "stage.labels");
    await database.sql`alter table users drop column note`;
    const title = "public.users was altered while the run went on.";
    expect(end).toMatchObject({ event: "run.failed", code: "schema_mismatch", title });
    expect(await digest(database.sql)).toBe(before);
  });

  // In a dry run one connection does all, so that the snapshot is made of the table as it is by then.
  test.each([false, true])(
    "that alters a snapshot table once the run is writing: noticed, dry run %p",
    async (dry_run) => {
      const type = (of: string) => `alter table subscriptions_profile_snapshots alter column monthly_fee type ${of}`;
      const altering = (sql: Sql) => sql.unsafe(type("numeric(20,2)"));
      const { end, before } = await meanwhile(altering, "public.labels", { dry_run });
      await database.sql.unsafe(type("numeric"));
      expect(end).toMatchObject({ event: "run.failed", code: "schema_mismatch" });
      expect(await digest(database.sql)).toBe(before);
    },
  );

  test("that adds the very row which the run adds: told as what it is", async () => {
    await database.sql`insert into users (user_id) values ('u5')`;
    const { end } = await meanwhile((sql) => sql`insert into labels values ('u5', true)`);
    expect(end?.event === "run.failed" && end.title).toBe("labels: 1 row was to be inserted, 0 were.");
  });
});
