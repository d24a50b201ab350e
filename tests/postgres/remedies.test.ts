import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { codeOf } from "../../src/core/errors.ts";
import { explained } from "../../src/pipeline/session/explained.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { translate } from "../../src/postgres/connection/errors.ts";
import { openDatabase } from "../../src/postgres/connection/open.ts";
import { withNames } from "../../src/postgres/remedies/names.ts";
import { type RemedyName, remedies, remedyOf } from "../../src/postgres/remedies/remedies.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { nodeProvocations } from "./remedies/nodes.ts";
import { canary, canaryNumber, type Ground, type Provocation } from "./remedies/provoking.ts";
import { resourceProvocations } from "./remedies/resources.ts";
import { rowProvocations } from "./remedies/rows.ts";
import { sessionProvocations } from "./remedies/sessions.ts";
import { settingProvocations } from "./remedies/settings.ts";
import { statementProvocations } from "./remedies/statements.ts";

setDefaultTimeout(60_000);

const provocations: Record<RemedyName, Provocation> = {
  ...sessionProvocations,
  ...settingProvocations,
  ...statementProvocations,
  ...rowProvocations,
  ...resourceProvocations,
  ...nodeProvocations,
};

let database: TestDatabase;
let ground: Ground;

beforeAll(async () => {
  database = await testDatabase();
  const { sql, url } = database;
  const role = `nobody_${process.pid}`;
  await sql.unsafe(`
    create role ${role} login;
    create table owned (id text);
    create table viewed (id text);
    create view viewing as select from viewed;
    create schema closed;
    grant usage on schema public to ${role};
    create table guarded (id text);
    grant insert on guarded to ${role};
    alter table guarded enable row level security;
    create table pairs (id text primary key, n int);
    insert into pairs values ('1', 1), ('2', 1)`);
  ground = { url, sql, role, asRole: url.replace(/\/\/([^@/]*@)?/, `//${role}@`) };
});
afterAll(async () => {
  await database.sql.unsafe(`drop owned by ${ground.role}; drop role ${ground.role}`);
  await database.drop();
});

const isSilent = (words: string) => !words.includes(canary) && !words.includes(canaryNumber);

test.each(Object.keys(remedies) as RemedyName[])("%s: provoked, told as what it is, without a value", async (name) => {
  const thrown = await provocations[name](ground);
  expect(thrown).toBeInstanceOf(Error);
  const error = thrown as Error & { code: string };
  expect([codeOf(error), remedyOf(error).name]).toEqual([expect.stringMatching(/^[0-9A-Z]{5}$/), name]);
  const { code, cause, hint }: { code: string; cause: string; hint: string } = remedies[name];
  const told = translate(error);
  expect(told.code as string).toBe(code);
  expect(told.hint).toMatch(new RegExp(`${namesLeftOpen(hint)}$`));
  expect(told.title).toMatch(new RegExp(`${codeOf(error)}|${cause.replace(/[^\w ]/g, ".")}`));
  expect(isSilent(`${told.title} ${told.hint}`)).toBe(true);
  // Whoever has messages in another language is told the same, or what is true of all errors of that state.
  const translated = Object.assign(Object.create(Object.getPrototypeOf(error)), error, { message: "ein Fehler" });
  expect(remedyOf(translated).hint).not.toMatch(/host and port/);
  expect(isSilent(translate(translated).title)).toBe(true);
});

/** A pattern of the hint, whatever names stand in it in the end. */
function namesLeftOpen(hint: string): string {
  return hint
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\b(USER|ROLE|DATABASE|SCHEMA|TABLE|COLUMN|FUNCTION|NODE)\b/g, ".+");
}

/** The statements that a remedy proposes, with names that there are. */
function statementsOf({ hint }: { hint: string }): string[] {
  const { role } = ground;
  const database = `"${new URL(ground.url.replace("@/", "@local/")).pathname.slice(1)}"`;
  const whose = { USER: `${role}_too`, ROLE: `${role}_too`, DATABASE: database, SCHEMA: "closed", TABLE: "texts" };
  const named = withNames(hint, { ...whose, COLUMN: hint.includes("type text") ? "t" : "n" });
  return [...named.matchAll(/`((?:alter|create|grant|select|show|reindex) [^`]+)`/g)].map(([, one = ""]) => one);
}

test("what the remedies would have a superuser say is what a server carries out", async () => {
  const { sql, role } = ground;
  await sql.unsafe(`create role ${role}_too; create table texts (t varchar(9), n int);
    create schema console; create table console.migrations ()`);
  const proposed = new Set(Object.values(remedies).flatMap(statementsOf));
  expect(proposed.size).toBeGreaterThan(15);
  for (const one of proposed) {
    if (one.startsWith("create role")) await sql.unsafe(`drop owned by ${role}_too; drop role ${role}_too`);
    await sql.unsafe(one.replace("set transaction_timeout", "set idle_session_timeout"));
  }
  await sql.unsafe(`drop owned by ${role}_too; drop role ${role}_too`);
});

describe("a remedy names whose session it is, and what it is about, so that it can be pasted", () => {
  const odd = `O'Dd "role ${process.pid}`;
  let url: string;
  beforeAll(async () => {
    const { sql } = ground;
    await sql`create role ${sql(odd)} login password 'x'`;
    await sql.unsafe(
      `create schema "Not open"; create table "Not open"."Te xts" ("Col umn" varchar(3) check (length("Col umn") < 2))`,
    );
    url = ground.url.replace(/\/\/([^/]*@)?/, `//${encodeURIComponent(odd)}:x@`);
  });
  afterAll(async () => {
    const { sql } = ground;
    await sql`drop owned by ${sql(odd)}`;
    await sql`drop role ${sql(odd)}`;
  });

  /** What the role is told of what fails so, by a command that has reached the database. */
  async function told(statement: string, as = url): Promise<string> {
    const sql = connect(as);
    const settings = { data: "", home: "", database: as };
    try {
      const failed = await sql.unsafe(statement).catch((error) => error);
      return (await explained(failed, { settings, sql, url: as })).hint;
    } finally {
      await sql.end();
    }
  }
  const statementIn = (hint: string) => /`((?:alter|grant) [^`]+)`/.exec(hint)?.[1] ?? "";

  test.each([
    [
      "a timeout that is set for it",
      "set statement_timeout = 10; select pg_sleep(600)",
      /^alter role "O'Dd ""role \d+" set/,
    ],
    ["a schema that it may not use", 'create table "Not open".mine ()', /on schema "Not open" to "O'Dd ""role \d+"$/],
    ["a database that it may make no schema in", "create schema mine", /^grant create on database \S+ to "O'Dd ""role/],
  ])("%s", async (_, statement, wanted) => {
    const hint = await told(statement);
    expect(statementIn(hint)).toMatch(wanted);
    await ground.sql.unsafe(statementIn(hint));
  });

  test("a table whose rule a row breaks", async () => {
    expect(await told(`insert into "Not open"."Te xts" values ('abc')`, ground.url)).toContain(
      '`\\d "Not open"."Te xts"`',
    );
  });

  test("a role that may not log in, before anything is reached", async () => {
    const { sql } = ground;
    await sql`alter role ${sql(odd)} nologin`;
    const refused = await openDatabase(url).catch((error) => error);
    expect(statementIn(refused.hint)).toMatch(/^alter role "O'Dd ""role \d+" login$/);
    await sql.unsafe(statementIn(refused.hint));
    await (await openDatabase(url)).end();
  });
});
