import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { whyReadOnly } from "../../src/postgres/catalog/read-only.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { ownServer } from "./remedies/provoking.ts";

/** Who set that a session may only read is named, and the statements that are proposed then take it away, said in that session. */

setDefaultTimeout(60_000);

let server: Awaited<ReturnType<typeof ownServer>>;
let url: string;
beforeAll(async () => {
  server = await ownServer();
  await server.admin`create role "Reader-1" login superuser`;
  url = server.url.replace("//streamflow@", "//Reader-1@");
});
afterAll(() => server.stop());

const opened: Sql[] = [];
afterEach(async () => {
  for (const sql of opened.splice(0)) await sql.end();
});

function open(options = ""): Sql {
  const sql = connect(`${url}${options && `&options=${encodeURIComponent(options)}`}`);
  opened.push(sql);
  return sql;
}

const on = "default_transaction_read_only = on";

test.each([
  ["the role", `alter role "Reader-1" set ${on}`],
  ["the database", `alter database streamflow set ${on}`],
  ["the role", `alter role "Reader-1" in database streamflow set ${on}`],
  ["all roles", `alter role all set ${on}`],
  ["the server", `alter system set ${on}; select pg_reload_conf()`],
])("for %s: %s", async (who, statement) => {
  const { admin } = server;
  for (const one of statement.split("; ")) await admin.unsafe(one);
  // What the server reads anew it obeys a moment later.
  let error = await whyReadOnly(open());
  while (error === null) error = await whyReadOnly(open());
  expect(error.title).toContain(`is on for ${who}`);
  const mending = open();
  for (const [, one = ""] of error.hint.matchAll(/`([^`]+);`/g)) await mending.unsafe(one);
  while ((await whyReadOnly(open())) !== null);
});

test("for a connection: its own options are named", async () => {
  expect((await whyReadOnly(open("-c default_transaction_read_only=on")))?.hint).toContain("options");
});

test("who may write is told nothing", async () => {
  expect(await whyReadOnly(open())).toBeNull();
});
