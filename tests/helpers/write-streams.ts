import { type Fault, groupFaults } from "../../src/core/faults.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { noVerdicts } from "../../src/core/messages/verdicts.ts";
import { asOfOf, monthName } from "../../src/core/month.ts";
import { positions, seals, tables, usersIn } from "./made-up.ts";
import { begin, ingest, Stream, wholeRun } from "./streams.ts";

/** Writes tests/fixtures/streams: `bun tests/helpers/write-streams.ts`. */

const folder = new URL("../fixtures/streams/", import.meta.url);
const at = "2024-04-01T12:01:05.000Z";

function faulty(): RunEvent[] {
  const stream = new Stream(3, at);
  begin(stream, 2, "publish");
  stream.add({ event: "stage.started", stage: "ingest" });
  stream.add(
    { event: "table.progress", stage: "ingest", table: "users", done: 100_000, total: 313_280, unit: "bytes" },
    90,
  );
  // Under way as well, and sound.
  stream.add({
    event: "table.progress",
    stage: "ingest",
    table: "subscriptions",
    done: 200_000,
    total: 427_200,
    unit: "bytes",
  });
  const file = `data/seeds/${monthName(2)}`;
  const faults: Fault[] = [
    {
      file: `${file}/users.csv`,
      line: 17,
      column: "signup_date",
      value: "2024-13-01",
      code: "not_date",
      reason: "not a date in the form YYYY-MM-DD",
    },
    {
      file: `${file}/users.csv`,
      line: 9,
      column: "user_id",
      value: "\u202e3668-CHVWT\x1b[31m",
      code: "key_repeated",
      reason: "the key stands in the file more than once",
    },
    {
      file: `${file}/labels.csv`,
      line: 4,
      column: "churn_label",
      value: "日本語のはい",
      code: "not_boolean",
      reason: "not True or False",
    },
  ];
  return stream.add({
    event: "run.failed",
    month: monthName(2),
    stage: "ingest",
    code: "drop_rejected",
    title: `${monthName(2)} was rejected: 3 faults in 2 files.`,
    hint: "Nothing was published. Send the list to whoever made the drop, and run the month again when it is mended.",
    faults,
    fault_groups: groupFaults(faults),
    fault_count: 3,
    reject_file: ".streamflow/rejects/month_002-run-3.csv",
  }).events;
}

function cancelled(): RunEvent[] {
  const stream = new Stream(3, at);
  begin(stream, 2, "publish");
  ingest(stream, 7120);
  stream.add({ event: "stage.started", stage: "upsert" });
  stream.add({ event: "table.progress", stage: "upsert", table: "users", done: 4310, total: 7120, unit: "rows" }, 40);
  return stream.add({
    event: "run.failed",
    month: monthName(2),
    stage: "upsert",
    code: "interrupted",
    title: "The run was cancelled and rolled back.",
    hint: "Nothing of this run was published; the database is as it was before it. Run the month again when you are ready.",
  }).events;
}

function refused(): RunEvent[] {
  return new Stream(null, at).add({
    event: "run.failed",
    month: monthName(2),
    stage: null,
    code: "locked",
    title: "operator on host (process 4711) is running month_001 since 2024-04-01 12:00:00Z.",
    hint: "A dataset has one writer at a time: wait until that run is done, then try again.",
  }).events;
}

function unchanged(): RunEvent[] {
  const stream = new Stream(4, at);
  begin(stream, 1, "publish");
  const expectations = noVerdicts;
  return stream.add({
    event: "run.finished",
    status: "unchanged",
    month: monthName(1),
    as_of: asOfOf(1, "2024-01"),
    mode: "publish",
    seconds: 0,
    tables: tables.map(({ table }) => ({ table, rows: usersIn(1), inserted: 0, updated: 0 })),
    expectations,
    snapshots: seals(1),
  }).events;
}

const published = wholeRun({ run: 3, index: 2 });

const streams: Record<string, RunEvent[]> = {
  published,
  // Cut in the middle of the upsert: what the screen shows while a run goes on.
  halfway: published.slice(
    0,
    published.findIndex(
      (event) => event.event === "table.progress" && event.stage === "upsert" && event.table === "usage_agg_30d",
    ) + 1,
  ),
  rejected: wholeRun({ run: 3, index: 2, failing: [positions.fee, positions.hours] }),
  unevaluated: wholeRun({ run: 3, index: 2, failing: [positions.fee], unevaluated: [positions.hours] }),
  warned: wholeRun({ run: 3, index: 2, warning: [positions.resolution] }),
  "dry-run": wholeRun({ run: 3, index: 2, mode: "dry_run" }),
  faulty: faulty(),
  cancelled: cancelled(),
  refused: refused(),
  unchanged: unchanged(),
};

for (const [name, events] of Object.entries(streams)) {
  await Bun.write(new URL(`${name}.ndjson`, folder), `${events.map((event) => JSON.stringify(event)).join("\n")}\n`);
}
