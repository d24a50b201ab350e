import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Settings } from "../../src/core/settings.ts";
import { catalogTables } from "../../src/postgres/catalog/introspect.ts";
import { asExpected } from "../csv/expecting.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { closePipelines, lastOf, runMonths } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Columns whose type is a domain, as other people's schemas have them. */

setDefaultTimeout(30_000);

const users = ["u1", "u2", "u3"];
let database: TestDatabase;
let drops: DropFolder;
let settings: Settings;

beforeEach(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
  for (const statement of [
    "create domain counted as int check (value < 100)",
    "create domain price as numeric(5,2)",
    "create domain fee as price not null",
    "alter table payments_agg_90d alter failed_payments_90d type counted",
    "create table fees (fee fee)",
  ])
    await database.sql.unsafe(statement);
});
afterEach(async () => {
  await closePipelines();
  drops.remove();
  await database.drop();
});

/** Runs the small drop with these values for failed_payments_90d; returns its exit code and faults. */
async function run(...payments: string[]) {
  const rows = payments.map((value, index) => [users[index] ?? "", value]);
  const drop = { ...smallDrop(users), "payments_agg_90d.csv": [["user_id", "failed_payments_90d"], ...rows] };
  drops.write("month_000", drop);
  const { exitCode, events } = await runMonths(settings, ["month_000"]);
  return { exitCode, faults: (lastOf(events, "run.failed")?.faults ?? []).map(asExpected) };
}

test("a domain is read as the type that it is made of, with its limits", async () => {
  const [shape] = await catalogTables(database.sql, [{ schema: "public", name: "fees" }]);
  expect(shape?.columns).toEqual([
    { name: "fee", type: "numeric", precision: 5, scale: 2, length: null, nullable: false },
  ]);
  expect(await run("1", "2", "3")).toEqual({ exitCode: 0, faults: [] });
});

test("values that are not of that type are named, all of them", async () => {
  const column = "failed_payments_90d";
  expect(await run("1.0", "x", "3")).toEqual({
    exitCode: 1,
    faults: [
      ["payments_agg_90d.csv", 2, column, "1.0", "not_integer"],
      ["payments_agg_90d.csv", 3, column, "x", "not_integer"],
    ],
  });
});

test("what the domain's CHECK refuses is named, all of it", async () => {
  expect(await run("101", "2", "100")).toEqual({
    exitCode: 1,
    faults: [
      ["payments_agg_90d.csv", 2, "failed_payments_90d", "101", "check_broken"],
      ["payments_agg_90d.csv", 4, "failed_payments_90d", "100", "check_broken"],
    ],
  });
});

test("what the server refuses midway hides nothing that is wrong further on, and each fault is rejected once", async () => {
  const many = Array.from({ length: 15_000 }, (_, index) => `user-${index}`);
  const payments = many.map((user, index) => [user, index === 0 ? "100" : String(index % 3)]);
  payments.push(["user-0 ", "x"]);
  drops.write("month_000", {
    ...smallDrop(many),
    "payments_agg_90d.csv": [["user_id", "failed_payments_90d"], ...payments],
  });
  const failed = lastOf((await runMonths(settings, ["month_000"])).events, "run.failed");
  expect(failed?.faults?.map(asExpected)).toEqual([
    ["payments_agg_90d.csv", 15_002, "user_id", "user-0 ", "key_padded"],
    ["payments_agg_90d.csv", 15_002, "failed_payments_90d", "x", "not_integer"],
    ["payments_agg_90d.csv", 15_002, "user_id", "user-0", "key_repeated"],
    ["payments_agg_90d.csv", 2, "failed_payments_90d", "100", "check_broken"],
  ]);
  expect(
    readFileSync(failed?.reject_file ?? "", "utf8")
      .trimEnd()
      .split("\n"),
  ).toHaveLength(5);
});
