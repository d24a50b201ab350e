import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { Check } from "../../src/core/messages/listings.ts";
import type { Request } from "../../src/core/messages/requests.ts";
import { cancelBackend } from "../../src/postgres/connection/lock.ts";
import { openDatabase } from "../../src/postgres/connection/open.ts";
import { openRun } from "../../src/postgres/ledger/records.ts";
import { waitOf } from "../../src/postgres/ledger/standing.ts";
import { otherSessions } from "../../src/postgres/live/other-writers.ts";
import { missingRights } from "../../src/postgres/roles/rights.ts";
import { emptied, tablesOf } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { digest, lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { type Held, heldBy, type Roles, rolesFor } from "../helpers/roles.ts";

setDefaultTimeout(120_000);

let place: Workplace;
let roles: Roles;
let script: string;
const connected: Pipeline[] = [];

beforeAll(async () => {
  place = await workplace();
  const { database, drops, pipeline } = place;
  roles = rolesFor(database);
  drops.write("month_000", smallDrop(["u1", "u2"]));
  drops.write("month_001", smallDrop(["u1", "u2", "u3"], 1));
  const [named] = await database.sql`select quote_ident(current_database()) as name`;
  // What everybody may do by default is nothing to rely on.
  await database.sql.unsafe(
    `revoke all on database ${named?.name} from public; revoke all on schema public from public`,
  );
  script = (await pipeline.call({ kind: "grants" })).sql;
  roles.make(script);
});
afterEach(async () => {
  for (const pipeline of connected.splice(0)) await pipeline.close();
});
afterAll(async () => {
  await roles.remove();
  await place.close();
});

function connectAs(role: "loader" | "viewer", database = roles.urlOf(role)): Pipeline {
  const { path } = place.drops;
  const pipeline = startPipeline({ data: path, home: `${path}/${role}`, database });
  connected.push(pipeline);
  return pipeline;
}

/** Of all tables there are. */
async function owners(): Promise<string[]> {
  const found = await place.database.sql<{ owner: string }[]>`
    select distinct pg_get_userbyid(relowner) as owner from pg_class
     where relnamespace in ('public'::regnamespace, 'console'::regnamespace, 'stage'::regnamespace) and relkind in ('r', 'p')`;
  return found.map(({ owner }) => owner);
}

async function statusOf(pipeline: Pipeline, month: string, flags = {}): Promise<string | undefined> {
  const events = await ranIn(pipeline, [month], flags);
  return lastOf(events, "run.finished")?.status ?? lastOf(events, "run.failed")?.title;
}

/** The first month, the next one, and that again. */
async function runThree(pipeline: Pipeline): Promise<void> {
  await emptied(place.database.sql);
  expect(await statusOf(pipeline, "month_000")).toBe("published");
  expect(await statusOf(pipeline, "month_001")).toBe("published");
  expect(await statusOf(pipeline, "month_001", { force: true })).toBe("published");
}

async function privilegesOf(pipeline: Pipeline) {
  const { checks } = await pipeline.call({ kind: "doctor" });
  return checks.find(({ name, state }) => name === "privileges" || (name === "database" && state === "fail"));
}

describe("the loader", () => {
  test("runs months, and what it makes is the owner's, who can go on with it whoever loads", async () => {
    const pipeline = connectAs("loader");
    await runThree(pipeline);
    expect(await statusOf(pipeline, "month_001")).toBe("unchanged");
    expect(await statusOf(pipeline, "month_001", { dry_run: true, force: true })).toBe("dry_run");
    expect(await statusOf(pipeline, "month_000", { backfill: true, force: true })).toBe("published");
    place.drops.write("month_001", smallDrop(["u1", "u2", "u3"], 2));
    expect(await statusOf(pipeline, "month_001", { restamp: true })).toBe("published");
    place.drops.write("month_001", smallDrop(["u1", "u2", "u3"], 1));
    expect(await privilegesOf(pipeline)).toMatchObject({ state: "ok" });
    expect(await owners()).toEqual([roles.owner]);
    const { snapshots } = await pipeline.call({ kind: "retire", as_of: "2024-01-31" });
    expect(snapshots).toHaveLength(5);
  });

  test("goes on with what others made who may work for the owner: a superuser, and a member that is not set to be it", async () => {
    const { sql, url } = place.database;
    const member = `member_${process.pid}`;
    const [named] = await sql`select current_database() as name`;
    await sql`create role ${sql(member)} login password 'x' in role ${sql(roles.owner)}`;
    await sql`grant connect on database ${sql(named?.name)} to ${sql(member)}`;
    const asMember = connectAs("loader", url.replace(/\/\/[^@/]*@/, `//${member}:x@`));
    for (const maker of [place.pipeline, asMember]) {
      await emptied(sql);
      await sql`drop table stage.users`;
      expect(await statusOf(maker, "month_000")).toBe("published");
      expect(await owners()).toEqual([roles.owner]);
      const pipeline = connectAs("loader");
      expect(await statusOf(pipeline, "month_001")).toBe("published");
      expect((await pipeline.call({ kind: "retire", as_of: "2024-01-31" })).snapshots).toHaveLength(5);
    }
    await sql`drop owned by ${sql(member)}`;
    await sql`drop role ${sql(member)}`;
  });

  test("is told of a drop's faults", async () => {
    place.drops.write("month_002", { ...smallDrop(["u1", "u1"]), "labels.csv": smallDrop(["u9"])["labels.csv"] ?? [] });
    const failed = lastOf(await ranIn(connectAs("loader"), ["month_002"]), "run.failed");
    expect(failed?.faults?.map(({ code }) => code)).toContain("key_repeated");
  });

  test("cancels its own statements, though they are its owner's by then", async () => {
    const { sql } = place.database;
    const pipeline = connectAs("loader");
    await emptied(sql);
    const holding = sql.begin(async (tx) => {
      await tx`lock table labels in share mode`;
      const running = ranIn(pipeline, ["month_000"]);
      const waiting = async () =>
        (await tx`select from pg_locks where relation = 'labels'::regclass and not granted`).length;
      while ((await waiting()) === 0);
      await pipeline.call({ kind: "cancel" });
      return lastOf(await running, "run.failed")?.code;
    });
    expect(await holding).toBe("interrupted");
  });
});

test("what another role owns of what a loader drops, doctor names with the statement that gives it back", async () => {
  const { sql } = place.database;
  const pipeline = connectAs("loader");
  await runThree(pipeline);
  await sql`alter table labels_snapshots_20240131 owner to ${sql(roles.viewer)}`;
  const owners = async () => (await pipeline.call({ kind: "doctor" })).checks.find(({ name }) => name === "owners");
  const refused = await pipeline.call({ kind: "retire", as_of: "2024-01-31" }).catch((error) => error);
  expect(refused).toMatchObject({ code: "privilege_missing", hint: expect.stringContaining("`doctor` lists") });
  const found = await owners();
  expect(found).toMatchObject({ state: "warn" });
  expect(found?.detail).toContain(`cannot drop labels_snapshots_20240131 (of ${roles.viewer})`);
  await sql.unsafe(found?.remedy?.slice(found.remedy.indexOf("alter table")) ?? "");
  expect(await owners()).toBeUndefined();
  expect((await pipeline.call({ kind: "retire", as_of: "2024-01-31" })).snapshots).toHaveLength(5);
});

test("what a killed run of another role left in the stage is named so, too", async () => {
  const { sql } = place.database;
  await sql`create table stage.labels_snapshots_20240331 (user_id text)`;
  await sql`alter table stage.labels_snapshots_20240331 owner to ${sql(roles.viewer)}`;
  const pipeline = connectAs("loader");
  const found = await privilegesOf(pipeline);
  expect(found).toMatchObject({ state: "fail" });
  const [, statement = ""] = /(alter table stage\.\S+ owner to [^;]+;)/.exec(found?.remedy ?? "") ?? [];
  await sql.unsafe(statement);
  expect(await privilegesOf(pipeline)).toMatchObject({ state: "ok" });
  await sql`drop table stage.labels_snapshots_20240331`;
});

test("a loader sees and stops what it does in another session, though both are its owner's", async () => {
  const { sql } = place.database;
  await emptied(sql);
  const [one, other] = [await openDatabase(roles.urlOf("loader")), await openDatabase(roles.urlOf("loader"))];
  const who = { operator: "somebody", host: "somewhere", process: 1 };
  const opening = { dataset: "streamflow", month: "month_000", as_of: "2024-01-31", mode: "publish", ...who } as const;
  const run = await openRun(one, opening);
  const sleeping = one`select pg_sleep(600)`.then(
    () => null,
    (error) => error.code,
  );
  while ((await waitOf(other, run)) !== "PgSleep");
  await cancelBackend(other, await backendOf(run));
  expect(await sleeping).toBe("57014");
  // Those of others are not its to see: nothing is said of them then.
  expect(await otherSessions(other)).toBeNull();
  expect(await otherSessions(sql)).not.toBeEmpty();
  await Promise.all([one.end(), other.end()]);
});

async function backendOf(run: number): Promise<number> {
  const [row] = await place.database.sql`select backend_pid from console.runs where run = ${run}`;
  return row?.backend_pid;
}

describe("the viewer", () => {
  const browsing = (): Request[] => [
    ...(["months", "snapshots", "runs", "doctor", "database", "grants"] as const).map((kind) => ({ kind })),
    { kind: "show", run: 2 },
    { kind: "history", run: 2, every: true },
    { kind: "observed" },
    { kind: "results", run: 2 },
    { kind: "dataset" },
    { kind: "samples", run: 2, position: 0 },
    { kind: "verify", as_of: null },
    { kind: "compare", from: "2024-01-31", to: "2024-02-29" },
    { kind: "export", as_of: "2024-01-31", labels_from: null, out: `${place.drops.path}/viewed.csv` },
    { kind: "check", selection: { every: "all" } },
    {
      kind: "validate",
      suite_path: "db/expectations/users.json",
      table: "users",
      tolerant: false,
      parameters: {},
      result_format: "SUMMARY",
    },
  ];

  beforeAll(async () => {
    await emptied(place.database.sql);
    await ranIn(place.pipeline, ["month_000"]);
    await ranIn(place.pipeline, ["month_001"]);
    // Rows that no seal vouches for are told of, too.
    await place.database.sql`insert into labels_snapshots (user_id, as_of, delivered) values ('u1', '2023-12-31', '')`;
  });

  test("reads all there is to read", async () => {
    const pipeline = connectAs("viewer");
    for (const request of browsing()) expect(await pipeline.call(request)).toBeDefined();
    const { unsealed_dates } = await pipeline.call({ kind: "months" });
    expect(unsealed_dates).toEqual(["2023-12-31"]);
    expect(await privilegesOf(pipeline)).toMatchObject({ state: "warn" });
  });

  test("is told that it may only read when it runs a month, and nothing is changed", async () => {
    const { sql } = place.database;
    const state = async () => [await digest(sql), await sql`select * from console.runs order by run`];
    const before = await state();
    const pipeline = connectAs("viewer");
    const failed = lastOf(await ranIn(pipeline, ["month_001"], { force: true }), "run.failed");
    expect(failed).toMatchObject({ code: "privilege_missing", title: expect.stringContaining("may only read") });
    const retiring = pipeline.call({ kind: "retire", as_of: "2024-01-31" });
    expect(await retiring.catch((error) => error.code)).toBe("privilege_missing");
    expect(await state()).toEqual(before);
  });

  test("waits for a role that loads to bring an older database up to date", async () => {
    const { sql } = place.database;
    const last = "010_read_as.sql";
    await sql`delete from console.migrations where file = ${last}`;
    const viewer = connectAs("viewer");
    const refusal = await viewer.call({ kind: "months" }).catch((error) => error);
    expect(refusal).toMatchObject({ code: "privilege_missing", title: expect.stringContaining(last) });
    await connectAs("loader").call({ kind: "months" });
    expect(await viewer.call({ kind: "months" })).toBeDefined();
  });

  test("reads tables that the owner makes later", async () => {
    const { sql } = place.database;
    const viewer = await openDatabase(roles.urlOf("viewer"));
    const loader = await openDatabase(roles.urlOf("loader"));
    try {
      for (const schema of ["console", "public"]) {
        await loader`create table ${loader(schema)}.later (i int)`;
        expect(await viewer`select * from ${viewer(schema)}.later`).toHaveLength(0);
        await sql`drop table ${sql(schema)}.later`;
      }
    } finally {
      await Promise.all([viewer.end(), loader.end()]);
    }
  });
});

test("the script may be run again, and changes nothing then", async () => {
  const { sql } = place.database;
  const rights = async () => (await Promise.all([roles.owner, roles.viewer].map((role) => heldBy(sql, role)))).flat();
  const make = async () => roles.make((await place.pipeline.call({ kind: "grants" })).sql);
  const before = await rights();
  await make();
  expect(await rights()).toEqual(before);
});

/** Of the rights that a role has, those that are missed when they are taken away, one at a time. */
async function missedBy(role: "loader" | "viewer", held: readonly Held[]): Promise<Set<Held>> {
  const { sql } = place.database;
  const as = await openDatabase(roles.urlOf(role));
  const tables = await tablesOf(sql);
  const missed = new Set<Held>();
  for (const one of held) {
    await sql.unsafe(one.take);
    const { browsing, running } = await missingRights(as, tables);
    if (browsing.length > 0 || (role === "loader" && running.length > 0)) missed.add(one);
    await sql.unsafe(one.give);
  }
  await as.end();
  return missed;
}

/** One of each kind. */
function samplesOf(missed: Iterable<Held>): Held[] {
  return [...Map.groupBy(missed, ({ kind }) => kind).values()].flatMap((alike) => alike.slice(0, 1));
}

/** Do what doctor says of the privileges until it has nothing more to say: who may not even look is told in two steps. */
async function follow(pipeline: Pipeline): Promise<Check | undefined> {
  for (;;) {
    const found = await privilegesOf(pipeline);
    const [, statements] = /superuser: (.*;)/.exec(found?.remedy ?? "") ?? [];
    if (statements === undefined) return found;
    expect(found?.state).toBe("fail");
    await place.database.sql.unsafe(statements);
  }
}

const refused = async (pipeline: Pipeline) =>
  lastOf(await ranIn(pipeline, ["month_001"], { force: true }), "run.failed")?.code;

test("of the owner's rights, doctor names each that a run needs, with what gives it, and no run begins without", async () => {
  const { sql } = place.database;
  await emptied(sql);
  const held = await heldBy(sql, roles.owner);
  const missed = await missedBy("loader", held);
  const pipeline = connectAs("loader");
  for (const { kind, take, give } of samplesOf(missed)) {
    await sql.unsafe(take);
    expect([kind, await refused(pipeline)]).toEqual([kind, "privilege_missing"]);
    expect([kind, (await follow(pipeline))?.state]).toEqual([kind, "ok"]);
    await sql.unsafe(give);
  }
  const needless = held.filter((one) => !missed.has(one));
  // Whoever owns a table without having all rights on it goes further than who does not even own it.
  const [owned, granted] = [true, false].map((isOwned) =>
    needless.filter(({ kind }) => kind.startsWith("owner") === isOwned),
  );
  for (const taken of [granted, owned]) {
    for (const { take } of taken ?? []) await sql.unsafe(take);
    try {
      await runThree(pipeline);
    } finally {
      for (const { give } of taken ?? []) await sql.unsafe(give);
    }
  }
});

test("a loader that is no member of the owner any more is told so", async () => {
  const { sql } = place.database;
  await sql`revoke ${sql(roles.owner)} from ${sql(roles.loader)}`;
  const pipeline = connectAs("loader");
  expect(await refused(pipeline)).toBe("privilege_missing");
  await follow(pipeline);
  // A session is of one role from its beginning on.
  expect(await privilegesOf(connectAs("loader"))).toMatchObject({ state: "ok", detail: expect.stringContaining("wn") });
});

test("of the viewer's rights, doctor names each without which it sees less, and what gives it", async () => {
  const { sql } = place.database;
  const held = await heldBy(sql, roles.viewer);
  // Whoever is there may connect.
  const isToConnect = ({ kind }: Held) => kind === "database";
  const missed = await missedBy(
    "viewer",
    held.filter((one) => !isToConnect(one)),
  );
  const pipeline = connectAs("viewer");
  for (const { kind, take, give } of samplesOf(missed)) {
    await sql.unsafe(take);
    expect([kind, (await follow(pipeline))?.state]).toEqual([kind, "warn"]);
    await sql.unsafe(give);
  }
  expect(held.filter((one) => !missed.has(one) && !isToConnect(one))).toEqual([]);
});
