import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { atEnd } from "./at-end.ts";
import { startEmbedded } from "./embedded.ts";
import { databaseName, databaseUrl } from "./names.ts";
import { join, onWorkers, spreadTables, workers } from "./spread.ts";

/** A database of a test file's own. */
export interface TestDatabase {
  url: string;
  /** One connection to it. */
  sql: Sql;
  /** Drop the database; throws when connections other than `sql` are still open, naming them. */
  drop(): Promise<void>;
}

/** A database that is prepared once a test run and copied for each file that asks for it by the same name. */
export interface Template {
  name: string;
  prepare(sql: Sql, url: string): Promise<void>;
}

/**
 * The test run that this process has a part in: `bun run test` names it for its workers, which then share templates and
 * leave them to it; by itself a process is its own run.
 */
const sharedRun = process.env.TEST_RUN;
const run = sharedRun ?? String(process.pid);

const templates = new Map<string, Promise<string>>();
/** Bun's workers begin each test file with fresh modules: the time keeps the names of one file from those of the next. */
const file = `${process.pid}_${Date.now().toString(36)}`;
let databases = 0;

/** Started when the first test file imports this, and not in a hook, for hooks have a time limit. */
const server = await startTestServer();

/** The URL of the test run's server: an embedded one of its own, or the one that TEST_DATABASE_URL names. */
export const testServerUrl = server.url;

export async function testDatabase(template?: Template): Promise<TestDatabase> {
  if (template && workers.length > 0) return spreadDatabase(template);
  const source = template ? await copyOf(template) : "template0";
  return opened(await createDatabase(source));
}

/** A database with its tables on several nodes cannot be copied: it is prepared, and then spread. */
async function spreadDatabase(template: Template): Promise<TestDatabase> {
  const database = opened(await createDatabase("template0"));
  await template.prepare(database.sql, database.url);
  await spreadTables(database.sql);
  return database;
}

/** The same with texts in the order of a language, such as `en-US`, whatever the order of the server is. */
export async function testDatabaseOf(language: string, template: Template): Promise<TestDatabase> {
  const { sql } = server;
  const order = sql`locale_provider icu icu_locale ${sql.unsafe(`'${language}'`)}`;
  const database = opened(await createDatabase("template0", order));
  await template.prepare(database.sql, database.url);
  return database;
}

function opened({ url, name }: { url: string; name: string }): TestDatabase {
  const sql = connect(url, { applicationName: `test ${name}` });
  return {
    url,
    sql,
    async drop() {
      await sql.end({ timeout: 5 });
      const leaks = await openConnections(name);
      await server.sql`drop database ${server.sql(name)} with (force)`;
      await onWorkers("postgres", (on) => on`drop database ${on(name)} with (force)`);
      if (leaks.length > 0) throw new Error(`Connections leaked by this test file: ${leaks.join("; ")}`);
    },
  };
}

/** All of it is undone at the end of the run, last things first: no process, database or folder is left behind. */
async function startTestServer(): Promise<{ url: string; sql: Sql }> {
  const url = process.env.TEST_DATABASE_URL ?? (await ownEmbedded());
  const sql = connect(url, { applicationName: "test helper" });
  atEnd(async () => {
    const names = await Promise.allSettled(sharedRun === undefined ? templates.values() : []);
    for (const name of names) if (name.status === "fulfilled") await sql`drop database ${sql(name.value)} with (force)`;
    await sql.end();
  });
  return { url, sql };
}

async function ownEmbedded(): Promise<string> {
  const { url, stop } = await startEmbedded();
  atEnd(stop);
  return url;
}

function copyOf(template: Template): Promise<string> {
  const known = templates.get(template.name) ?? makeTemplate(template);
  templates.set(template.name, known);
  return known;
}

/** Made by the first worker that asks, under a lock; only one that is whole gets its name. */
async function makeTemplate(template: Template): Promise<string> {
  const { sql } = server;
  const name = databaseName(run, template.name);
  await sql`select pg_advisory_lock(hashtext(${name}))`;
  try {
    const [known] = await sql`select 1 from pg_database where datname = ${name}`;
    if (known === undefined) await prepareTemplate(template, name);
    return name;
  } finally {
    await sql`select pg_advisory_unlock(hashtext(${name}))`;
  }
}

async function prepareTemplate(template: Template, name: string): Promise<void> {
  const making = await createDatabase("template0");
  const sql = connect(making.url, { applicationName: `template ${template.name}` });
  try {
    await template.prepare(sql, making.url);
  } finally {
    await sql.end();
  }
  // A database that somebody is connected to cannot be copied, and a session ends a moment after its client left.
  await openConnections(making.name);
  await server.sql`alter database ${server.sql(making.name)} rename to ${server.sql(name)}`;
}

async function createDatabase(source: string, order = server.sql``): Promise<{ url: string; name: string }> {
  const { url, sql } = server;
  const name = databaseName(run, file, ++databases);
  await sql`create database ${sql(name)} template ${sql(source)} ${order}`;
  if (workers.length > 0) {
    await onWorkers("postgres", (on) => on`create database ${on(name)}`);
    await join(url, name);
  }
  return { url: databaseUrl(url, name), name };
}

/** A session whose client left ends once the server gets to it; one that is leaked costs this once, for it fails its test. */
const leakPatienceMs = 30_000;

/** Descriptions of the sessions in a database, once those that are ending have ended. */
async function openConnections(name: string): Promise<string[]> {
  const { sql } = server;
  const deadline = Date.now() + leakPatienceMs;
  for (;;) {
    const rows = await sql<{ session: string }[]>`
      select format('%s (%s): %s', application_name, state, query) as session
        from pg_stat_activity where datname = ${name} and backend_type = 'client backend'
         -- The nodes of a cluster talk to each other.
         and application_name not like 'citus\\_%'`;
    if (rows.length === 0 || Date.now() > deadline) return rows.map((row) => row.session);
    await Bun.sleep(10);
  }
}
