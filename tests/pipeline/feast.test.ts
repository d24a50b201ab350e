import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { ConsoleError } from "../../src/core/errors.ts";
import { chosenTables } from "../../src/pipeline/answers/training/sources.ts";
import { featureQuery, labelQuery } from "../../src/postgres/snapshots/feature-sources.ts";
import { dataset, tablesOf } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { readByDuckDb } from "../helpers/duckdb.ts";
import { runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";

/** A Feast repository: its files, its statements held against `export`, and Feast itself where FEAST_PYTHON names a Python that has it. */

setDefaultTimeout(60_000);
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const python = process.env.FEAST_PYTHON;
const days = ["2024-01-31", "2024-02-29"];
let place: Workplace;
let folder: string;

/** Some are gone for good, some come back, and one is new. */
beforeAll(async () => {
  place = await workplace();
  place.drops.write("month_000", smallDrop(["u1", "u2", "U3", "gone", "back"]));
  place.drops.write("month_001", smallDrop(["u2", "u1", "U3", "new"], 1));
  place.drops.write("month_002", smallDrop(["u2", "u1", "back"], 2));
  expect((await place.pipeline.call(runRequest(["0..2"]))).exit_code).toBe(0);
});
afterAll(() => place.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-feast-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (overwrite = false) =>
  place.pipeline.call({ kind: "feast", folder: join(folder, "features"), overwrite });
const exported = async (asOf: string) => {
  const out = join(folder, `${asOf}.parquet`);
  await place.pipeline.call({ kind: "export", as_of: asOf, labels_from: null, out });
  return out;
};

describe("the files", () => {
  test("say what the tables say, and no secret", async () => {
    const report = await write();
    expect(report.files).toEqual([
      { name: "feature_store.yaml", state: "written" },
      { name: "features.py", state: "written" },
    ]);
    expect(report.key).toEqual(["user_id"]);
    expect(report.views.map(({ name, source }) => [name, source])).toEqual([
      ["subscriptions", "subscriptions_profile_snapshots"],
      ["usage_agg_30d", "usage_agg_30d_snapshots"],
      ["payments_agg_90d", "payments_agg_90d_snapshots"],
      ["support_agg_90d", "support_agg_90d_snapshots"],
      ["labels", "labels_snapshots"],
    ]);
    expect(Object.keys(report.environment)).toEqual(["POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER"]);
    const store = readFileSync(join(folder, "features", "feature_store.yaml"), "utf8");
    expect(store).toContain(`password: '\${POSTGRES_PASSWORD}'`);
    const definitions = readFileSync(join(folder, "features", "features.py"), "utf8");
    for (const line of [
      'Field(name="months_active", dtype=Int32, description="Months for which the subscription had run."),',
      'Field(name="monthly_fee", dtype=Float64, description="Fee for a month."),',
      'Field(name="churn_label", dtype=Bool, description="Whether the customer had left."),',
      'value_type=ValueType.STRING,\n    description="The customer.",',
    ])
      expect(definitions).toContain(line);
  });

  test("that are there and differ are not written over by chance", async () => {
    await write();
    const definitions = join(folder, "features", "features.py");
    const own = readFileSync(definitions, "utf8");
    expect((await write()).files.map(({ state }) => state)).toEqual(["unchanged", "unchanged"]);
    writeFileSync(definitions, "# mine\n");
    const refused = await write().then(
      () => null,
      (error: ConsoleError) => error,
    );
    expect(refused).toMatchObject({ code: "usage", hint: expect.stringContaining("--yes") });
    expect(refused?.title).toContain("features.py is there already");
    expect(readFileSync(definitions, "utf8")).toBe("# mine\n");
    expect((await write(true)).files.map(({ state }) => state)).toEqual(["unchanged", "replaced"]);
    expect(readFileSync(definitions, "utf8")).toBe(own);
    expect(readdirSync(dirname(definitions)).sort()).toEqual(["feature_store.yaml", "features.py"]);
  });
});

test("the newest rows of a source up to a day are what an export of that day has", async () => {
  const { sql } = place.database;
  const chosen = chosenTables({ dataset: await dataset(), tables: await tablesOf(sql) });
  const tables = { ...chosen, dataset: "streamflow", firstMonth: "2024-01" };
  const queries = await Promise.all([
    ...chosen.features.map((table) => featureQuery(sql, table, tables)),
    labelQuery(sql, tables),
  ]);
  for (const day of days) {
    const { columns, rows } = await readByDuckDb(`'${await exported(day)}'`);
    const names = Object.keys(columns);
    const expected = new Map(rows.map((row) => [row[0], Object.fromEntries(names.map((name, i) => [name, row[i]]))]));
    const seen = new Map<unknown, Record<string, unknown>>();
    for (const query of queries) {
      const newest = await sql.unsafe(`
        select distinct on (user_id) * from (${query}) s
         where as_of <= '${day} 12:00+00' order by user_id, as_of desc`);
      for (const { as_of: _, ...row } of newest) seen.set(row.user_id, { ...seen.get(row.user_id), ...row });
    }
    expect(expected.size).toBe(day === days[0] ? 5 : 4);
    for (const [user, row] of seen) {
      const { as_of: _, label_as_of: labelDay, ...wanted } = expected.get(user) ?? {};
      const { label_as_of: moment, ...found } = row;
      if (expected.has(user)) {
        expect(found).toEqual(wanted);
        expect(new Date(String(moment)).toISOString()).toBe(`${labelDay}T00:00:00.000Z`);
      } else if (day === days[1]) {
        const { user_id: _user, churn_label: _label, ...features } = found;
        expect(Object.values(features).every((value) => value === null)).toBe(true);
      }
    }
    expect([...seen.keys()]).toEqual(expect.arrayContaining([...expected.keys()]));
  }
});

/** The blocks of a language in a part of the README. */
function blocks(language: string): string[] {
  const part = readme.slice(readme.indexOf("## Training sets"), readme.indexOf("## Another dataset"));
  return [...part.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text = ""]) => text);
}

test("the README's lines train from DuckDB and from SQL", async () => {
  const [duckdb = "", postgres = ""] = blocks("sql");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await exported("2024-01-31");
  const shares = await connection.runAndReadAll(duckdb.replace("january.parquet", join(folder, "2024-01-31.parquet")));
  expect(shares.getRowsJson()).toEqual([["DSL", "3", expect.any(Number)]]);
  connection.closeSync();
  instance.closeSync();
  expect(await place.database.sql.unsafe(postgres)).toHaveLength(3);
});

describe.skipIf(python === undefined)("Feast itself (FEAST_PYTHON)", () => {
  test("gives what export writes, for a list of keys and dates, and the README's lines run", async () => {
    const { environment } = await write();
    const env = { ...process.env, ...environment, POSTGRES_PASSWORD: "none", FEAST_USAGE: "False", TZ: "America/Lima" };
    const run = async (...words: string[]) => {
      const child = Bun.spawn(words, { cwd: folder, env, stdout: "pipe", stderr: "pipe" });
      const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      if ((await child.exited) !== 0) throw new Error(err);
      return out;
    };
    const bin = python ?? "";
    await run(join(dirname(bin), "feast"), "--chdir", "features", "apply");
    const files = await Promise.all(days.map(async (as_of) => ({ as_of, file: await exported(as_of) })));
    const compare = join(import.meta.dir, "../feast/compare.py");
    const words = await run(bin, compare, "features", JSON.stringify(files), "user_id");
    // Feast has a word of its own to say first.
    const told = JSON.parse(words.trim().split("\n").at(-1) ?? "");
    expect(told).toEqual({ cells: 9 * 16, same_columns: true, differing: [], strangers: [] });
    const [pandas = "", feast = ""] = blocks("python");
    const lines = `${pandas.replace("january", "2024-01-31")}print(len(X), int(y.sum()))\n${feast}print(len(train))\n`;
    expect(await run(bin, "-c", lines)).toMatch(/^3 \d\n(.*\n)*5\n$/);
  }, 300_000);
});
