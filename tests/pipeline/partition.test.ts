import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { ConsoleError } from "../../src/core/errors.ts";
import type { Settings } from "../../src/core/settings.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { tryLock } from "../../src/postgres/connection/lock.ts";
import { decorate, dropRoles, keeper, makeRoles } from "../helpers/decorate.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { markColumns } from "../helpers/marked-columns.ts";
import { closePipelines, digest, lastOf, type RunFlags, runMonths, runRequest } from "../helpers/pipeline.ts";
import { type Template, type TestDatabase, testDatabase } from "../helpers/server.ts";
import { identity, unpartitioned } from "../helpers/unpartitioned.ts";

setDefaultTimeout(60_000);
const users = ["u1", "u2", "u3", "u4"];
let drops: DropFolder;
let database: TestDatabase;
let pipeline: Pipeline;

const settingsFor = (url: string): Settings => ({ data: drops.path, home: `${drops.path}/home`, database: url });

/** Rows of two days that an older system took, and a month that was run and sealed, on a server that marks columns. */
const adopted: Template = {
  name: "adopted without partitions",
  async prepare(sql, url) {
    await unpartitioned.prepare(sql, url);
    await markColumns(sql);
    for (const day of ["2023-11-30", "2023-12-31"]) {
      await sql`insert into usage_agg_30d_snapshots values ('old', ${day}, 16.00), (${day}, ${day}, null)`;
      await sql`insert into labels_snapshots values ('old', ${day}, true, 'earlier')`;
    }
    const { exitCode } = await runMonths(settingsFor(url), ["month_000"]);
    await closePipelines();
    if (exitCode !== 0) throw new Error("the month was not published");
  },
};

beforeAll(async () => {
  drops = dropFolder();
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users, 1));
  await makeRoles();
});
afterAll(async () => {
  drops.remove();
  await dropRoles();
});
beforeEach(async () => {
  database = await testDatabase(adopted);
  await decorate(database.sql);
  pipeline = startPipeline(settingsFor(database.url));
});
afterEach(async () => {
  await pipeline.close();
  await database.drop();
});

/** All that must be the same before and after, whether the tables were converted or not. */
async function stateOf({ sql }: TestDatabase) {
  const seals =
    await sql`select table_name, as_of, rows, fingerprint, groups, sealed_at from console.seals order by 1, 2`;
  const views = await sql`select * from many order by as_of`;
  return { rows: await digest(sql), seals: [...seals], views: [...views], ...(await identity(sql)) };
}

async function partitions(): Promise<Record<string, number>> {
  const rows = await database.sql<{ name: string; many: number }[]>`
    select p.relname as name, (select count(*) from pg_inherits where inhparent = p.oid) as many
      from pg_class p where p.relkind = 'p'`;
  return Object.fromEntries(rows.map(({ name, many }) => [name, many]));
}

async function failure(work: Promise<unknown>): Promise<ConsoleError> {
  return work.then(
    () => {
      throw new Error("it was done");
    },
    (error: ConsoleError) => error,
  );
}

const sealStates = async () => (await pipeline.call({ kind: "verify", as_of: null })).seals.map(({ state }) => state);
const check = (checks: { name: string }[]) => checks.find(({ name }) => name === "snapshots");

test("tables that came without partitions are given them, and stay what they were to everybody", async () => {
  const before = await stateOf(database);
  expect(await sealStates()).toEqual(Array(5).fill("intact"));
  expect(check((await pipeline.call({ kind: "doctor" })).checks)).toMatchObject({
    state: "warn",
    remedy: expect.stringContaining("`doctor --partition-snapshots --yes`"),
  });
  const { converted, checks } = await pipeline.call({ kind: "partition" });
  expect(converted).toEqual([
    { table: "subscriptions_profile_snapshots", partitions: 1, rows: 4 },
    { table: "usage_agg_30d_snapshots", partitions: 3, rows: 8 },
    { table: "payments_agg_90d_snapshots", partitions: 1, rows: 4 },
    { table: "support_agg_90d_snapshots", partitions: 1, rows: 4 },
    { table: "labels_snapshots", partitions: 3, rows: 6 },
  ]);
  expect(check(checks)).toMatchObject({ state: "ok", detail: "partitioned by as_of" });
  expect(await stateOf(database)).toEqual(before);
  expect(await sealStates()).toEqual(Array(5).fill("intact"));
  expect(await partitions()).toEqual(Object.fromEntries(converted.map((one) => [one.table, one.partitions])));
  const owners = await database.sql<{ owner: string }[]>`
    select distinct pg_get_userbyid(c.relowner) as owner from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'usage_agg_30d_snapshots'::regclass`;
  expect([...owners]).toEqual([{ owner: keeper }]);
  expect((await pipeline.call({ kind: "partition" })).converted).toEqual([]);
});

test("afterwards a month gets a partition of its own, a dry run leaves none, and dropping a day drops its partition", async () => {
  await pipeline.call({ kind: "partition" });
  const before = await partitions();
  const run = async (flags: RunFlags = {}) => {
    const statuses: (string | undefined)[] = [];
    await pipeline.call(runRequest(["month_001"], flags), (event) => {
      statuses.push(lastOf([event], "run.finished")?.status);
    });
    return statuses.filter((status) => status !== undefined);
  };
  expect(await run({ dry_run: true })).toEqual(["dry_run"]);
  expect(await partitions()).toEqual(before);
  expect(await run()).toEqual(["published"]);
  expect(await partitions()).toEqual(
    Object.fromEntries(Object.entries(before).map(([name, many]) => [name, many + 1])),
  );
  expect(await sealStates()).toEqual(Array(10).fill("intact"));
  const { tables } = await pipeline.call({ kind: "compare", from: "2024-01-31", to: "2024-02-29" });
  expect(tables).toHaveLength(5);
  await pipeline.call({ kind: "retire", as_of: "2024-02-29" });
  await pipeline.call({ kind: "retire", as_of: "2023-12-31" });
  expect(await partitions()).toEqual({ ...before, usage_agg_30d_snapshots: 2, labels_snapshots: 2 });
});

test("it is refused while somebody else writes", async () => {
  const before = await stateOf(database);
  const other = connect(database.url);
  expect(await tryLock(other, "streamflow")).toBe(true);
  expect(await failure(pipeline.call({ kind: "partition" }))).toMatchObject({ code: "locked", exitCode: 4 });
  await other.end();
  expect(await stateOf(database)).toEqual(before);
});

test("an obstacle to one table leaves all as they were, and is named with what to do", async () => {
  await database.sql`create materialized view kept as select * from recent`;
  const before = await stateOf(database);
  expect(await failure(pipeline.call({ kind: "partition" }))).toMatchObject({
    code: "not_convertible",
    exitCode: 4,
    title: expect.stringContaining("usage_agg_30d_snapshots: rule _RETURN on materialized view public.kept"),
    hint: "Nothing was changed. Drop what depends on the table, convert it, and make that again.",
  });
  expect(await stateOf(database)).toEqual(before);
  expect(await partitions()).toEqual({});
});

/** Have the server do something whenever a command of this kind was done. */
async function onCommand(tag: string, body: string): Promise<void> {
  await database.sql.unsafe(`
    create function public.meddle() returns event_trigger language plpgsql as $$
      declare made record;
      begin
        for made in select * from pg_event_trigger_ddl_commands() loop ${body} end loop;
      end $$;
    create event trigger meddle on ddl_command_end when tag in ('${tag}') execute function public.meddle()`);
}

test("a failure half way leaves all tables as they were", async () => {
  await onCommand(
    "CREATE TABLE",
    `if made.object_identity = 'public.support_agg_90d_snapshots_20240131' then raise 'no more today'; end if;`,
  );
  const before = await stateOf(database);
  expect((await failure(pipeline.call({ kind: "partition" }))).title).toContain("function public.meddle");
  expect(await stateOf(database)).toEqual(before);
});

test("rows that would not be the same are noticed, and all is as it was", async () => {
  await database.sql`
    create function public.spoil() returns trigger language plpgsql as
      'begin new.failed_payments_90d = 99; return new; end'`;
  await onCommand(
    "CREATE TABLE",
    `if made.object_identity = 'public.payments_agg_90d_snapshots_20240131' then
       execute 'create trigger spoil before insert on public.payments_agg_90d_snapshots_20240131
                for each row execute function public.spoil()';
     end if;`,
  );
  const before = await stateOf(database);
  const { title } = await failure(pipeline.call({ kind: "partition" }));
  expect(title).toBe("payments_agg_90d_snapshots would not hold the same rows as before (2024-01-31).");
  expect(await stateOf(database)).toEqual(before);
});

/** Wait until so many sessions of this database satisfy the condition. */
async function sessions(count: number, condition: string): Promise<void> {
  for (let found = -1; found !== count; ) {
    const [row] = await database.sql<{ found: number }[]>`
      select count(*) as found from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and ${database.sql.unsafe(condition)}`;
    found = row?.found ?? 0;
  }
}

test("kill -9 with tables converted and views not yet made again leaves all as it was, and open to another try", async () => {
  await onCommand("CREATE VIEW", "perform pg_advisory_xact_lock(42);");
  const before = await stateOf(database);
  await pipeline.call({ kind: "snapshots" });
  const other = connect(database.url);
  await other`select pg_advisory_lock(42)`;
  const converting = pipeline.call({ kind: "partition" }).catch(() => null);
  await sessions(1, "wait_event_type = 'Lock'");
  pipeline.kill();
  expect(await converting).toBeNull();
  await other.end();
  await sessions(0, "backend_type = 'client backend'");
  expect(await stateOf(database)).toEqual(before);
  expect(await partitions()).toEqual({});
  pipeline = startPipeline(settingsFor(database.url));
  expect((await pipeline.call({ kind: "partition" })).converted).toHaveLength(5);
  expect(await stateOf(database)).toEqual(before);
});
