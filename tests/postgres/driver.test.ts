import { afterAll, beforeAll, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { Line } from "../../src/postgres/target/line.ts";
import { openProxy } from "../bench/profile/proxy.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
let other: Sql;
beforeAll(async () => {
  database = await testDatabase();
  other = connect(database.url, { max: 1 });
  await other`create table written (line text)`;
});
afterAll(async () => {
  await other.end();
  await database.drop();
});

const folder = new URL("../../src/postgres/patches/", import.meta.url);
const written = async () => (await other<{ line: string }[]>`select line from written`).map(({ line }) => line);

test("a statement of a transaction that lost its connection is not carried out on another", async () => {
  const sql = connect(database.url, { max: 1 });
  const isLost = Promise.withResolvers<void>();
  const late = Promise.withResolvers<unknown>();
  const transaction = sql.begin(async (tx) => {
    await tx`insert into written values ('inside')`;
    const [session] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await other`select pg_terminate_backend(${session?.pid ?? 0})`;
    await isLost.promise;
    await tx`insert into written values ('late')`.then(() => late.resolve(null), late.resolve);
  });
  await expect(Promise.resolve(transaction)).rejects.toThrow();
  // It has a connection again.
  expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }]);
  isLost.resolve();
  expect(await late.promise).toBeInstanceOf(Error);
  expect(await written()).toEqual([]);
  await sql.end();
});

test("a statement that failed after its first rows takes nothing from the next one's", async () => {
  const failing = database.sql`select 1 / (4 - i) from generate_series(1, 10) i`;
  const next = database.sql`select i from generate_series(1, 3) i`;
  await expect(Promise.resolve(failing)).rejects.toThrow("division by zero");
  expect([...(await next)]).toEqual([{ i: 1 }, { i: 2 }, { i: 3 }]);
});

test("a connection is dialled before anything else is done, such as loading what the answer is for", async () => {
  const dialled = spyOn(Line, "to");
  const sql = connect(`${database.url}${database.url.includes("?") ? "&" : "?"}sslmode=disable`);
  try {
    const answer = sql`select 1 as one`.execute();
    // No timer has had its turn by then.
    for (let turn = 0; turn < 20; turn++) await null;
    expect(dialled).toHaveBeenCalledTimes(1);
    expect([...(await answer)]).toEqual([{ one: 1 }]);
  } finally {
    dialled.mockRestore();
    await sql.end();
  }
});

test("a statement whose parameters are written as they are is sent with them, before the server has answered", async () => {
  const proxy = await openProxy(`${database.url}${database.url.includes("?") ? "&" : "?"}sslmode=disable`, () => 0);
  const sql = connect(proxy.url);
  await sql`select 1`;
  /** How often the server was waited for. */
  const trips = async (statement: () => Promise<unknown>) => {
    const before = proxy.conversations[0]?.roundTrips ?? 0;
    await statement();
    return (proxy.conversations[0]?.roundTrips ?? 0) - before;
  };
  const found: unknown[] = [];
  const plain = async () =>
    found.push(...(await sql`select ${"a"}::text as a, ${1}::int as b, ${true} as c, ${null}::date as d`));
  expect([await trips(plain), await trips(plain)]).toEqual([1, 1]);
  expect(found).toEqual(Array(2).fill({ a: "a", b: 1, c: true, d: null }));
  // How an array is written depends on its type, which is asked for once.
  const lists = async () => found.push(...(await sql`select ${["a", "b"]}::text[] as list`));
  expect([await trips(lists), await trips(lists)]).toEqual([2, 1]);
  expect(found.slice(2)).toEqual(Array(2).fill({ list: ["a", "b"] }));
  await sql.end();
  await proxy.close();
});

test("a transaction, or a part of one, is begun along with its first statement", async () => {
  const proxy = await openProxy(`${database.url}${database.url.includes("?") ? "&" : "?"}sslmode=disable`, () => 0);
  const sql = connect(proxy.url);
  await sql`select 1`;
  const before = proxy.conversations[0]?.roundTrips ?? 0;
  const found = await sql.begin(async (tx) => {
    await tx`create temporary table kept as select 1 as one`;
    await tx.savepoint((inner) => inner`insert into kept values (2)`);
    const undone = tx.savepoint(async (inner) => {
      await inner`insert into kept values (3)`;
      await inner`select 1 / 0`;
    });
    await expect(undone).rejects.toThrow("division by zero");
    return tx`select one from kept order by one`.values();
  });
  // The table, the row, the other row, the division, what undoes both, what is there, and the commit.
  expect((proxy.conversations[0]?.roundTrips ?? 0) - before).toBe(7);
  expect([...found]).toEqual([[1], [2]]);
  await sql.end();
  await proxy.close();
});

test.each([1, 2])(
  "what is asked beside a transaction that begins is no part of it, with %i connections",
  async (max) => {
    const sql = connect(database.url, { max });
    await sql`select 1`;
    const undone = sql.begin(async (tx) => {
      await Promise.all([tx`insert into written values ('inside')`, tx`select 1`]);
      throw new Error("enough");
    });
    const turns = Array.from({ length: 30 }, async (_, index) => {
      for (let turn = 0; turn < index; turn++) await null;
      await sql`insert into written values (${`beside ${index}`})`;
    });
    await expect(Promise.resolve(undone)).rejects.toThrow("enough");
    await Promise.all(turns);
    expect((await written()).filter((line) => line.startsWith("beside"))).toHaveLength(30);
    expect(await written()).not.toContain("inside");
    await other`truncate written`;
    await sql.end();
  },
);

test("of a transaction that does not begin nothing is done after its first statement, which is told", async () => {
  const sql = connect(database.url);
  const begun = sql.begin("isolation level unheard of", async (tx) => {
    await Promise.all([tx`select 1`, tx`create table never_made ()`]);
  });
  await expect(begun).rejects.toThrow("syntax error");
  expect([...(await sql`select to_regclass('never_made') as made`)]).toEqual([{ made: null }]);
  const broken = sql.begin(async (tx) => {
    await expect(Promise.resolve(tx`select 1 / 0`)).rejects.toThrow("division by zero");
    await tx.savepoint((inner) => inner`select 1`);
  });
  await expect(broken).rejects.toThrow("division by zero");
  expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }]);
  await sql.end();
});

test("each part of the patch says what it is for", () => {
  const texts = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")] as const);
  const listed = texts.flatMap(([name, text]) => (name === "README.md" && text.match(/^\| \d+ /gm)) || []);
  const named = texts
    .filter(([name]) => name.endsWith(".patch"))
    .flatMap(([, text]) => text.match(/^\+ *\/\/ Patch(?:es)? .*/gm) ?? [])
    .flatMap((comment) => comment.replace(/:.*/, "").match(/\d+/g) ?? []);
  const numbers = listed.map((row) => row.replace(/\D/g, ""));
  expect([...new Set(named)].sort()).toEqual(numbers.sort());
});
