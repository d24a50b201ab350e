import type { RunEvent } from "../../src/core/events.ts";
import type { MonthEntry, RunDetail, RunEntry, SnapshotEntry } from "../../src/core/listings.ts";
import type { RunRequest } from "../../src/core/requests.ts";
import * as madeUp from "./made-up.ts";

/** What a fake pipeline knows and does; `hold` stops a run at the end of its stream until it is cancelled. */
export interface Scenario {
  months: MonthEntry[];
  runs: RunEntry[];
  details: RunDetail[];
  snapshots: SnapshotEntry[];
  stream(request: RunRequest): string;
  hold: boolean;
}

const runs = [madeUp.run(1, 0, "published", 4), madeUp.run(2, 1, "published", 2)];

function threeMonths(stream: string, hold = false): Scenario {
  return {
    months: [madeUp.month(2, "new", null), ...[1, 0].map((index) => madeUp.month(index, "ok", runs[index] ?? null))],
    runs,
    details: [...runs.map(madeUp.detail), madeUp.detail(madeUp.run(3, 2, "rejected", 0))],
    snapshots: madeUp.snapshots([0, 1]),
    stream: () => stream,
    hold,
  };
}

const none: Scenario = { months: [], runs: [], details: [], snapshots: [], stream: () => "published", hold: false };

/** By the name that a test gives as `--home`. */
export const scenarios: Record<string, () => Scenario> = {
  empty: () => none,
  published: () => threeMonths("published"),
  rejected: () => threeMonths("rejected"),
  faulty: () => threeMonths("faulty"),
  halfway: () => threeMonths("halfway", true),
  crowd: () => crowd(500, 5_000),
};

function crowd(monthCount: number, runCount: number): Scenario {
  const all = Array.from({ length: runCount }, (_, index) =>
    madeUp.run(
      index + 1,
      Math.floor((index * monthCount) / runCount),
      index % 10 === 9 ? "published" : "rejected",
      runCount - index,
    ),
  );
  const months = Array.from({ length: monthCount }, (_, index) =>
    madeUp.month(index, "ok", all.findLast((run) => run.month === madeUp.month(index, "ok", null).month) ?? null),
  );
  const details = all.slice(-20).map(madeUp.detail);
  return { ...none, months, runs: all, details, snapshots: madeUp.snapshots(months.map((_, index) => index)) };
}

export async function readStream(name: string): Promise<RunEvent[]> {
  const text = await Bun.file(new URL(`../fixtures/streams/${name}.ndjson`, import.meta.url)).text();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
}
