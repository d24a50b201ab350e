import { afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ConsoleError } from "../../src/core/errors.ts";
import { smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { digest, lastOf, type RunFlags, ranIn } from "../helpers/pipeline.ts";

/** Nothing is said to be done of which the ledger does not hold every line, whatever keeps those out without an error. */

setDefaultTimeout(60_000);
const january = "2024-01-31";
const users = ["u1", "u2", "u3"];
const place = emptiedWorkplace((drops) => {
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users, 1));
});

beforeAll(async () => {
  await place.database.sql.unsafe(
    "create function keep() returns trigger language plpgsql as 'begin return null; end'",
  );
});
beforeEach(async () => {
  expect(await run("month_000")).toMatchObject({ status: "published" });
});

async function run(month: string, flags?: RunFlags) {
  const events = await ranIn(place.pipeline, [month], flags);
  return lastOf(events, "run.failed") ?? lastOf(events, "run.finished");
}

const stateOf = async (month: string) =>
  (await place.pipeline.call({ kind: "months" })).months.find((one) => one.month === month)?.state;

/** Rows of the tables and of those of the ledger that tell of them. */
async function state(): Promise<unknown> {
  const { sql } = place.database;
  const seals = await sql`select * from console.seals order by as_of, table_name`;
  const lifted = await sql`select * from console.lifted_seals`;
  const profiles =
    await sql`select run, table_name, column_name from console.profiles order by run, table_name, position`;
  return [await digest(sql), [...seals], [...lifted], [...profiles]];
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    ({ code, exitCode, title, hint }: ConsoleError) => ({ code, exitCode, title, hint }),
  );

let mend = "";
afterEach(async () => {
  await place.database.sql.unsafe(mend);
  mend = "";
});

async function keepOut(deed: string, table: string, way: "trigger" | "rule" = "trigger") {
  mend = `drop ${way} if exists kept on console.${table}`;
  await place.database.sql.unsafe(
    way === "rule"
      ? `create rule kept as on ${deed} to console.${table} do instead nothing`
      : `create trigger kept before ${deed} on console.${table} for each row execute function keep()`,
  );
}

const told = (table: string, title: RegExp) => ({
  code: "not_as_planned" as const,
  title: expect.stringMatching(title),
  hint: expect.stringContaining(`\`\\d+ console.${table}\` in psql`),
});

describe("a run publishes nothing where lines are kept out", () => {
  test.each([
    ["insert", "seals", "trigger", /^console\.seals: 5 rows were to be written, 0 were\.$/],
    ["insert", "seals", "rule", /^console\.seals: 5 rows were to be written, 0 were\.$/],
    ["update", "runs", "trigger", /^console\.runs: 1 row was to be written, 0 were\.$/],
    ["insert", "runs", "trigger", /^console\.runs: 1 row was to be written, 0 were\.$/],
    ["insert", "run_files", "trigger", /^console\.run_files: 6 rows were to be written, 0 were\.$/],
    ["insert", "run_tables", "rule", /^console\.run_tables: 6 rows were to be written, 0 were\.$/],
    ["insert", "run_expectations", "trigger", /^console\.run_expectations: \d+ rows were to be written, 0 were\.$/],
    ["insert", "suites", "rule", /^console\.suites: \d+ rows? (was|were) to be written, 0 were\.$/],
    ["insert", "profiles", "trigger", /^console\.profiles: \d+ rows were to be written, 0 were\.$/],
    ["insert", "moves", "rule", /^console\.moves: \d+ rows were to be written, 0 were\.$/],
  ] as const)("on %s, of %s, by a %s", async (deed, table, way, title) => {
    await keepOut(deed, table, way);
    const before = await state();
    expect(await run("month_001")).toMatchObject({ event: "run.failed", ...told(table, title) });
    expect(await state()).toEqual(before);
    await place.database.sql.unsafe(mend);
    expect(await run("month_001")).toMatchObject({ status: "published" });
    expect(await stateOf("month_001")).toBe("ok");
  });

  test("of a seal that is to give way, or of the one that it is kept as", async () => {
    place.drops.write("month_000", smallDrop(users, 5));
    const before = await state();
    for (const [deed, table, done] of [
      ["delete", "seals", "removed"],
      ["insert", "lifted_seals", "written"],
    ] as const) {
      await keepOut(deed, table);
      const title = new RegExp(`^console\\.${table}: 1 row was to be ${done}, 0 were\\.$`);
      expect(await run("month_000", { restamp: true })).toMatchObject({ event: "run.failed", ...told(table, title) });
      expect(await state()).toEqual(before);
      await place.database.sql.unsafe(mend);
    }
    expect(await run("month_000", { restamp: true })).toMatchObject({ status: "published" });
  });
});

test.each([
  ["seals", 5],
  ["run_tables", 5],
] as const)("adopting seals nothing where lines of %s are kept out", async (table, rows) => {
  await place.database.sql`truncate console.runs, console.seals, console.lifted_seals restart identity cascade`;
  await keepOut("insert", table);
  const before = await state();
  const title = new RegExp(`^console\\.${table}: ${rows} rows were to be written, 0 were\\.$`);
  const adopting = () => failure(place.pipeline.call({ kind: "adopt", confirmed: true }));
  expect(await adopting()).toEqual({ exitCode: 3, ...told(table, title) });
  expect(await state()).toEqual(before);
  expect(await stateOf("month_000")).toBe("unsealed");
  await place.database.sql.unsafe(mend);
  expect(await adopting()).toBeNull();
  expect(await stateOf("month_000")).toBe("adopted");
});

test.each([
  ["delete", "seals", /^console\.seals: 1 row was to be removed, 0 were\.$/],
  ["insert", "lifted_seals", /^console\.lifted_seals: 1 row was to be written, 0 were\.$/],
  ["delete", "profiles", /^console\.profiles: \d+ rows were to be removed, 0 were\.$/],
] as const)("a day's snapshots stay where a trigger on %s of %s keeps lines", async (deed, table, title) => {
  await keepOut(deed, table);
  const before = await state();
  const dropping = () => failure(place.pipeline.call({ kind: "retire", as_of: january }));
  expect(await dropping()).toEqual({ exitCode: 3, ...told(table, title) });
  expect(await state()).toEqual(before);
  await place.database.sql.unsafe(mend);
  expect(await dropping()).toBeNull();
});
