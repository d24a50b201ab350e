import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { ConsoleError } from "../../src/core/errors.ts";
import type { TableProfile } from "../../src/core/messages/profiles.ts";
import type { RequestOf } from "../../src/core/messages/requests.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { figuresOf, profileBySql } from "../helpers/profile-by-sql.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(120_000);
const january = "2024-01-31";
const february = "2024-02-29";
const tables = ["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"];

async function profilesIn(pipeline: Pipeline, asked: Partial<RequestOf<"profile">> = {}): Promise<TableProfile[]> {
  const all = { as_of: null, run: null, table: null, column: null };
  return (await pipeline.call({ kind: "profile", ...all, ...asked })).profiles;
}

/** Each figure of each column is what SQL says on the rows that stand there: a snapshot's, or live ones. */
async function expectTrue(sql: Sql, { table, snapshot, as_of, columns }: TableProfile): Promise<void> {
  const frozen = snapshot === null ? [] : await columnsOf(sql, snapshot);
  for (const profile of columns ?? []) {
    const { column: name, type } = profile;
    const isFrozen = snapshot !== null && frozen.includes(name);
    const rows = isFrozen ? sql`(select * from ${sql(snapshot)} where as_of = ${as_of}::date)` : sql`${sql(table)}`;
    const found = await profileBySql(sql, rows, { name, type }, profile.histogram?.edges ?? null);
    // No key is kept.
    if (name === "user_id") expect(profile).toMatchObject({ min: null, max: null, frequent: [] });
    expect(profile.of_key === true).toBe(name === "user_id");
    const { min, max, frequent } = found;
    const figures = { ...figuresOf(profile), ...(name === "user_id" && { min, max, frequent }) };
    expect([table, as_of, name, figures as unknown]).toEqual([table, as_of, name, found]);
  }
}

const columnsOf = async (sql: Sql, table: string): Promise<string[]> =>
  (
    await sql<{ name: string }[]>`
      select attname as name from pg_attribute where attrelid = ${table}::regclass and attnum > 0 order by attnum`
  ).map(({ name }) => name);

describe("the months that come along", () => {
  let database: TestDatabase;
  let pipeline: Pipeline;
  beforeAll(async () => {
    database = await testDatabase(migrated);
    const data = fileURLToPath(new URL("../../data/seeds", import.meta.url));
    const home = mkdtempSync(join(tmpdir(), "profiles-"));
    pipeline = startPipeline({ data, home, database: database.url });
    expect(lastOf(await ranIn(pipeline, ["month_000", "month_001"]), "run.finished")?.status).toBe("published");
  });
  afterAll(async () => {
    await pipeline.close();
    await database.drop();
  });

  test("are profiled in their runs, each column of each table, and each figure is what SQL says", async () => {
    const { sql } = database;
    const profiles = await profilesIn(pipeline);
    expect(profiles.map(({ as_of, table }) => [as_of, table])).toEqual(
      [january, february].flatMap((day) => tables.map((table) => [day, table])),
    );
    for (const one of profiles) {
      expect(one.columns?.map(({ column }) => column)).toEqual(await columnsOf(sql, one.table));
      if (one.as_of === february) await expectTrue(sql, one);
    }
  });

  test("have their bins at the same places", async () => {
    const [before, after] = await profilesIn(pipeline, { table: "usage_agg_30d_snapshots", column: "watch_hours_30d" });
    const [one, other] = [before?.columns?.[0]?.histogram, after?.columns?.[0]?.histogram];
    expect(one?.edges).toHaveLength(21);
    expect(other?.edges).toEqual(one?.edges ?? []);
    expect(other?.counts).not.toEqual(one?.counts ?? []);
  });

  test("are compared with what each column usually holds on either side", async () => {
    const { tables: changes } = await pipeline.call({ kind: "compare", from: january, to: february });
    const columns = changes.flatMap((change) => change.columns);
    const profiles = (await profilesIn(pipeline)).flatMap((one) =>
      (one.columns ?? []).map((of) => ({ ...of, ...one })),
    );
    for (const { column, usual } of columns.filter((one) => one.column !== "user_id")) {
      const [from, to] = [january, february].map((day) =>
        profiles.find((of) => of.column === column && of.as_of === day),
      );
      expect([column, usual?.from, usual?.to]).toEqual([
        column,
        from?.mean ?? from?.frequent[0]?.value,
        to?.mean ?? to?.frequent[0]?.value,
      ]);
    }
  });

  test("have the same figures when they are profiled later", async () => {
    const { sql } = database;
    const taken = await profilesIn(pipeline, { as_of: february });
    await sql`delete from console.profiles where run = 2`;
    const missing = await profilesIn(pipeline, { as_of: february });
    expect(missing.map(({ columns }) => columns)).toEqual([null, null, null, null, null]);
    const { profiled, known } = await pipeline.call({ kind: "profiling" });
    expect(profiled.map(({ as_of, rows }) => [as_of, rows])).toEqual(Array(5).fill([february, 7043]));
    expect(known).toBe(5);
    for (const again of await profilesIn(pipeline, { as_of: february })) {
      const before = taken.find(({ table }) => table === again.table);
      // In the order of the snapshot table.
      const frozen = (await columnsOf(sql, again.snapshot ?? "")).map((name) =>
        before?.columns?.find((of) => of.column === name),
      );
      expect(again.columns).toEqual(frozen.filter((one) => one !== undefined));
    }
    expect((await pipeline.call({ kind: "profiling" })).profiled).toEqual([]);
  });
});

describe("a small drop", () => {
  let place: Workplace;
  beforeAll(async () => {
    place = await workplace();
  });
  afterAll(() => place.close());
  beforeEach(async () => {
    await emptied(place.database.sql);
    place.drops.write("month_000", smallDrop(["u1", "u2", "u3", "u4"]));
    await run("month_000");
  });
  const run = (month: string, flags?: RunFlags) => ranIn(place.pipeline, [month], flags);
  const profiles = (asked?: Partial<RequestOf<"profile">>) => profilesIn(place.pipeline, asked);

  test("that is run again, its files the same, is what it was", async () => {
    const first = await profiles({ run: 1 });
    await run("month_000", { force: true });
    expect(await profiles({ run: 2 })).toEqual(first.map((one) => ({ ...one, run: 2 })));
    expect((await profiles({ as_of: january, table: "labels" }))[0]?.columns).toEqual(first.at(-1)?.columns ?? []);
  });

  test("that a run left as it had been sealed is known by that run, too", async () => {
    await place.database.sql`delete from console.profiles`;
    await run("month_000", { force: true });
    const [labels] = await profiles({ as_of: january, table: "labels" });
    expect([labels?.run, labels?.columns?.length]).toEqual([2, 2]);
    expect((await place.pipeline.call({ kind: "profiling" })).known).toBe(5);
  });

  test("is profiled when it is rejected, and counts for no date", async () => {
    const drop = smallDrop(["u1", "u2", "u3", "u4", "u5"], 1);
    const usage = drop["usage_agg_30d.csv"]?.map((row, at) => (at === 2 ? row.with(1, "-3.5") : row)) ?? [];
    place.drops.write("month_001", { ...drop, "usage_agg_30d.csv": usage });
    expect(lastOf(await run("month_001"), "run.failed")?.code).toBe("expectation_failed");
    const [rejected] = await profiles({ run: 2, table: "usage_agg_30d", column: "watch_hours_30d" });
    expect(rejected?.columns?.[0]).toMatchObject({ rows: 5, min: "-3.5" });
    expect((await profiles()).map(({ as_of }) => as_of)).toEqual(Array(6).fill(january));
  });

  test("is gone from the profiles once its snapshots are dropped", async () => {
    await place.pipeline.call({ kind: "retire", as_of: january });
    expect(await place.database.sql`select * from console.profiles`).toHaveLength(0);
    const gone: ConsoleError = await profiles({ as_of: january }).catch((error) => error);
    expect(gone.code).toBe("unknown_snapshot");
  });

  test("that cannot be added up is published all the same, with a warning", async () => {
    const drop = smallDrop(["u1", "u2", "u3", "u4"], 1);
    const fees = drop["subscriptions.csv"]?.map((row, at) => (at === 2 ? row.with(6, `9${"0".repeat(100_000)}`) : row));
    place.drops.write("month_001", { ...drop, "subscriptions.csv": fees ?? [] });
    const events = await run("month_001");
    expect(lastOf(events, "run.finished")?.status).toBe("published");
    expect(events.some((one) => one.event === "run.warned" && /could not be profiled/.test(one.title))).toBe(true);
  });

  test.each([
    [{ table: "usage_agg_30" }, "no table", "Did you mean usage_agg_30d?"],
    [{ column: "monthly_fees" }, "no column", "Did you mean monthly_fee?"],
  ])("asked for by %j is refused", async (asked, title, hint) => {
    const refused: ConsoleError = await profiles(asked).catch((error) => error);
    expect([refused.code, refused.title, refused.hint]).toEqual([
      "usage",
      expect.stringContaining(title),
      expect.stringContaining(hint),
    ]);
  });
});
