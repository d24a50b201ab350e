import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { frozenSide } from "../../src/pipeline/drift/suspects.ts";
import { scatteredCells } from "../../src/postgres/drift/scattered-cells.ts";
import { applyMerge, planMerge } from "../../src/postgres/live/merge.ts";
import { keyHash } from "../../src/postgres/snapshots/fingerprint.ts";
import { isFrozen } from "../../src/postgres/snapshots/snapshots.ts";
import { ask, inShort } from "../expectations/evaluate-one.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase, testDatabaseOf } from "../helpers/server.ts";

/** A database that orders texts as a language does says the same of every month as one that orders them by code point. */

setDefaultTimeout(120_000);

/** By code point, in which order English has none of them. */
const users = ["10", "9", "A", "B", "Z", "_a", "a", "a b", "a-b", "ab", "b", "e", "z", "É", "é"];

interface Place {
  database: TestDatabase;
  pipeline: Pipeline;
}
const places: Record<"code points" | "English", Place> = {} as never;
let drops: DropFolder;
let folder: string;

beforeAll(async () => {
  drops = dropFolder();
  folder = mkdtempSync(join(tmpdir(), "streamflow-order-"));
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users.toReversed(), 1));
  const databases = { "code points": await testDatabase(migrated), English: await testDatabaseOf("en-US", migrated) };
  for (const [name, database] of Object.entries(databases)) {
    const settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
    places[name as keyof typeof places] = { database, pipeline: startPipeline(settings) };
  }
});
afterAll(async () => {
  for (const { pipeline, database } of Object.values(places)) {
    await pipeline.close();
    await database.drop();
  }
  drops.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What both places say; fails when they do not say the same. */
async function saidByBoth<Said>(ask: (place: Place) => Promise<Said>): Promise<Said> {
  const [one, other] = [await ask(places["code points"]), await ask(places.English)];
  expect(other).toEqual(one);
  return other;
}

test("the two do order texts differently", async () => {
  const ordered = (place: Place) =>
    place.database.sql<{ name: string }[]>`select name from unnest(${users}::text[]) as name order by name`.then(
      (rows) => rows.map(({ name }) => name),
    );
  expect(await ordered(places["code points"])).toEqual(users);
  expect(await ordered(places.English)).not.toEqual(users);
});

test("months are published with the same counts, seals and sums, and verified", async () => {
  for (const month of ["month_000", "month_001"]) {
    const end = await saidByBoth(async ({ pipeline }) => {
      const found = lastOf(await ranIn(pipeline, [month]), "run.finished");
      return { status: found?.status, tables: found?.tables, snapshots: found?.snapshots };
    });
    expect(end.status).toBe("published");
  }
  const sums = await saidByBoth(async ({ database: { sql } }) => [
    ...(await sql`select table_name, as_of::text, fingerprint, groups from console.seals order by 1, 2`),
  ]);
  expect(sums).toHaveLength(10);
  const verified = await saidByBoth(
    async ({ pipeline }) => (await pipeline.call({ kind: "verify", as_of: null })).seals,
  );
  expect(verified.map(({ state }) => state)).toEqual(Array(10).fill("intact"));
});

test("listings and comparisons are in the same order", async () => {
  const { snapshots } = await saidByBoth(async ({ pipeline }) => {
    const listed = await pipeline.call({ kind: "snapshots" });
    return { ...listed, snapshots: listed.snapshots.map(({ sealed_at: _, ...seal }) => seal) };
  });
  expect(snapshots).toHaveLength(10);
  const compared = await saidByBoth(({ pipeline }) =>
    pipeline.call({ kind: "compare", from: "2024-01-31", to: "2024-02-29" }),
  );
  expect(compared.tables).toHaveLength(5);
  for (const month of ["month_000", "month_001"]) {
    const again = await saidByBoth(
      async ({ pipeline }) => lastOf(await ranIn(pipeline, [month]), "run.finished")?.status,
    );
    expect(again).toBe("unchanged");
  }
});

test("a training set is the same, byte by byte, its rows by code point", async () => {
  const text = await saidByBoth(async ({ pipeline }) => {
    const file = join(folder, "train.csv");
    await pipeline.call({ kind: "export", as_of: "2024-01-31", labels_from: null, out: file });
    return readFileSync(file, "utf8");
  });
  const keys = text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[0]);
  expect(keys).toEqual(users);
});

describe("what is expected of texts is held against them by code point", () => {
  beforeAll(async () => {
    for (const { database } of Object.values(places)) {
      await database.sql`create table texts (id int primary key, t text)`;
      await database.sql`insert into texts select place, t from unnest(${users}::text[]) with ordinality v(t, place)`;
    }
  });

  const t = { column: "t" };
  test.each([
    ["min_to_be_between", { ...t, min_value: "10", max_value: "10" }, 'ok: "10"'],
    ["max_to_be_between", { ...t, min_value: "é", max_value: "é" }, 'ok: "é"'],
    ["max_to_be_between", { ...t, max_value: "z" }, 'no: "é"'],
    ["values_to_be_between", { ...t, min_value: "A", max_value: "Z" }, undefined],
    ["values_to_be_between", { ...t, min_value: "_", max_value: "zz" }, undefined],
    ["values_to_be_between", { ...t, min_value: "10", max_value: "é" }, "ok"],
    ["values_to_be_increasing", { ...t, order_by: "id", strictly: true }, "ok"],
    ["values_to_be_decreasing", { ...t, order_by: "id" }, undefined],
    ["values_to_be_increasing", { column: "id", order_by: "t", strictly: true }, "ok"],
    ["values_to_be_increasing", { ...t, order_by: "t" }, "ok"],
    ["distinct_values_to_equal_set", { ...t, value_set: users }, `ok: ${JSON.stringify(users)}`],
    ["most_common_value_to_be_in_set", { ...t, value_set: users, ties_okay: true }, `ok: ${JSON.stringify(users)}`],
  ] as const)("%s %j", async (type, kwargs, found) => {
    const said = await saidByBoth(async ({ database }) => {
      const [answer] = await ask(database.sql, "texts", [[`expect_column_${type}`, kwargs]]);
      return answer === undefined ? "no answer" : inShort(answer);
    });
    if (found === undefined) expect(said).toStartWith("no, ");
    else expect(said).toBe(found);
  });
});

describe("a column for which small and large letters are the same", () => {
  beforeAll(async () => {
    const { sql } = places.English.database;
    await sql`create collation alike (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`;
  });

  test("is updated by what differs in nothing but them", async () => {
    const { sql } = places.English.database;
    await sql`alter table users alter user_gender type text collate alike`;
    await sql`alter table stage.users alter user_gender type text collate alike`;
    const table = tableNamed(await tablesOf(sql), "users");
    const carried = ["user_id", "user_gender"];
    const [plan, done] = await sql.begin(async (tx) => {
      await tx`insert into stage.users (user_id, user_gender) select user_id, upper(user_gender) from users`;
      const planned = await planMerge(tx, table, { carried, rows: users.length });
      return [planned, await applyMerge(tx, table, carried, planned)];
    });
    expect(plan).toMatchObject({ inserted: 0, updated: users.length, unchanged: 0 });
    expect(done.updated).toBe(users.length);
    const genders = await sql`select distinct user_gender collate "C" as gender from users order by 1`;
    expect(genders.map(({ gender }) => gender)).toEqual(["FEMALE", "MALE"]);
  });

  test("has a key hash for each way of writing, the one that texts have everywhere", async () => {
    const { sql } = places.English.database;
    const key = [{ name: "k", type: "text", precision: null, scale: null, length: null, nullable: false }];
    const hashes = async (collation: string) => {
      const rows = await sql<{ hash: number }[]>`
        select ${keyHash(key)} as hash
          from (select k collate ${sql(collation)} as k from unnest(array['U1', 'u1', 'É']) k) s`;
      return rows.map(({ hash }) => hash);
    };
    const found = await hashes("alike");
    expect(new Set(found).size).toBe(3);
    expect(found).toEqual(await hashes("C"));
  });

  test("has a value for each way of writing where months are compared by samples", async () => {
    const { sql } = places.English.database;
    const table = tableNamed(await tablesOf(sql), "subscriptions");
    if (!isFrozen(table)) throw new Error("subscriptions is not frozen");
    const { name } = table.snapshot.table;
    await sql`alter table ${sql(name)} alter net_service type text collate alike`;
    await sql`update ${sql(name)} set net_service = lower(net_service) where user_id > 'b'`;
    const columns = table.snapshot.columns.filter((column) => column.name === "net_service");
    const [cells = []] = await scatteredCells(
      sql,
      frozenSide(table, { as_of: "2024-01-31", rows: 0 }).rows,
      100,
      columns,
    );
    expect(cells).toHaveLength(users.length);
    expect(new Set(cells).size).toBe(2);
  });
});
