import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Tables grow and lose columns while seals stand: a seal covers what it sealed, no more and no less. */

setDefaultTimeout(60_000);
const users = ["u1", "u2", "u3"];
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
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users, 1));
  expect(lastOf(await run("month_000"), "run.finished")?.status).toBe("published");
});
/** What puts the tables in order again. */
const undo: string[] = [];
afterEach(async () => {
  for (const statement of undo.splice(0)) await database.sql.unsafe(statement);
});

const run = (month: string, flags?: RunFlags) => ranIn(pipeline, [month], flags);

async function alter(table: string, column: string, definition: string): Promise<void> {
  await database.sql.unsafe(`alter table ${table} add column ${column} ${definition}`);
  undo.push(`alter table ${table} drop column if exists ${column} cascade`);
}

const verified = async () =>
  (await pipeline.call({ kind: "verify", as_of: null })).seals.map(({ table, as_of, state, lost_columns }) => ({
    table,
    as_of,
    state,
    lost_columns,
  }));
const titles = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === "run.warned" ? [event.title] : []));

/** The payments file with a column more. */
function withColumn(salt: number) {
  const drop = smallDrop(users, salt);
  const payments = (drop["payments_agg_90d.csv"] ?? []).map((row, index) => [
    ...row,
    index === 0 ? "chargebacks" : String(index),
  ]);
  return { ...drop, "payments_agg_90d.csv": payments };
}

describe("a column that a drop brought", () => {
  beforeEach(async () => {
    await alter("payments_agg_90d", "chargebacks", "int");
    await alter("payments_agg_90d_snapshots", "chargebacks", "int");
  });

  test("leaves older seals intact, and is in the newer ones", async () => {
    drops.write("month_001", withColumn(1));
    expect(lastOf(await run("month_001"), "run.finished")?.status).toBe("published");
    expect((await verified()).map(({ state }) => state)).toEqual(Array(10).fill("intact"));
    const told = database.sql`select chargebacks from payments_agg_90d_snapshots where as_of = '2024-02-29' order by user_id`;
    expect((await told).map(({ chargebacks }) => chargebacks)).toEqual([1, 2, 3]);
    await database.sql`update payments_agg_90d_snapshots set chargebacks = 9 where as_of = '2024-02-29' and user_id = 'u2'`;
    expect((await verified()).filter(({ state }) => state !== "intact")).toMatchObject([
      { table: "payments_agg_90d_snapshots", as_of: "2024-02-29" },
    ]);
  });

  test("is not in an export of what was sealed before, whatever was put there since", async () => {
    drops.write("month_001", withColumn(1));
    await run("month_001");
    await database.sql`update payments_agg_90d_snapshots set chargebacks = 7 where as_of = '2024-01-31'`;
    const out = `${drops.path}/training.csv`;
    const { columns } = await pipeline.call({ kind: "export", as_of: "2024-01-31", labels_from: null, out });
    expect(columns.map(({ name }) => name)).not.toContain("chargebacks");
    expect(columns.map(({ name }) => name)).toContain("failed_payments_90d");
  });

  test("does not make the old month differ; a restamp takes it in", async () => {
    drops.write("month_000", withColumn(0));
    const events = await run("month_000");
    expect(lastOf(events, "run.finished")?.status).toBe("published");
    expect(titles(events)).toContainEqual(expect.stringContaining("was sealed before it had all of its columns"));
    expect(lastOf(await run("month_000", { restamp: true }), "run.finished")?.status).toBe("published");
    const [row] = await database.sql`select count(chargebacks) as known from payments_agg_90d_snapshots`;
    expect(row?.known).toBe(3);
    expect((await verified()).map(({ state }) => state)).toEqual(Array(5).fill("intact"));
  });

  test("is not missed by the sender's fault in a drop that lacks it", async () => {
    const end = lastOf(await run("month_001"), "run.failed");
    expect(end).toMatchObject({ code: "schema_mismatch", faults: [{ code: "column_new", column: "chargebacks" }] });
    expect(end?.hint).toContain("absent");
    drops.write("month_001", {
      ...smallDrop(users, 1),
      "labels.csv": [
        ["user_id", "churn_label"],
        ["u1", "maybe"],
      ],
    });
    expect(lastOf(await run("month_001"), "run.failed")).toMatchObject({ code: "drop_rejected" });
  });

  test("is missed by the sender's fault once a drop carried it", async () => {
    drops.write("month_001", withColumn(1));
    await run("month_001");
    drops.write("month_002", smallDrop(users, 2));
    const end = lastOf(await run("month_002"), "run.failed");
    expect(end).toMatchObject({ code: "drop_rejected", faults: [{ code: "column_missing", column: "chargebacks" }] });
  });
});

test("columns that fill themselves are left to the tables, live and snapshot", async () => {
  await alter("labels_snapshots", "created_at", "timestamptz not null default now()");
  await alter("labels_snapshots", "twice", "text generated always as (user_id || user_id) stored");
  await alter("labels", "loaded_at", "timestamptz default now()");
  const finished = lastOf(await run("month_001"), "run.finished");
  expect(finished?.status).toBe("published");
  const [row] = await database.sql`
    select count(created_at) as created, count(*) filter (where twice = user_id || user_id) as twice from labels_snapshots
     where as_of = '2024-02-29'`;
  expect(row).toEqual({ created: 3, twice: 3 });
  await database.sql`update labels_snapshots set created_at = 'epoch'`;
  expect((await verified()).map(({ state }) => state)).toEqual(Array(10).fill("intact"));
});

test("a snapshot column that is dropped, or changes its type, does not pass unseen", async () => {
  await database.sql`alter table support_agg_90d_snapshots drop column support_tickets_90d`;
  undo.push("alter table support_agg_90d_snapshots add column support_tickets_90d int");
  await database.sql`alter table payments_agg_90d_snapshots alter column failed_payments_90d type bigint`;
  await database.sql`alter table payments_agg_90d alter column failed_payments_90d type bigint`;
  undo.push("alter table payments_agg_90d_snapshots alter column failed_payments_90d type int");
  undo.push("alter table payments_agg_90d alter column failed_payments_90d type int");
  const broken = (await verified()).filter(({ state }) => state === "broken");
  expect(broken.map(({ table, lost_columns }) => [table, lost_columns])).toEqual([
    ["payments_agg_90d_snapshots", ["failed_payments_90d"]],
    ["support_agg_90d_snapshots", ["support_tickets_90d"]],
  ]);
  const { checks } = await pipeline.call({ kind: "doctor" });
  expect(checks.find(({ name }) => name === "seals")).toMatchObject({ state: "warn" });
  const refused = lastOf(await run("month_000", { force: true }), "run.failed");
  expect([refused?.code, refused?.title]).toEqual([
    "snapshot_differs",
    expect.stringContaining("support_tickets_90d gone, or of another type"),
  ]);
  expect(titles(await run("month_001"))).toContainEqual(expect.stringContaining("support_tickets_90d"));
});

describe("a disagreement between live and snapshot table is told with the statement that mends it", () => {
  const hintOf = async () => lastOf(await run("month_001"), "run.failed")?.hint ?? "";

  describe.each(["bigint", "smallint", "numeric(4,1)"])("a live column that was made %s", (type) => {
    const [live, frozen] = ["payments_agg_90d", "payments_agg_90d_snapshots"];
    const column = "failed_payments_90d";
    let remedies: string[];
    beforeEach(async () => {
      await database.sql.unsafe(`alter table ${live} alter ${column} type ${type}`);
      for (const table of [live, frozen]) {
        undo.push(`alter table ${table} alter ${column} type int using ${column}::int`);
      }
      const hint = await hintOf();
      expect(hint).toContain(`It breaks each seal of ${frozen} that was set with another type`);
      remedies = hint.match(/alter table [^;]+;/g) ?? [];
    });

    test("is put back, and no seal is broken", async () => {
      const [back = ""] = remedies;
      expect(back).toStartWith(`alter table ${live} alter column ${column} type integer`);
      await database.sql.unsafe(back);
      expect(lastOf(await run("month_001"), "run.finished")?.status).toBe("published");
      expect((await verified()).map(({ state }) => state)).toEqual(Array(10).fill("intact"));
    });

    test("or is made so in the snapshot table, whose seals are then made anew from their drops", async () => {
      const [, onward = "", ...more] = remedies;
      expect([onward, ...more]).toEqual([`alter table ${frozen} alter column ${column} type ${type};`]);
      await database.sql.unsafe(onward);
      expect(lastOf(await run("month_001"), "run.finished")?.status).toBe("published");
      const broken = (await verified()).filter(({ state }) => state !== "intact");
      expect(broken).toMatchObject([{ table: frozen, as_of: "2024-01-31", lost_columns: [column] }]);
      const again = await run("month_000", { restamp: true, backfill: true });
      expect(lastOf(again, "run.finished")?.status).toBe("published");
      expect((await verified()).map(({ state }) => state)).toEqual(Array(10).fill("intact"));
    });
  });

  test("a live column that was made a text is told how to become what it was", async () => {
    await database.sql`alter table payments_agg_90d alter failed_payments_90d type text`;
    undo.push("alter table payments_agg_90d alter failed_payments_90d type int using failed_payments_90d::int");
    const [back = ""] = (await hintOf()).match(/alter table [^;]+;/g) ?? [];
    await database.sql.unsafe(back);
    expect(lastOf(await run("month_001"), "run.finished")?.status).toBe("published");
  });

  test("columns of two types where one is missing, too", async () => {
    await alter("usage_agg_30d_snapshots", "note", "text");
    await database.sql`alter table usage_agg_30d alter skips_7d type bigint, alter rebuffer_events_7d type bigint`;
    undo.push("alter table usage_agg_30d alter skips_7d type int, alter rebuffer_events_7d type int");
    const statements = (await hintOf()).match(/alter table [^;,]+(?=;|, if drops)/g) ?? [];
    expect(statements).toEqual([
      "alter table usage_agg_30d add column note text",
      "alter table usage_agg_30d alter column skips_7d type integer",
      "alter table usage_agg_30d alter column rebuffer_events_7d type integer",
      "alter table usage_agg_30d_snapshots alter column skips_7d type bigint",
      "alter table usage_agg_30d_snapshots alter column rebuffer_events_7d type bigint",
    ]);
  });

  test("a column that the live table has not", async () => {
    await alter("labels_snapshots", "note", "text");
    expect(await hintOf()).toContain("alter table labels_snapshots alter column note set default");
    await database.sql`alter table labels_snapshots alter column note set default ''`;
    expect(lastOf(await run("month_001"), "run.finished")?.status).toBe("published");
    await database.sql`alter table labels_snapshots alter column note drop default`;
    expect(await hintOf()).toContain("alter table labels add column note text, if drops carry it");
  });

  test.each([
    ["labels", "churn_label", "churned", "labels_snapshots"],
    ["labels_snapshots", "churn_label", "churned", "labels"],
  ])("a column that was renamed in %s alone", async (table, from, to, other) => {
    await database.sql.unsafe(`alter table ${table} rename ${from} to ${to}`);
    const hint = await hintOf();
    const back = `alter table ${table} rename column ${to} to ${from}`;
    expect(hint).toContain(back);
    expect(hint).toContain(`alter table ${other} rename column ${from} to ${to}`);
    await database.sql.unsafe(back);
    expect(lastOf(await run("month_001"), "run.finished")?.status).toBe("published");
  });

  test("a column that was renamed where others might be it", async () => {
    await database.sql`alter table subscriptions rename monthly_fee to fee`;
    undo.push("alter table subscriptions rename fee to monthly_fee");
    const hint = await hintOf();
    expect(hint).toContain('alter table subscriptions rename column "NAME" to monthly_fee');
    expect(hint).toContain("NAME being one of fee, total_paid;");
  });
});
