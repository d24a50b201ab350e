import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { exactly } from "../../src/core/exact-number.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import type { RunRequest } from "../../src/core/messages/requests.ts";
import { observedInWords } from "../../src/core/suites/expectation-words.ts";
import { dialectOf, plainDialect } from "../../src/core/written/dialect.ts";
import { browseRun, browseRuns } from "../../src/pipeline/answers/browse.ts";
import { browseSamples } from "../../src/pipeline/answers/unexpected/samples.ts";
import { browseValues } from "../../src/pipeline/answers/unexpected/values.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { lastOf, openedAs, runRequest } from "../helpers/pipeline.ts";
import { psql } from "../helpers/psql.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** That the reject file has every unexpected value, and that the SQL which is shown finds what it says it finds. */

setDefaultTimeout(120_000);

const many = 1_600;
const users = Array.from({ length: many }, (_, index) => `u${index}`);

let database: TestDatabase;
let drops: DropFolder;
let session: Session;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  const data = join(drops.path, "it's data");
  mkdirSync(data);
  const settings = { data, home: join(drops.path, "home"), database: database.url };
  const opened = await openSession(await reachDatabase(settings));
  session = { ...opened, manifestDirectory: join(drops.path, "dataset") };
});
afterAll(async () => {
  await session.close();
  drops.remove();
  await database.drop();
});
beforeEach(async () => {
  await emptied(database.sql);
  rmSync(session.settings.data, { recursive: true });
  mkdirSync(session.settings.data);
});

type Asked = [type: string, kwargs: Record<string, unknown>];

/** Suites of the two tables that the drops here are about; the others get empty ones. */
function demand(severity: "critical" | "warning", asked: Record<string, Asked[]>): void {
  for (const { name, suite } of session.dataset.tables) {
    if (suite === null) continue;
    const expectations = (asked[name] ?? []).map(([type, kwargs]) => ({ type, kwargs, severity }));
    const path = join(session.manifestDirectory, suite);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, JSON.stringify({ name, expectations }));
  }
}

/** Every kind of row-wise check, on texts that are hard to quote, too. */
const demanding: Record<string, Asked[]> = {
  usage_agg_30d: [
    ["expect_column_values_to_be_between", { column: "watch_hours_30d", min_value: 0 }],
    ["expect_column_values_to_be_unique", { column: "skips_7d" }],
    ["expect_column_value_z_scores_to_be_less_than", { column: "skips_7d", threshold: 1, double_sided: true }],
    ["expect_column_values_to_be_increasing", { column: "watch_hours_30d", order_by: "user_id" }],
    ["expect_column_mean_to_be_between", { column: "watch_hours_30d", min_value: 1e9 }],
  ],
  subscriptions: [
    ["expect_column_values_to_not_be_in_set", { column: "contract_type", value_set: ["a  b", "c\nd", "it's \\ : :x"] }],
    ["expect_column_values_to_match_regex", { column: "net_service", regex: "^DSL$", mostly: 0.999 }],
    ["expect_column_pair_values_to_be_equal", { column_A: "contract_type", column_B: "net_service" }],
    [
      "expect_column_values_to_be_null",
      { column: "contract_type", row_condition: 'col("months_active") > 1300', condition_parser: "great_expectations" },
    ],
  ],
};

/** A drop that breaks all of these, the first of them twelve hundred times. */
function breaking(salt = 0): Record<string, Rows> {
  const drop = smallDrop(users, salt);
  const contracts = ["a  b", '"c\nd"', "it's \\ : :x", "a b"];
  return {
    ...drop,
    "usage_agg_30d.csv": altered(drop["usage_agg_30d.csv"], (cells, at) => {
      const hours = at < 1_200 ? `-${at + 1}.50` : (cells[1] ?? "");
      return [cells[0] ?? "", hours, "29.1", "1", String(at % 100 === 0 ? 7 : at), "4"];
    }),
    "subscriptions.csv": altered(drop["subscriptions.csv"], (cells, at) => {
      const contract = contracts[at % 6] ?? cells[4] ?? "";
      return cells.with(4, contract).with(8, at % 10 === 0 ? "Fiber optic" : "DSL");
    }),
  };
}

function altered(rows: Rows = [], change: (cells: string[], at: number) => string[]): Rows {
  return rows.map((cells, index) => (index === 0 ? cells : change([...cells], index - 1)));
}

function write(month: string, files: Record<string, Rows>): void {
  const folder = join(session.settings.data, month);
  mkdirSync(folder, { recursive: true });
  for (const [name, rows] of Object.entries(files)) writeFileSync(join(folder, name), textOf(rows));
}

function textOf(rows: Rows, end = "\n"): string {
  return rows.map((cells) => `${cells.join(",")}${end}`).join("");
}

async function run(month: string, flags: Partial<RunRequest> = {}) {
  const events: RunEvent[] = [];
  const request = { ...runRequest([month]), ...flags };
  const exit = await runMonths(openedAs(session), request, (event) => events.push(event), new AbortController().signal);
  const number = events.find((event) => event.event === "run.started")?.run ?? 0;
  return { exit, number, events, failed: lastOf(events, "run.failed") };
}

/** The keys that each failed expectation's SQL finds in psql, with what the screens say of it. */
async function shownOf(number: number) {
  const { verdicts } = await browseRun(session, number);
  const broken = verdicts.flatMap((verdict, position) => (verdict.success ? [] : [{ verdict, position }]));
  return Promise.all(
    broken.map(async ({ verdict, position }) => {
      const { sql, sql_note: note, total } = await browseSamples(session, number, position);
      const found = sql === null ? null : psql(database.url, sql).map((row) => row.split("\t")[0] ?? "");
      return { verdict, sql, note, total, found };
    }),
  );
}

/** Every statement finds the rows that were counted, each once. */
async function expectTrue(number: number, note: string): Promise<void> {
  const shown = await shownOf(number);
  expect(shown.length).toBeGreaterThan(0);
  for (const { verdict, total, found, note: said } of shown) {
    if (verdict.unexpected_count === null) {
      expect([verdict.type, found, said]).toEqual([verdict.type, null, ""]);
      continue;
    }
    expect([verdict.type, total, said]).toEqual([verdict.type, verdict.unexpected_count, note]);
    // A key with a line break in its value would be two lines here: keys have none, values do.
    const keys = (found ?? []).filter((key) => /^u\d+$/.test(key));
    expect([verdict.type, keys.length, new Set(keys).size]).toEqual([verdict.type, total, total]);
  }
}

const inFile = "a psql script that reads the drop's file";
const isLive = "reads the live table: true as long as its rows are those of this run";

describe("a rejected month", () => {
  test("whose files are in another dialect is not given to psql, which would read them in its own", async () => {
    demand("critical", demanding);
    write("month_000", breaking());
    for (const table of session.tables) table.manifest.written = dialectOf({ comment: "#" });
    const { number } = await run("month_000");
    const shown = (await shownOf(number)).filter(({ verdict }) => verdict.unexpected_count !== null);
    expect(shown.length).toBeGreaterThan(0);
    for (const { sql, note } of shown) expect([sql, note]).toEqual([null, expect.stringContaining("all are in")]);
    for (const table of session.tables) table.manifest.written = plainDialect;
  });

  test("has every unexpected value in its reject file, with its line, and all are counted", async () => {
    demand("critical", demanding);
    write("month_000", breaking());
    const { exit, number, failed } = await run("month_000");
    expect([exit, failed?.code]).toEqual([1, "expectation_failed"]);
    const { verdicts, failure } = await browseRun(session, number);
    const counts = verdicts.map((verdict) => (verdict.success ? 0 : (verdict.unexpected_count ?? 0)));
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(1_200);
    const all = counts.reduce((sum, count) => sum + count, 0);
    expect([failed?.fault_count, failure?.fault_count]).toEqual([all, all]);
    expect(failed?.fault_groups?.reduce((sum, { count }) => sum + count, 0)).toBe(all);
    expect(failed?.faults?.length).toBe(2_000);
    const lines = readFileSync(failed?.reject_file ?? "", "utf8")
      .trimEnd()
      .split("\n")
      .slice(1);
    expect(lines).toHaveLength(all);
    const hours = lines.filter((line) => line.includes(",watch_hours_30d,'-") && line.includes("≥ 0"));
    expect(hours).toEqual(
      users
        .slice(0, 1_200)
        .map(
          (_, at) =>
            `usage_agg_30d.csv,${at + 2},watch_hours_30d,'-${at + 1}.50,not as expected: watch_hours_30d ≥ 0,u${at}`,
        ),
    );
    const position = verdicts.findIndex(({ column }) => column === "watch_hours_30d");
    const page = { kind: "values", run: number, position, from: 1_000, count: 500, filter: "" } as const;
    const { total, all: isAll, rows } = await browseValues(session, page);
    expect([total, isAll, rows.length]).toEqual([1_200, true, 200]);
    const file = join(session.settings.data, "month_000", "usage_agg_30d.csv");
    expect(rows[0]).toEqual({ key: { user_id: "u1000" }, value: "-1001.50", file, line: 1_002 });
    const narrowed = await browseValues(session, { ...page, from: 0, filter: "-1001" });
    expect([narrowed.total, narrowed.rows]).toEqual([1, rows.slice(0, 1)]);
    expect(lines.every((line) => /^[a-z_0-9]+\.csv,\d+,/.test(line))).toBe(true);
    // No cell of this file has a line break: line 2 is of u0.
    const told = lines.filter((line) => line.startsWith("usage_agg_30d.csv,"));
    const byReason = Object.values(Object.groupBy(told, (line) => /,not as expected.*(?=,)/.exec(line)?.[0] ?? ""));
    const keys = byReason.map((some = []) => some.map((line) => `u${Number(line.split(",")[1]) - 2}`).sort());
    const shown = (await shownOf(number)).filter(({ verdict }) => verdict.table === "usage_agg_30d");
    expect(shown.flatMap(({ found }) => (found === null ? [] : [found.sort()]))).toEqual(keys);
  });

  test("has numbers digit by digit wherever it is told of, also such as no JavaScript number holds", async () => {
    const [most, found] = ["1541815603606036489", "1541815603606036490.25"];
    const bounded = { column: "watch_hours_30d", max_value: exactly(most) };
    demand("critical", {
      usage_agg_30d: [
        ["expect_column_max_to_be_between", bounded],
        ["expect_column_values_to_be_between", bounded],
      ],
    });
    const drop = smallDrop(["u0", "u1"]);
    write("month_000", {
      ...drop,
      "usage_agg_30d.csv": altered(drop["usage_agg_30d.csv"], (cells, at) => (at === 0 ? cells : cells.with(1, found))),
    });
    const { exit, number, failed, events } = await run("month_000");
    expect([exit, failed?.code]).toEqual([1, "expectation_failed"]);
    expect(JSON.stringify(events)).toContain(
      `"max_value":${most}},"severity":"critical","verdict":"failed","success":false,"observed":${found}`,
    );
    const { verdicts } = await browseRun(session, number);
    expect(JSON.stringify(verdicts)).toContain(`"observed":${found}`);
    expect(JSON.stringify(verdicts)).toContain(`"max_value":${most}}`);
    expect(verdicts.map(({ observed }) => observedInWords(observed))).toEqual(["1,541,815,603,606,036,490.25", ""]);
    expect((await browseSamples(session, number, 1)).rows).toMatchObject([
      { key: { user_id: "u1" }, value: found, line: 3 },
    ]);
    const rejected = readFileSync(failed?.reject_file ?? "", "utf8");
    expect(rejected).toContain(`usage_agg_30d.csv,3,watch_hours_30d,${found},`);
  });

  test("has SQL that finds all of them in the files, however they are written", async () => {
    demand("critical", demanding);
    const files = breaking();
    const usage = textOf(files["usage_agg_30d.csv"] ?? []);
    const contents: [string, Uint8Array | string][] = [
      ["usage_agg_30d.csv", usage],
      ["usage_agg_30d.csv", `\ufeff${textOf(files["usage_agg_30d.csv"] ?? [], "\r\n")}`],
      ["usage_agg_30d.csv.gz", gzipSync(usage)],
      ["usage_agg_30d.csv.zst", zstdCompressSync(usage)],
    ];
    for (const [name, content] of contents) {
      rmSync(join(session.settings.data, "month_000"), { recursive: true, force: true });
      write("month_000", files);
      rmSync(join(session.settings.data, "month_000", "usage_agg_30d.csv"));
      writeFileSync(join(session.settings.data, "month_000", name), content);
      const { exit, number } = await run("month_000");
      expect([name, exit]).toEqual([name, 1]);
      await expectTrue(number, inFile);
    }
  });

  test("whose SQL leaves nothing behind in the session", async () => {
    demand("critical", demanding);
    write("month_000", breaking());
    const { exit, number } = await run("month_000");
    expect(exit).toBe(1);
    const shown = (await shownOf(number)).find(({ verdict }) => verdict.table === "usage_agg_30d");
    const after = psql(
      database.url,
      `${shown?.sql}\nselect count(*), to_regclass('pg_temp.usage_agg_30d') from usage_agg_30d;`,
    );
    expect(after.at(-1)).toBe("0\t");
  });

  test("says where the values are once the file is another", async () => {
    demand("critical", demanding);
    write("month_000", breaking());
    const { number, failed } = await run("month_000");
    for (const table of ["usage_agg_30d", "subscriptions"]) {
      utimesSync(join(session.settings.data, "month_000", `${table}.csv`), 1, 1);
    }
    const shown = await shownOf(number);
    expect(shown.length).toBeGreaterThan(0);
    for (const { verdict, sql, note } of shown) {
      const where = `these rows are not in the database: all are in ${failed?.reject_file}`;
      expect([verdict.type, sql, note]).toEqual([verdict.type, null, verdict.unexpected_count === null ? "" : where]);
    }
    rmSync(failed?.reject_file ?? "");
    const [first] = await shownOf(number);
    expect(first?.note).toBe("these rows are not in the database, and the drop's file is not what was read");
  });
});

describe("a published month", () => {
  test("has SQL that finds what it warned of in the live tables, and in the file once they hold others", async () => {
    demand("warning", demanding);
    write("month_000", breaking());
    const first = await run("month_000");
    expect(first.exit).toBe(0);
    await expectTrue(first.number, isLive);
    const { verdicts } = await browseRun(session, first.number);
    const position = verdicts.findIndex(({ column }) => column === "watch_hours_30d");
    const page = { kind: "values", run: first.number, position, from: 0, count: 2_000, filter: "" } as const;
    const values = await browseValues(session, page);
    expect([values.total, values.all, new Set(values.rows.map(({ key }) => key.user_id)).size]).toEqual([
      1_200,
      true,
      1_200,
    ]);
    // One user left, whose rows stay live.
    const next = Object.fromEntries(Object.entries(breaking(1)).map(([name, rows]) => [name, rows.toSpliced(1, 1)]));
    write("month_001", next);
    const second = await run("month_001");
    expect(second.exit).toBe(0);
    await expectTrue(first.number, inFile);
    await expectTrue(second.number, inFile);
  });

  test("has no SQL once somebody else wrote the live table and the file is gone", async () => {
    demand("warning", demanding);
    write("month_000", breaking());
    const { number } = await run("month_000");
    await database.sql`update usage_agg_30d set watch_hours_30d = 1 where user_id = 'u7'`;
    rmSync(join(session.settings.data, "month_000"), { recursive: true });
    const bounded = (await shownOf(number)).find(({ verdict }) => verdict.column === "watch_hours_30d");
    expect([bounded?.sql, bounded?.note]).toEqual([
      null,
      "the live table holds other rows by now, and the drop's file is not what was read",
    ]);
  });

  test("of a dry run and of a backfill has SQL for the file", async () => {
    demand("warning", demanding);
    write("month_001", smallDrop(users, 1));
    expect((await run("month_001")).exit).toBe(0);
    write("month_000", breaking());
    const backfilled = await run("month_000", { backfill: true });
    expect(backfilled.exit).toBe(0);
    await expectTrue(backfilled.number, inFile);
    write("month_002", breaking(2));
    const dry = await run("month_002", { dry_run: true });
    expect(dry.exit).toBe(0);
    await expectTrue(dry.number, inFile);
    expect((await browseRuns(session)).runs).toHaveLength(3);
  });
});
