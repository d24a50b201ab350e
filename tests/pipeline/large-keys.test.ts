import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../headless/process.ts";
import { copyConsole } from "../helpers/copied-console.ts";
import { migrated } from "../helpers/database.ts";
import { bareEnvironment } from "../helpers/program.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { keys, openScreen } from "../helpers/terminal.ts";

/** A dataset whose keys no JavaScript number holds: whoever names a row of it names the right one, on its line. */

setDefaultTimeout(120_000);

const tables = `
  create table orders (order_id bigint primary key, units bigint);
  create table orders_snapshots (like orders, as_of date not null, primary key (order_id, as_of)) partition by list (as_of);
  create table invoices (order_id bigint primary key references orders, total bigint)`;

const manifest = {
  ...{ name: "shop", schema: "public", first_month: "2026-01", as_of_column: "as_of" },
  dates: { from: "2000-01-01", to: "2100-12-31" },
  rows: { shrink: { warn: 0.1, reject: 0.5 }, grow: { warn: 0.5, reject: 3 } },
  tables: {
    orders: { file: "orders.csv", snapshot: "orders_snapshots", suite: "expectations/orders.json" },
    invoices: { file: "invoices.csv", suite: "expectations/invoices.json" },
  },
};

/** Written as it is, for JSON.stringify would round: the second and third key are one JavaScript number. */
const suites = {
  orders: `{"name": "orders", "expectations": [
    {"type": "expect_column_values_to_be_between", "kwargs": {"column": "units", "max_value": 1541815603606036484}},
    {"type": "expect_column_values_to_not_be_in_set", "kwargs": {"column": "order_id", "value_set": [9007199254740993]}}]}`,
  invoices: `{"name": "invoices", "expectations": [
    {"type": "expect_column_max_to_be_between", "severity": "warning",
     "kwargs": {"column": "total", "max_value": 9007199254740993}}]}`,
};

const orders = [
  ["9007199254740992", "1"],
  ["9007199254740993", "2"],
  ["9007199254740994", "1541815603606036485"],
  ["09007199254740995", "1541815603606036484"],
  ["-9223372036854775808", "1541815603606036486"],
  ["9223372036854775807", "3"],
  ["0009007199254740997", "1541815603606036487"],
];
/** What the drop breaks: line, key and value. */
const tooMany = [
  { line: 4, key: "9007199254740994", value: "1541815603606036485" },
  { line: 6, key: "-9223372036854775808", value: "1541815603606036486" },
  { line: 8, key: "9007199254740997", value: "1541815603606036487" },
];
const refused = { line: 3, key: "9007199254740993", value: "9007199254740993" };

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await testDatabase(migrated);
  folder = mkdtempSync(join(tmpdir(), "streamflow-large-keys-"));
  copyConsole(folder);
  writeFileSync(join(folder, "db/init/100_shop.sql"), tables);
  writeFileSync(join(folder, "db/dataset.json"), JSON.stringify(manifest));
  for (const [name, suite] of Object.entries(suites))
    writeFileSync(join(folder, `db/expectations/${name}.json`), suite);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});
beforeEach(() => rmSync(join(folder, "data"), { recursive: true, force: true }));

function deliver(month: string, files: Record<string, string[][]>): void {
  mkdirSync(join(folder, "data", month), { recursive: true });
  for (const [name, rows] of Object.entries(files)) {
    writeFileSync(join(folder, "data", month, name), rows.map((row) => `${row.join(",")}\n`).join(""));
  }
}

const drop = (rows = orders) => ({
  "orders.csv": [["order_id", "units"], ...rows],
  "invoices.csv": [
    ["order_id", "total"],
    ["9007199254740993", "9007199254740993"],
    ["9007199254740995", "9007199254740994"],
  ],
});

const command = (...words: string[]) => [
  ...[process.execPath, join(folder, "src/main.ts"), ...words, "--data", join(folder, "data")],
  ...["--home", join(folder, "home"), "--database", database.url, "--dataset", join(folder, "db")],
];

function run(...words: string[]) {
  return start(command(...words), bareEnvironment).outcome;
}

const asFaults = (rows: { line: number; value: string }[], column: string) =>
  rows.map(({ line, value }) => expect.objectContaining({ file: "orders.csv", line, column, value }));

test("an unexpected value's line is told right by the run, its events, the ledger and the terminal UI", async () => {
  deliver("month_000", drop());
  const expected = [...asFaults(tooMany, "units"), ...asFaults([refused], "order_id")];

  const told = await run("--month", "0");
  expect({ code: told.code }).toEqual({ code: 1 });
  expect(told.stderr).toContain(`orders.csv:3: order_id: "9007199254740993"`);
  expect(told.stderr).toContain("max of total ≤ 9,007,199,254,740,993: observed 9,007,199,254,740,994");
  const rejects = readFileSync(/line by line: (.*)/.exec(told.stderr)?.[1] ?? "", "utf8");
  const lines = rejects.split("\n").map((line) => line.split(",").slice(0, 4));
  expect(lines.slice(1, -1)).toEqual([
    ...tooMany.map(({ line, value }) => ["orders.csv", String(line), "units", value]),
    ["orders.csv", String(refused.line), "order_id", refused.value],
  ]);

  const events = await run("--month", "0", "--json");
  const failed = JSON.parse(events.stdout.trim().split("\n").at(-1) ?? "");
  expect(failed).toMatchObject({ event: "run.failed", faults: expected });

  expect(JSON.parse((await run("show", "2", "--json")).stdout)).toMatchObject({ faults: expected });
  const kept = await database.sql<{ at: number; keys: string[]; counts: string[] }[]>`
    select position as at, array(select e ->> 'order_id' from jsonb_array_elements(result -> 'result' -> 'partial_unexpected_index_list') e) as keys,
           array(select e ->> 'value' from jsonb_array_elements(result -> 'result' -> 'partial_unexpected_counts') e) as counts
      from console.run_expectations where run = 2 and table_name = 'orders' order by position`;
  expect([...kept]).toEqual([
    { at: 0, keys: tooMany.map(({ key }) => key), counts: tooMany.map(({ value }) => value) },
    { at: 1, keys: [refused.key], counts: [refused.value] },
  ]);

  const screen = openScreen(command(), { columns: 120, rows: 40 });
  await screen.shows("month_000");
  screen.type("v");
  await screen.shows("units ≤ 1,541,815,603,606,036,484");
  screen.type(keys.enter);
  for (const { line, key, value } of tooMany) {
    await screen.shows(new RegExp(`${key} +"${value}" +orders\\.csv:${line}\\b`));
  }
  await screen.close();
});

test("keys are told apart, and told to be one, by the numbers that they are", async () => {
  deliver("month_001", {
    ...drop([...orders, ["9007199254740995", "4"]]),
    "invoices.csv": [
      ["order_id", "total"],
      ["09007199254740997", "1"],
      ["9007199254740996", "2"],
    ],
  });
  const faults = [
    `orders.csv:9: order_id: "9007199254740995": the key stands on line 5 already`,
    `invoices.csv:3: order_id: "9007199254740996": order_id is neither in orders.csv nor live in orders`,
  ];
  for (const words of [
    ["check", "--month", "1"],
    ["--month", "1"],
  ]) {
    const { code, stdout, stderr } = await run(...words);
    const told = (stdout + stderr).split("\n").filter((line) => /^ {2}\w+\.csv:/.test(line));
    expect({ code, told: told.map((line) => line.trim().replace(/;.*/, "")) }).toEqual({ code: 1, told: faults });
  }
});

test("of two months that differ in one row that one is updated, and told", async () => {
  const sound = orders.slice(0, 2);
  const relaxed = { name: "orders", expectations: [] };
  writeFileSync(join(folder, "db/expectations/orders.json"), JSON.stringify(relaxed));
  const invoices = {
    "invoices.csv": [
      ["order_id", "total"],
      ["9007199254740993", "1"],
    ],
  };
  deliver("month_002", { ...drop(sound), ...invoices });
  deliver("month_003", {
    ...drop([
      ["9007199254740992", "1"],
      ["9007199254740993", "7"],
    ]),
    ...invoices,
  });
  const { code, stdout } = await run("--month", "2..3", "--json");
  expect(code).toBe(0);
  const finished = stdout.split("\n").filter((line) => line.includes('"run.finished"'));
  expect(JSON.parse(finished.at(-1) ?? "").tables).toContainEqual(
    expect.objectContaining({ table: "orders", inserted: 0, updated: 1, unchanged: 1 }),
  );
  const live = await database.sql`select order_id::text as key, units::int from orders order by 1`;
  expect([...live]).toEqual([
    { key: "9007199254740992", units: 1 },
    { key: "9007199254740993", units: 7 },
  ]);
  const compared = JSON.parse((await run("compare", "2026-03-31", "2026-04-30", "--json")).stdout);
  expect(compared.tables).toMatchObject([{ changed: 1, added: 0, removed: 0 }]);
});
