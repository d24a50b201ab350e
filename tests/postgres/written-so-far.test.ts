import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { RuledTable } from "../../src/postgres/catalog/ruled-tables.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { thisMoment } from "../../src/postgres/live/other-writers.ts";
import { addedRows, replacedRows, type Watch, watched } from "../../src/postgres/live/written-so-far.ts";
import { migrated, tableNamed, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What another session sees of rows that are being written. */

setDefaultTimeout(30_000);

const rows = 100_000;

let database: TestDatabase;
let outside: Sql;
let users: RuledTable;
beforeAll(async () => {
  database = await testDatabase(migrated);
  outside = connect(database.url);
  users = tableNamed(await tablesOf(database.sql), "users");
  await database.sql`insert into stage.users (user_id) select 'u' || i from generate_series(1, ${rows}::int) i`;
});
afterAll(async () => {
  await outside.end();
  await database.drop();
});
beforeEach(async () => {
  await database.sql`truncate users cascade`;
});

const aboutTo = (wanted: number) => (seen: number) => Math.abs(seen - wanted) < rows * 0.03;

test("of an UPDATE, how many rows it has replaced, whatever was replaced and given up before", async () => {
  const { sql } = database;
  await sql`insert into users (user_id) select 'u' || i from generate_series(1, ${rows}::int) i`;
  const givenUp = sql.begin(async (tx) => {
    await tx`update users set user_gender = 'never' where user_id like '%7'`;
    throw new Error("given up");
  });
  await expect(givenUp).rejects.toThrow("given up");
  const since = await thisMoment(sql);
  const look = replacedRows(users, rows, since, 0);
  const seen = () => outside.begin("read only", look);
  expect(await seen()).toBe(0);
  await sql.begin(async (tx) => {
    await tx.savepoint(async (inner) => {
      await inner`update users set user_gender = 'x' where substr(user_id, 2)::int <= ${rows * 0.4}`;
    });
    expect(await seen()).toSatisfy(aboutTo(rows * 0.4));
    // A statement that comes later in the same transaction begins with nothing.
    const later = replacedRows(users, rows, since, rows * 0.4);
    expect(await outside.begin(later)).toSatisfy(aboutTo(0));
    await tx`update users set user_gender = 'y' where substr(user_id, 2)::int > ${rows * 0.4}`;
    expect(await seen()).toSatisfy(aboutTo(rows));
    expect(await outside.begin(later)).toSatisfy(aboutTo(rows * 0.6));
    // However late the first look comes, it sees all that was done until then.
    expect(await outside.begin(replacedRows(users, rows, since, 0))).toSatisfy(aboutTo(rows));
  });
});

test("of an INSERT into an empty table, how many it holds by the room that they take beside what was given up before", async () => {
  const givenUp = database.sql.begin(async (tx) => {
    await tx`insert into users (user_id) select 'u' || i from generate_series(1, ${rows}::int) i`;
    throw new Error("given up");
  });
  await expect(givenUp).rejects.toThrow("given up");
  await database.sql.begin(async (tx) => {
    const look = await addedRows(tx, users, rows);
    const seen = () => outside.begin("read only", look);
    // However late the first look comes, it sees all that was done until then.
    await tx`insert into users (user_id) select 'u' || i from generate_series(1, ${rows * 0.4}::int) i`;
    expect(await seen()).toSatisfy(aboutTo(rows * 0.4));
  });
});

async function toldOf(seen: number, known: readonly number[], of = rows): Promise<number[]> {
  const told: number[] = [];
  const over = Promise.withResolvers<void>();
  const watch: Watch = {
    since: { next: "3" },
    during: async (work, look) => {
      await look(outside);
      over.resolve();
      return work;
    },
  };
  await watched(
    { rows: of, look: async () => seen },
    { watch, onProgress: (written) => told.push(written) },
    async (tell) => {
      const [before, ...after] = known;
      tell(before ?? 0);
      await over.promise;
      for (const written of after) tell(written);
    },
  );
  return told;
}

test("what is seen is told in hundredths, goes forward only, and is all of it when the statement says so", async () => {
  expect(await toldOf(40_512, [0, rows])).toEqual([40_000, rows]);
  expect(await toldOf(40_512, [50_000, rows])).toEqual([50_000, rows]);
  expect(await toldOf(120_000, [0, rows])).toEqual([99_000, rows]);
  expect(await toldOf(40_000, [0, 30_000, rows])).toEqual([40_000, rows]);
});

test("what is written in a moment is not looked at", async () => {
  const watch: Watch = {
    since: { next: "3" },
    during: () => {
      throw new Error("looked at");
    },
  };
  const told: number[] = [];
  await watched({ rows: 49_999, look: async () => 1 }, { watch, onProgress: (n) => told.push(n) }, async (tell) =>
    tell(49_999),
  );
  expect(told).toEqual([49_999]);
});

test("who keeps the table locked keeps a look waiting no longer than a moment, and the work not at all", async () => {
  const held = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = database.sql.begin(async (tx) => {
    await tx`lock table users in access exclusive mode`;
    locked.resolve();
    await held.promise;
  });
  await locked.promise;
  const since = { next: "3" };
  const failed = Promise.withResolvers<unknown>();
  const during: Watch["during"] = (work, look) => {
    look(outside).catch(failed.resolve);
    return work;
  };
  await watched(
    { rows, look: replacedRows(users, rows, since, 0) },
    { watch: { since, during }, onProgress() {} },
    () => Promise.resolve(),
  );
  expect(await failed.promise).toMatchObject({ code: "55P03" });
  held.resolve();
  await holding;
});
