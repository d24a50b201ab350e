import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { medianPlan } from "../../src/expectations/plan/median.ts";
import type { Answer, Query } from "../../src/expectations/plan/plan.ts";
import { toText } from "../../src/expectations/plan/sql.ts";
import { catalogTables } from "../../src/postgres/catalog/introspect.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { ask } from "./evaluate-one.ts";

setDefaultTimeout(120_000);

/** Columns of 40,001 rows that a sample of a hundredth has to deal with, and what they hold. */
const columns: Record<string, string> = {
  spread: "(n * 7919 % 40009) / 100.0",
  long: "(n * 7919 % 40009)::numeric / 7 + 1e25",
  tied: "n % 5",
  halves: "case when n % 2 = 0 then 1.5 else 2.50 end",
  scales: "case when n % 3 = 0 then 7.00 else 7 end",
  lopsided: "case when n < 39000 then 0 else n end",
  gaps: "case when n % 10 = 0 then n::numeric end",
  odd: "case n % 4 when 0 then 'NaN' when 1 then 'Infinity' else n::numeric end",
  most_nan: "case when n % 3 = 0 then n::numeric else 'NaN' end",
  nothing: "null::numeric",
};
const names = Object.keys(columns);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({
    name: "medians",
    async prepare(sql) {
      const selected = Object.entries(columns).map(([name, made]) => `(${made})::numeric as ${name}`);
      await sql.unsafe(
        `create table numbers as select n as id, ${selected.join(", ")} from generate_series(1, 40001) n`,
      );
    },
  });
});
afterAll(() => database.drop());

/** The medians by sorting all. */
async function sorted(column: string, condition = "true"): Promise<string | null> {
  const [row] = await database.sql.unsafe(`
    select trim_scale((min(v) + max(v)) * 0.5)::text as median
      from (select ${column} as v, row_number() over (order by ${column}) as at, count(*) over () as n
              from numbers where ${column} is not null and ${condition}) ranked
     where at in ((n + 1) / 2, n / 2 + 1)`);
  return row?.median ?? null;
}

const within = (from: number) => ({
  row_condition: { type: "comparison", column: { name: "id" }, operator: ">=", parameter: from },
});

test("the median of numerics is exact, of many rows and of few", async () => {
  for (const from of [1, 2, 20_000, 39_990, 40_000, 40_001]) {
    const asked = names.map((column): [string, object] => [
      "expect_column_median_to_be_between",
      { column, ...within(from) },
    ]);
    const found = await ask(database.sql, "numbers", asked as never);
    const observed = found.map(({ result }) => JSON.stringify(result.observed_value));
    const expected = await Promise.all(names.map((column) => sorted(column, `id >= ${from}`)));
    expect({ from, observed }).toEqual({
      from,
      observed: expected.map((text) =>
        text === null || text === "NaN" ? "null" : text === "Infinity" ? '"Infinity"' : text,
      ),
    });
  }
});

/** Goes on from a query as if it had found these rows. */
async function goOn(query: Query, found: readonly (readonly unknown[])[]): Promise<Answer> {
  const next = query.answer(found);
  if (!("statement" in next)) return next;
  const rows = await database.sql.unsafe(toText(next.statement, "numbers")).values();
  return goOn(next, [...rows]);
}

test("a sample that does not speak for all is seen, and all are sorted", async () => {
  const [shape] = await catalogTables(database.sql, [{ schema: "public", name: "numbers" }]);
  const column = shape?.columns.find(({ name }) => name === "spread");
  if (column === undefined) throw new Error("no column spread");
  const plan = medianPlan(column, null, ([observed]) => ({ success: true, observed }));
  if (plan.kind !== "query") throw new Error("no query");
  const median = await sorted("spread");
  for (const ends of [
    ["0", "1"],
    ["399", "400"],
    ["7", "7"],
    ["0", "400"],
    [median, median],
    [median, "400"],
    ["0", median],
    [null, null],
  ]) {
    expect({ ends, ...(await goOn(plan, [ends])) }).toMatchObject({ ends, observed: median });
  }
});
