import { join } from "node:path";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { newRecorder, writeStream } from "./recorder.ts";

/**
 * Records tests/fixtures/recorded from the real console over generated drops: `bun run record`.
 * Events stay as they came but for what differs from one recording to the next: `at` and `seconds`. Paths and run
 * numbers need no change, for the console runs in a fresh folder with the default places below it.
 */

const fixtures = new URL("../fixtures/recorded/", import.meta.url);
const recorder = newRecorder();
const { folder } = recorder;

/** The console's events of one command; `heard` may signal it at any of them. */
async function record(name: string, args: string[], exit: number, heard?: (event: RunEvent) => boolean) {
  await writeStream(new URL(`${name}.jsonl`, fixtures), (await recorder.record(name, args, exit, heard)).map(steady));
}

function steady(event: RunEvent, index: number): RunEvent {
  const at = new Date(Date.parse("2024-04-01T12:00:00.000Z") + index * 10).toISOString();
  return "seconds" in event ? { ...event, at, seconds: 0.25 } : { ...event, at };
}

/** Cells of a month's file by data row, for as long as `during` takes. */
async function spoilt(
  spoils: [file: string, column: string, row: number, value: string][],
  during: () => Promise<void>,
) {
  const sound = new Map<string, string>();
  for (const [file, column, row, value] of spoils) {
    const path = join(folder, "data/seeds/month_002", file);
    const text = await Bun.file(path).text();
    if (!sound.has(path)) sound.set(path, text);
    const lines = text.split("\n").map((line) => line.split(","));
    const at = lines[0]?.indexOf(column) ?? -1;
    const cells = lines[row];
    if (at < 0 || cells === undefined) throw new Error(`${file} has no ${column} in row ${row}`);
    cells[at] = value;
    await Bun.write(path, lines.map((line) => line.join(",")).join("\n"));
  }
  await during();
  for (const [path, text] of sound) await Bun.write(path, text);
}

try {
  await recorder.generate(300, 3);
  await record("first-month", ["--month", "0"], 0);
  await record("next-month", ["--month", "1"], 0);
  await spoilt(
    [
      ["subscriptions.csv", "monthly_fee", 7, "-5.00"],
      ["usage_agg_30d.csv", "watch_hours_30d", 11, "-1.5"],
    ],
    () => record("rejected", ["--month", "2"], 1),
  );
  await spoilt(
    [
      ["users.csv", "signup_date", 5, "2024-13-01"],
      ["subscriptions.csv", "monthly_fee", 9, "twelve"],
      ["subscriptions.csv", "paperless_billing", 12, "perhaps"],
    ],
    () => record("malformed", ["--month", "2"], 1),
  );
  await record(
    "cancelled",
    ["--month", "2"],
    130,
    (event) => event.event === "stage.started" && event.stage === "upsert",
  );
  await record("out-of-order", ["--month", "0", "--force"], 4);
} finally {
  await recorder.close();
}
