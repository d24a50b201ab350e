import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Sql, type Transaction } from "../../src/postgres/connection/connect.ts";
import { type CopyWriter, copyInto } from "../../src/postgres/connection/copy.ts";
import { translate } from "../../src/postgres/connection/errors.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

const bytes = (text: string) => new TextEncoder().encode(text);

let database: TestDatabase;
let sql: Sql;

beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
  await sql`create table item (id int primary key, note text check (note <> 'bad'))`;
  await sql`create table line (text text)`;
  await sql`create table held (text text)`;
  await sql`create function hold() returns trigger language plpgsql
    as $$ begin perform pg_advisory_xact_lock(1); return null; end $$`;
  await sql`create trigger hold before insert on held execute function hold()`;
});
beforeEach(async () => {
  await sql`truncate item`;
  await sql`insert into item values (1, 'there before')`;
});
afterAll(() => database.drop());

const copyItems = (tx: Transaction) => copyInto(tx`copy item from stdin`);
const ids = async () => (await sql<{ id: number }[]>`select id from item order by id`).map((row) => row.id);

/** Send text by one COPY in a transaction of its own. */
function load(text: string): Promise<number> {
  return sql.begin(async (tx) => {
    const copy = await copyItems(tx);
    await copy.write(bytes(text));
    return copy.finish();
  });
}

/** Write the same rows over and over, until the server has had enough. */
async function writeUntilRefused(copy: CopyWriter, rows: Uint8Array): Promise<never> {
  for (;;) await copy.write(rows);
}

test("rows arrive, and their count is the server's", async () => {
  expect(await load("2\tx\n3\ty\n")).toBe(2);
  expect(await load("")).toBe(0);
  expect(await ids()).toEqual([1, 2, 3]);
});

describe("a COPY that the server rejects at its end rejects, and is rolled back", () => {
  test.each([
    ["a key that is there already", "2\tx\n1\ty\n", "23505"],
    ["a broken check", "2\tbad\n", "23514"],
    ["a bad value", "two\tx\n", "22P02"],
    ["a missing column", "2", "22P04"],
  ])("%s", async (_, text, sqlstate) => {
    await expect(load(text)).rejects.toMatchObject({ code: sqlstate });
    expect(await ids()).toEqual([1]);
  });
});

test("a COPY that cannot begin rejects", async () => {
  await expect(sql.begin((tx) => copyInto(tx`copy nowhere from stdin`))).rejects.toMatchObject({ code: "42P01" });
  expect(await ids()).toEqual([1]);
});

test("a COPY that the server rejects midway stops its writer", async () => {
  const rows = bytes("1\tx\n".repeat(50_000));
  const run = sql.begin(async (tx) => writeUntilRefused(await copyItems(tx), rows));
  await expect(run).rejects.toMatchObject({ code: "23505" });
  expect(await ids()).toEqual([1]);
});

test("an aborted COPY leaves nothing, and the connection usable", async () => {
  const run = sql.begin(async (tx) => {
    const copy = await copyItems(tx);
    await copy.write(bytes("2\tx\n"));
    await copy.abort("the reader gave up");
    await copy.abort("twice does no harm");
    await copy.finish();
  });
  await expect(run).rejects.toThrow("the reader gave up");
  expect(await ids()).toEqual([1]);
});

test("a transaction that fails while its COPY is open is rolled back", async () => {
  const run = sql.begin(async (tx) => {
    const copy = await copyItems(tx);
    await copy.write(bytes("2\tx\n"));
    throw new Error("something else");
  });
  await expect(run).rejects.toThrow("something else");
  expect(await ids()).toEqual([1]);
});

test("one COPY after another, with other statements between, in one transaction", async () => {
  const counts = await sql.begin(async (tx) => {
    const rows: number[] = [];
    for (const id of [2, 3, 4]) {
      const copy = await copyItems(tx);
      await copy.write(bytes(`${id}\tx\n`));
      rows.push(await copy.finish(), (await tx`select from item`).length);
    }
    return rows;
  });
  expect(counts).toEqual([1, 2, 1, 3, 1, 4]);
  expect(await ids()).toEqual([1, 2, 3, 4]);
});

describe("a session that ends during its COPY rejects it, and the next statement gets a new one", () => {
  test.each([
    ["while the writer writes", 0],
    ["while the writer rests", 5000],
  ])("%s", async (_, waitForEnd) => {
    const killer = connect(database.url);
    const run = sql.begin(async (tx) => {
      const victim = await backendPid(tx);
      const copy = await copyInto(tx`copy line from stdin`);
      await copy.write(bytes("first\n"));
      const killed = killer`select pg_terminate_backend(${victim}, ${waitForEnd})`.execute();
      if (waitForEnd > 0) await killed;
      await writeUntilRefused(copy, bytes("more\n".repeat(1000)));
    });
    const error = await run.catch((thrown: unknown) => translate(thrown));
    expect(error).toMatchObject({ code: "database_lost" });
    expect(await sql`select from line`).toHaveLength(0);
    await killer.end();
  });
});

test("a writer waits for a server that does not take its data", async () => {
  const holder = connect(database.url);
  await holder`select pg_advisory_lock(1)`;
  let written = 0;
  let wanted = 200;
  const chunk = bytes("held\n".repeat(20_000));
  const run = sql.begin(async (tx) => {
    const copy = await copyInto(tx`copy held from stdin`);
    for (; written < wanted; written++) await copy.write(chunk);
    return copy.finish();
  });
  await until(async () => {
    const before = written;
    await Bun.sleep(20);
    return before > 0 && before === written;
  });
  expect(written * chunk.length).toBeLessThan(8 * 1024 * 1024);
  wanted = written + 2;
  await holder`select pg_advisory_unlock(1)`;
  expect(await run).toBe(wanted * 20_000);
  await holder.end();
});

async function backendPid(tx: Transaction): Promise<number> {
  const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}
