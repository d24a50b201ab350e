import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { browseRun, browseRuns } from "../../src/pipeline/answers/browse.ts";
import { browseSamples } from "../../src/pipeline/answers/unexpected/samples.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { lastOf, openedAs, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** That what PostgreSQL cannot evaluate on a drop is told apart from what failed, from the event to the ledger. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let drops: DropFolder;
let session: Session;
beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  const settings = { data: join(drops.path, "data"), home: join(drops.path, "home"), database: database.url };
  const opened = await openSession(await reachDatabase(settings));
  session = { ...opened, manifestDirectory: join(drops.path, "dataset") };
  drops.write("data/month_000", smallDrop(["u1", "u2"], 0));
});
afterAll(async () => {
  await session.close();
  drops.remove();
  await database.drop();
});
beforeEach(() => emptied(database.sql));

type Asked = [type: string, kwargs: object, severity: "critical" | "warning"];

const passing: Asked = ["expect_column_to_exist", { column: "user_id" }, "critical"];
const failing: Asked = ["expect_column_values_to_be_in_set", { column: "user_id", value_set: ["u1"] }, "critical"];
const dividing = (severity: "critical" | "warning"): Asked => [
  "unexpected_rows_expectation",
  { unexpected_rows_query: "select 1 / (length(user_id) - 2) from {batch}" },
  severity,
];

/** Expectations on users; the other tables get none. */
function demand(asked: readonly Asked[]): void {
  for (const { name, suite } of session.dataset.tables) {
    if (suite === null) continue;
    const expectations = name === "users" ? asked.map(([type, kwargs, severity]) => ({ type, kwargs, severity })) : [];
    const path = join(session.manifestDirectory, suite);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, JSON.stringify({ name, expectations }));
  }
}

async function run(...asked: Asked[]) {
  demand(asked);
  const events: RunEvent[] = [];
  const { signal } = new AbortController();
  const exit = await runMonths(openedAs(session), runRequest(["month_000"]), (event) => events.push(event), signal);
  const [entry] = await browseRuns(session).then(({ runs }) => runs);
  const detail = await browseRun(session, entry?.run ?? 0);
  const told = events.filter((event) => event.event === "expectation.evaluated");
  return { exit, detail, told, finished: lastOf(events, "run.finished"), failed: lastOf(events, "run.failed") };
}

test("a critical expectation that cannot be evaluated rejects the drop, in words of its own", async () => {
  const { exit, detail, told, failed } = await run(passing, dividing("critical"));
  expect(exit).toBe(1);
  expect(failed).toMatchObject({
    code: "expectation_unevaluated",
    title: "month_000 was rejected: 1 of 2 expectations could not be evaluated.",
    hint: expect.stringContaining("`show` with the run's number says why."),
  });
  expect(failed?.faults ?? []).toEqual([]);
  expect(told.at(-1)).toMatchObject({
    verdict: "unevaluated",
    success: false,
    error: "division by zero",
    observed: null,
  });
  expect(detail).toMatchObject({
    status: "rejected",
    expectations: { passed: 1, failed: 0, warned: 0, unevaluated: 1 },
    failure: { code: "expectation_unevaluated" },
    verdicts: [{ verdict: "passed" }, { verdict: "unevaluated", error: "division by zero", observed: null }],
  });
  expect(await browseSamples(session, detail.run, 1)).toEqual({ total: 0, sql: null, sql_note: "", rows: [] });
  const kept = await database.sql`select verdict from console.run_expectations order by position`;
  expect(kept.map(({ verdict }) => verdict)).toEqual(["passed", "unevaluated"]);
});

test("beside one that failed it is counted for itself, and only what failed has values", async () => {
  const { exit, detail, failed } = await run(failing, dividing("critical"));
  expect(exit).toBe(1);
  expect(failed).toMatchObject({
    code: "expectation_failed",
    title: "month_000 was rejected: 1 of 2 expectations failed, 1 could not be evaluated.",
    faults: [{ column: "user_id", value: "u2" }],
  });
  expect(detail.expectations).toEqual({ passed: 0, failed: 1, warned: 0, unevaluated: 1 });
});

test("one that is not critical is kept, and is no warning", async () => {
  const { exit, detail, finished } = await run(passing, dividing("warning"));
  expect(exit).toBe(0);
  const counts = { passed: 1, failed: 0, warned: 0, unevaluated: 1 };
  expect([finished?.expectations, detail.expectations]).toEqual([counts, counts]);
});
