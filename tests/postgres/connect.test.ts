import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ConsoleError } from "../../src/core/errors.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { translate, unreachable } from "../../src/postgres/connection/errors.ts";
import { openDatabase } from "../../src/postgres/connection/open.ts";
import { parseUrl } from "../../src/postgres/target/url.ts";
import { fakePostgres } from "../helpers/fake-postgres.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await testDatabase();
  sql = database.sql;
});
afterAll(() => database.drop());

const withParameter = (parameter: string) => `${database.url}${database.url.includes("?") ? "&" : "?"}${parameter}`;

async function refusal(attempt: Promise<unknown>): Promise<ConsoleError> {
  const thrown = await attempt.then(() => null).catch((error: unknown) => error);
  if (!(thrown instanceof ConsoleError)) throw new Error(`expected a ConsoleError, got ${thrown}`);
  return thrown;
}

describe("values", () => {
  test("come as what they are: dates and numerics as text, counts as numbers", async () => {
    const [row] = await sql`select date '2024-01-31' as day, timestamptz '2024-01-31 12:00+02' as moment,
      timestamp '2024-01-31 12:00' as local, 1.10::numeric(9, 2) as numeric, count(*) as count, true as yes,
      '{"a": [1, null]}'::jsonb as json, array['a', null, 'b "c\\', ''] as texts, array[1, 2] as integers`;
    expect(row).toEqual({
      ...{ day: "2024-01-31", moment: "2024-01-31 10:00:00+00", local: "2024-01-31 12:00:00", numeric: "1.10" },
      ...{ count: 1, yes: true, json: { a: [1, null] }, texts: ["a", null, 'b "c\\', ""], integers: [1, 2] },
    });
  });

  test("go as parameters the same way", async () => {
    const [row] = await sql`select ${"2024-01-31"}::date as day, ${new Date(0)}::timestamptz as moment, 
      ${"1.10"}::numeric as numeric, ${["a", 'b"\\']}::text[] as texts, ${"b"} = any(${["a", "b"]}::text[]) as found`;
    const expected = { day: "2024-01-31", moment: "1970-01-01 00:00:00+00", numeric: "1.10", texts: ["a", 'b"\\'] };
    expect(row).toEqual({ ...expected, found: true });
  });
});

test("a name is one name, whatever it holds", async () => {
  for (const name of ["a.b", 'say "x"', "Ünï", "select", "a b; --"]) {
    const [row] = await sql`select 1 as ${sql(name)}`;
    expect(row).toEqual({ [name]: 1 });
  }
});

test("a session has our name and reads the same everywhere; the URL's options are the server's", async () => {
  const own = await openDatabase(withParameter("options=-c%20work_mem%3D1234kB"), { applicationName: "a test" });
  const [row] = await own`select current_setting('application_name') as name, current_setting('TimeZone') as zone,
    current_setting('DateStyle') as style, current_setting('work_mem') as memory`;
  expect(row).toEqual({ name: "a test", zone: "UTC", style: "ISO, MDY", memory: "1234kB" });
  await own.end();
});

test("no variable of the driver's own has a say, nor does one that it reads in another way than libpq", async () => {
  const variables = { PGTARGETSESSIONATTRS: "any", PGIDLE_TIMEOUT: "1", PGMAX: "7", PGPREPARE: "" };
  Object.assign(process.env, variables);
  const own = await openDatabase(database.url);
  expect(own.options).toMatchObject({ idle_timeout: null, max: 1, prepare: true });
  expect(process.env).toMatchObject(variables);
  for (const name of Object.keys(variables)) delete process.env[name];
  await own.end();
});

test("queries are not compiled, whatever the database has set", async () => {
  const [here] = await database.sql`select current_database() as name`;
  await database.sql`alter database ${database.sql(here?.name)} set jit = on`;
  const own = await openDatabase(database.url);
  expect([...(await own`show jit`)]).toEqual([{ jit: "off" }]);
  await own.end();
});

test("a server that is too old is named with its version", async () => {
  const server = fakePostgres("14.12 (Debian 14.12-1)");
  const error = await refusal(openDatabase(`postgresql://ann@127.0.0.1:${server.port}/app?sslmode=disable`));
  server.stop(true);
  expect(error.code).toBe("database_version");
  expect(error.title).toContain("14.12");
});

describe("a database that cannot be reached is named, with a remedy, and without the password", () => {
  const listen = (data: string) =>
    Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { open: (socket) => void socket.end(data), data() {} } });

  const reach = async (place: string, query = "") => {
    const error = await refusal(openDatabase(`postgresql://ann:s3cret@${place}/app?connect_timeout=5${query}`));
    expect(error.code).toBe("database_unreachable");
    expect(error.title).toContain(`database "app"`);
    expect(`${error.title} ${error.hint}`).not.toContain("s3cret");
    return error;
  };

  test("nothing listens", async () => {
    const server = listen("");
    const { port } = server;
    server.stop(true);
    expect((await reach(`127.0.0.1:${port}`)).title).toContain(`127.0.0.1:${port} as "ann": nothing listens`);
  });

  test("no such socket", async () => {
    expect((await reach("", "&host=/nowhere")).title).toContain("/nowhere/.s.PGSQL.5432");
  });

  test.each(["&sslmode=disable", "&sslmode=prefer", "&sslmode=require"])("it hangs up at once, %s", async (mode) => {
    const server = listen("");
    const { title, hint } = await reach(`127.0.0.1:${server.port}`, mode);
    server.stop(true);
    expect(title).toContain("hangs up");
    expect(hint).not.toContain("sslmode");
  });

  test("it is silent, from the first or once it was asked for TLS: nobody was let in", async () => {
    const silent = (answers: boolean) => {
      const data = (socket: { write(text: string): void }, asked: Buffer) => {
        if (answers && asked.length === 8) socket.write("N");
      };
      return Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data } });
    };
    const servers = [silent(false), silent(true)];
    const tries = servers.map(({ port }) =>
      refusal(openDatabase(`postgresql://ann@127.0.0.1:${port}/app?connect_timeout=2`)),
    );
    for (const error of await Promise.all(tries)) {
      expect(error.title).toEndWith("it does not answer.");
      expect(error.hint).toContain("firewall");
    }
    for (const server of servers) server.stop(true);
  });

  test("no such database", async () => {
    const error = await refusal(openDatabase(database.url.replace(/\/test_\w+/, "/nowhere")));
    expect(error).toMatchObject({ code: "database_unreachable", hint: expect.stringContaining("createdb") });
  });

  test.each([
    ["ENOTFOUND", "host"],
    ["CONNECT_TIMEOUT", "firewall"],
    ["ECONNRESET", "restarting"],
    ["CERT_UNKNOWN", "sslrootcert"],
    ["CERT_OF_ANOTHER", "hostaddr"],
    ["EPROTO", "sslcert"],
  ])("%s", (code, remedy) => {
    const target = parseUrl("postgresql://ann:s3cret@db/app", {});
    const error = unreachable(Object.assign(new Error("in the server's words"), { code }), target);
    expect(error).toMatchObject({ code: "database_unreachable", hint: expect.stringContaining(remedy) });
    expect(error.title).toContain(`database "app" on db:5432 as "ann"`);
  });
});

describe("a server's error is told with its table, constraint and key", () => {
  const failing = async (statement: string) => translate(await sql.unsafe(statement).catch((error: unknown) => error));

  test("a repeated key, without its value", async () => {
    await sql`create table told (id int constraint told_key primary key)`;
    const error = await failing("insert into told values (1), (1)");
    expect(error.code).toBe("database_error");
    for (const fact of ["23505", "public.told", "told_key", "key id"]) expect(error.title).toContain(fact);
    expect(error.title).not.toContain("(1)");
  });

  test.each([
    [
      "a missing right",
      "begin; create role nobody_here; set role nobody_here; create schema s; commit",
      "privilege_missing",
    ],
    ["a missing table", "select from nowhere", "schema_mismatch"],
    ["a full disk", "do $$ begin raise exception 'no space' using errcode = '53100'; end $$", "database_error"],
    ["a server that only reads", "begin read only; create table r (i int); commit", "privilege_missing"],
    ["a lost lock", "do $$ begin raise exception 'x' using errcode = '40P01'; end $$", "database_error"],
    ["a server that goes down", "do $$ begin raise exception 'x' using errcode = '57P01'; end $$", "database_lost"],
  ])("%s", async (_, statement, code) => {
    const error = await failing(statement);
    await sql.unsafe("rollback");
    expect(error.code).toBe(code as ConsoleError["code"]);
    expect(error.hint.length).toBeGreaterThan(20);
  });
});

test("what is no database error is a defect of ours, and a ConsoleError stays itself", () => {
  expect(translate(new TypeError("x is not a function")).code).toBe("internal");
  const own = new ConsoleError("usage", "no", { hint: "yes" });
  expect(translate(own)).toBe(own);
});

test("one that is made once is not made anew for what waits behind the statement that it is lost in", async () => {
  const once = connect(database.url, { once: true });
  const [row] = await once<{ pid: number }[]>`select pg_backend_pid() as pid`;
  // The types of arrays are asked for first, so that the driver sends one after the other.
  const asked = Promise.allSettled([1, 2, 3].map((n) => once`select ${n}::int, ${["a"]}::text[], pg_sleep(60)`));
  for (let isBusy = false; !isBusy; ) {
    const busy = await sql`select from pg_stat_activity where pid = ${row?.pid ?? 0} and wait_event = 'PgSleep'`;
    isBusy = busy.length > 0;
  }
  await sql`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`;
  expect((await asked).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  await expect(Promise.resolve(once`select 1`)).rejects.toThrow();
  await once.end();
});

test("a connection that was lost is made anew for the next statement", async () => {
  const other = connect(database.url);
  const [row] = await other<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await sql`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`;
  const [again] = await other<{ pid: number }[]>`select pg_backend_pid() as pid`.catch(
    () => other<{ pid: number }[]>`select pg_backend_pid() as pid`,
  );
  expect(again?.pid).not.toBe(row?.pid ?? 0);
  await other.end();
});
