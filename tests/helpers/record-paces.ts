import type { RunEvent } from "../../src/core/messages/events.ts";
import { newRecorder, writeStream } from "./recorder.ts";

/**
 * Records tests/fixtures/paces from real runs of generated drops, with the times at which they told what they told:
 * `bun tests/helpers/record-paces.ts NAME USERS [DATABASE]`, on a machine that does nothing else meanwhile, or else by a name
 * that begins with `busy-`. The database, an empty one, is the embedded server by default.
 */

const [name = "small", users = "7000", database] = process.argv.slice(2);
const fixtures = new URL("../fixtures/paces/", import.meta.url);
const recorder = newRecorder();
const place = database === undefined ? [] : ["--database", database];

const runs: Record<string, string[]> = {
  "first-dry-run": ["--month", "0", "--dry-run"],
  first: ["--month", "0"],
  next: ["--month", "2"],
  again: ["--month", "2", "--force"],
  restamp: ["--month", "2", "--restamp", "--force"],
  backfill: ["--month", "1", "--backfill"],
  // The last one: what it rolls back lies in the tables' way until they are vacuumed.
  "dry-run": ["--month", "3", "--dry-run"],
};

/** As if it had begun at a time that is always the same. */
function rebased(events: readonly RunEvent[]): RunEvent[] {
  const shift = Date.parse("2024-04-01T12:00:00.000Z") - Date.parse(events[0]?.at ?? "");
  return events.map((event) => ({ ...event, at: new Date(Date.parse(event.at) + shift).toISOString() }));
}

try {
  await recorder.generate(Number(users), 4);
  for (const [kind, args] of Object.entries(runs)) {
    const events = await recorder.record(kind, [...args, ...place], 0);
    await writeStream(new URL(`${name}-${kind}.jsonl`, fixtures), rebased(events));
  }
} finally {
  await recorder.close();
}
