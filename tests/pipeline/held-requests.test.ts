import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { Request } from "../../src/core/messages/requests.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { backendPid } from "../../src/postgres/connection/lock.ts";
import { smallDrop } from "../helpers/drops.ts";
import { ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** Whatever is asked for, it is told whom it waits for, and how to end that. */

setDefaultTimeout(60_000);

const [january, february] = ["2024-01-31", "2024-02-29"];

let place: Workplace;
let other: Sql;
let asking: Pipeline;
beforeAll(async () => {
  place = await workplace();
  for (const month of [0, 1]) place.drops.write(`month_00${month}`, smallDrop(["u1", "u2", "u3"], month));
  await ranIn(place.pipeline, ["month_000", "month_001"]);
});
afterAll(() => place.close());

beforeEach(() => {
  other = connect(place.database.url, { applicationName: "pg_dump" });
  asking = startPipeline({ data: place.drops.path, home: `${place.drops.path}/home`, database: place.database.url });
});
afterEach(async () => {
  await other.end({ timeout: 1 });
  await asking.close();
});

const others = "usage_agg_30d_snapshots_others";
const snapshots = "usage_agg_30d_snapshots";
const selection = { months: ["month_001"] };
const cases: [table: string, request: Request][] = [
  [others, { kind: "months" }],
  [others, { kind: "snapshots" }],
  [others, { kind: "doctor" }],
  [others, { kind: "check", selection }],
  [others, { kind: "adopt", confirmed: false }],
  [snapshots, { kind: "verify", as_of: null }],
  [snapshots, { kind: "compare", from: january, to: february }],
  [snapshots, { kind: "export", as_of: january, labels_from: null, out: "training.csv" }],
  [snapshots, { kind: "retire", as_of: "2024-02-29" }],
  ["users", { kind: "propose", table: "users", suite_path: "users.json", overwrite: true }],
  ["console.run_expectations", { kind: "show", run: 1 }],
  ["console.profiles", { kind: "profile", as_of: january, run: null, table: null, column: null }],
  ["console.profiles", { kind: "profiling" }],
  // Before anything can be asked for, the database is brought up to date, and the tables are looked at.
  ["console.migrations", { kind: "runs" }],
];

test.each(cases)("%s is locked: %j", async (table, asked) => {
  const pid = await backendPid(other);
  await other.unsafe(`begin; lock table ${table} in access exclusive mode`);
  const told: string[] = [];
  const waiting = Promise.withResolvers<void>();
  asking.heed((text) => {
    told.push(text);
    waiting.resolve();
  });
  const answer = asking.call(inside(asked));
  // One that is refused, or does not wait, would be waited for in vain.
  await Promise.race([waiting.promise, answer]);
  await other`rollback`;
  await answer;
  const role = place.database.sql.options.user;
  expect(told).toEqual([
    expect.stringMatching(
      new RegExp(
        `^Waiting for session ${pid} of ${role} \\(pg_dump\\), which locked ${table}(_others|_\\d{8})? first\\. ` +
          `It began its transaction at [-0-9]+ [0-9:]+Z\\. What waits goes on once that is over; ` +
          `\`select pg_terminate_backend\\(${pid}\\)\` ends it\\.$`,
      ),
    ),
    `The wait for session ${pid} of ${role} (pg_dump) is over.`,
  ]);
});

/** The same, what it writes among the drops of this test. */
function inside(request: Request): Request {
  if (request.kind === "export") return { ...request, out: `${place.drops.path}/${request.out}` };
  if (request.kind === "propose") return { ...request, suite_path: `${place.drops.path}/${request.suite_path}` };
  return request;
}
