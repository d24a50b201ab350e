import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Queryable } from "../../src/postgres/connection/connect.ts";
import { inOneView } from "../../src/postgres/connection/one-view.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create table things (thing int)`;
});
afterAll(() => database.drop());

type Counted = { things: number; pid: number };
const countThings = (tx: Queryable) => tx`select count(*) as things, pg_backend_pid() as pid from things`;

test("all that is asked at the same time sees one state of the database, whatever others write meanwhile", async () => {
  const counts = await inOneView(database.url, async (read) => {
    const [first] = await read((tx) => tx<Counted[]>`${countThings(tx)}`);
    await database.sql`insert into things values (1)`;
    // Neither goes on before both have begun, so that each has a connection of its own.
    const [here, there] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const meeting = (mine: typeof here, other: typeof here) =>
      read(async (tx) => {
        mine.resolve();
        await other.promise;
        return (await tx<Counted[]>`${countThings(tx)}`)[0];
      });
    return [first, ...(await Promise.all([meeting(here, there), meeting(there, here)]))];
  });
  expect(counts.map((row) => row?.things)).toEqual([0, 0, 0]);
  expect(new Set(counts.map((row) => row?.pid)).size).toBe(2);
});

test("one failure ends it all, with its own error, and lets go of every connection", async () => {
  const failed = inOneView(database.url, (read) =>
    Promise.all(
      ["select 1", "select 1/0", "select 2", "select 3"].map((text) => read((tx) => tx.unsafe(text).execute())),
    ),
  );
  await expect(failed).rejects.toThrow("division by zero");
});
