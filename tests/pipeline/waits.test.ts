import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { backendPid } from "../../src/postgres/connection/lock.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Whom a run waits for is said, and how to end that, once it takes more than a moment. */

setDefaultTimeout(60_000);

let place: Workplace;
let other: Sql;
beforeEach(async () => {
  place = await workplace();
  for (const month of [0, 1]) place.drops.write(`month_00${month}`, smallDrop(["u1", "u2", "u3"], month));
  await ranIn(place.pipeline, ["month_000"]);
  other = connect(place.database.url, { applicationName: "pg_dump" });
});
afterEach(async () => {
  await other.end({ timeout: 1 });
  await place.close();
});

/** Run the next month while the other session has its locks; what is told of the wait, and what comes of the run once it is ended so. */
async function runBeside(locks: string) {
  const pid = await backendPid(other);
  await other.unsafe(`begin; ${locks}`);
  const [{ began } = { began: "" }] = await other<{ began: string }[]>`
    select to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"') as began`;
  const told: string[] = [];
  const waiting = Promise.withResolvers<string>();
  const over = Promise.withResolvers<string>();
  place.pipeline.heed((text) => {
    told.push(text);
    if (text.startsWith("Waiting")) waiting.resolve(text);
    if (text.startsWith("The wait")) over.resolve(text);
  });
  const running = ranIn(place.pipeline, ["month_001"]);
  const text = await waiting.promise;
  const [, ending = ""] = /`([^`]+)`/.exec(text) ?? [];
  await place.database.sql.unsafe(ending);
  const events = await running;
  return { pid, began, told, text, over: await over.promise, status: lastOf(events, "run.finished")?.status };
}

test("a dump of the database, which a partition cannot be attached beside", async () => {
  const { pid, began, told, text, over, status } = await runBeside(
    "lock table usage_agg_30d_snapshots, usage_agg_30d_snapshots_others in access share mode",
  );
  const role = place.database.sql.options.user;
  expect(text).toBe(
    `Waiting for session ${pid} of ${role} (pg_dump), which locked usage_agg_30d_snapshots_others first. ` +
      `It began its transaction at ${began}. What waits goes on once that is over; \`select pg_terminate_backend(${pid})\` ends it.`,
  );
  expect(over).toBe(`The wait for session ${pid} of ${role} (pg_dump) is over.`);
  expect(told).toEqual([text, over]);
  expect(status).toBe("published");
});

test("an ALTER TABLE that was left open, before the past can be read", async () => {
  const { text, status } = await runBeside("lock table labels_snapshots in access exclusive mode");
  expect(text).toContain(", which locked labels_snapshots");
  expect(status).toBe("published");
});

test("a row that another transaction wrote, of which nobody knows yet whether it stays", async () => {
  const { text, status } = await runBeside("update usage_agg_30d set skips_7d = 9 where user_id = 'u1'");
  expect(text).toMatch(/^Waiting for session .*, (whose transaction has to end|which locked usage_agg_30d) first\./);
  expect(status).toBe("published");
});

test("the ledger, before the run has a line in it", async () => {
  const { text, told, status } = await runBeside("lock table console.runs in access exclusive mode");
  expect(text).toContain(", which locked console.runs first.");
  expect(told.length).toBe(2);
  expect(status).toBe("published");
});
