import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { codeOf } from "../../src/core/errors.ts";
import { translate } from "../../src/postgres/connection/errors.ts";
import { type RemedyName, remedies, remedyOf } from "../../src/postgres/remedies/remedies.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
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
  expect(told.hint.endsWith(hint)).toBe(true);
  expect(told.title).toMatch(new RegExp(`${codeOf(error)}|${cause.replace(/[^\w ]/g, ".")}`));
  expect(isSilent(`${told.title} ${told.hint}`)).toBe(true);
  // Whoever has messages in another language is told the same, or what is true of all errors of that state.
  const translated = Object.assign(Object.create(Object.getPrototypeOf(error)), error, { message: "ein Fehler" });
  expect(remedyOf(translated).hint).not.toMatch(/host and port/);
  expect(isSilent(translate(translated).title)).toBe(true);
});

/** The statements that a remedy proposes, with names that there are. */
function statementsOf({ hint }: { hint: string }): string[] {
  const { role } = ground;
  const database = `"${new URL(ground.url.replace("@/", "@local/")).pathname.slice(1)}"`;
  const named = hint
    .replace(/(role|to) (NAME|ROLE)/g, `$1 ${role}_too`)
    .replace(/(database|concurrently) NAME/g, `$1 ${database}`)
    .replace(/schema NAME/g, "schema closed")
    .replace("TABLE alter COLUMN type text", "texts alter t type text")
    .replace("TABLE alter COLUMN type numeric", "texts alter n type numeric")
    .replace(/'NAME'/g, "''");
  return [...named.matchAll(/`((?:alter|create|grant|select|show|reindex) [^`]+)`/g)].map(([, one = ""]) => one);
}

test("what the remedies would have a superuser say is what a server carries out", async () => {
  const { sql, role } = ground;
  await sql.unsafe(`create role ${role}_too; create table texts (t varchar(9), n int)`);
  const proposed = new Set(Object.values(remedies).flatMap(statementsOf));
  expect(proposed.size).toBeGreaterThan(15);
  for (const one of proposed) {
    if (one.startsWith("create role")) await sql.unsafe(`drop owned by ${role}_too; drop role ${role}_too`);
    await sql.unsafe(one.replace("set transaction_timeout", "set idle_session_timeout"));
  }
  await sql.unsafe(`drop owned by ${role}_too; drop role ${role}_too`);
});
