import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/postgres/connection/connect.ts";
import { start } from "../headless/process.ts";
import { smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";
import { bareEnvironment, consoleProgram, oneFile } from "../helpers/program.ts";

/** Whatever goes wrong in the database, nothing that is written then holds a cell of a customer. */

setDefaultTimeout(60_000);

const canary = "Quellwasser-7351";
const users = [`${canary}-1`, `${canary}-2`, `${canary}-3`];
const place = emptiedWorkplace((drops) => drops.write("month_000", smallDrop(users)));

function startConsole(...args: string[]) {
  const at = ["--data", place.drops.path, "--home", `${place.drops.path}/home`, "--database", place.database.url];
  return start([...consoleProgram, ...args, ...at], bareEnvironment);
}

/** Everything that the ledger holds, as text. */
async function ledger(): Promise<string> {
  const { sql } = place.database;
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
     where c.relnamespace = 'console'::regnamespace and c.relkind = 'r'`;
  const texts = await Promise.all(
    tables.map(({ name }) => sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`)),
  );
  return texts.flatMap((rows) => rows.map(({ row }) => row)).join("\n");
}

/** Run the month with this in its way: it fails in the database, and all that was written says nothing of a customer. */
async function silentOver(obstacle: string, undo: string): Promise<string> {
  await place.database.sql.unsafe(obstacle);
  try {
    const events = await ranIn(place.pipeline, ["month_000"]);
    expect(lastOf(events, "run.failed")).toMatchObject({ run: 1 });
    const written = `${JSON.stringify(events)}\n${await ledger()}`;
    expect(written).not.toContain(canary);
    return written;
  } finally {
    await place.database.sql.unsafe(undo);
  }
}

const saying = (state: string) => `
  create function says() returns trigger language plpgsql as $$ begin
    raise exception 'no %', new.user_id using errcode = '${state}', detail = new.user_id, hint = new.user_id,
      column = new.user_id, table = new.user_id, constraint = new.user_id;
  end $$;
  create trigger says before insert on users for each row execute function says()`;
const unsaying = "drop function says() cascade";

describe("an error of the server", () => {
  test.each(["22P02", "23505", "23514", "42P01", "42501", "53100", "57014", "P0001", "XX000", "XX001"])(
    "that a trigger raises as %s, with the key in its message, detail and hint",
    async (state) => {
      // Of what a trigger may say of a row, the state is nobody's concern.
      const told = new RegExp(`SQLSTATE ${state}|the trigger says of users, by its function says, refuse`);
      expect(await silentOver(saying(state), unsaying)).toMatch(told);
    },
  );

  test.each([
    ["an index over what is no number", "create index own on users ((substr(user_id, 1, 9)::int))", "drop index own"],
    [
      "a generated column that divides by zero",
      "alter table payments_agg_90d add own numeric generated always as (1 / (failed_payments_90d - failed_payments_90d)) stored",
      "alter table payments_agg_90d drop own",
    ],
  ])("of %s", async (_, obstacle, undo) => {
    await silentOver(obstacle, undo);
  });
});

// The program of one file takes the dataset of the working directory, whose stage has another name.
test.skipIf(oneFile !== undefined)(
  "a session that is ended in the middle of a COPY tells its line, and not what stands on it",
  async () => {
    const { sql, url } = place.database;
    await sql.unsafe(`
    create function waits() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(7); return new; end $$`);
    const other = connect(url);
    await other`select pg_advisory_lock(7)`;
    // Had it been there before the run looked at its stage, that would have been made anew.
    await other`begin`;
    await other`create trigger waits before insert on stage.usage_agg_30d for each row execute function waits()`;
    const run = startConsole("--month", "0");
    await whoWaits(sql, "Lock");
    await other`commit`;
    for (let pid = 0; pid === 0; ) {
      const [row] = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory' and query ~* '^copy'`;
      pid = row?.pid ?? 0;
      if (pid > 0) await sql`select pg_terminate_backend(${pid}::int)`;
    }
    // It is run again by itself, and then nothing is in its way.
    await other.end();
    const { code, stdout, stderr } = await run.outcome;
    await sql`drop function waits() cascade`;
    const written = `${stdout}\n${stderr}\n${await ledger()}`;
    expect(code).toBe(0);
    expect(written).toContain("COPY usage_agg_30d, line 1");
    expect(written).not.toContain(canary);
  },
);

test("an expectation that cannot be evaluated tells the kind of failure, in its result and its words", async () => {
  const { sql } = place.database;
  await sql`create table texts as select ${canary}::text as user_id, ${canary}::text as t`;
  const suite = `${place.drops.path}/suite.json`;
  const cast = (condition: string) => ({
    type: "unexpected_rows_expectation",
    kwargs: { unexpected_rows_query: `select * from {batch} where ${condition}` },
  });
  const expectations = [cast("t::date > now()"), cast("t::int > 3"), cast("to_date(t, 'YYYY') > now()")];
  writeFileSync(suite, JSON.stringify({ name: "texts", expectations }));
  for (const json of [[], ["--json"]]) {
    const { code, stdout, stderr } = await startConsole("validate", "--suite", suite, "--table", "texts", ...json)
      .outcome;
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).not.toContain(canary);
  }
  await sql`drop table texts`;
});

test("an error of the server that nobody meets, which is a defect, ends the pipeline with its kind alone", async () => {
  const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
  const script = `
    const { dieOfDefects } = await import(${JSON.stringify(source("pipeline/die.ts"))});
    const { connect } = await import(${JSON.stringify(source("postgres/connection/connect.ts"))});
    dieOfDefects();
    const sql = connect(process.argv[1]);
    void sql.unsafe("create temporary table t (id text primary key); insert into t values ('${canary}'), ('${canary}')").execute();
    await Bun.sleep(60_000);`;
  const { code, stdout, stderr } = await start([process.execPath, "-e", script, place.database.url], bareEnvironment)
    .outcome;
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toContain("t_pkey");
  expect(stderr).not.toContain(canary);
});
