import type { MonthEntry, RunDetail, RunEntry } from "../../src/core/messages/listings.ts";
import type { RunRequest } from "../../src/core/messages/requests.ts";
import type { SnapshotEntry } from "../../src/core/messages/seals.ts";
import * as madeUp from "./made-up.ts";

/**
 * What a fake pipeline knows and does. `hold` stops a run at the end of its stream until it is cancelled; `busy` has it
 * report progress of six tables ten times a second meanwhile.
 */
export interface Scenario {
  months: MonthEntry[];
  runs: RunEntry[];
  details: RunDetail[];
  snapshots: SnapshotEntry[];
  stream(request: RunRequest): string;
  hold: boolean;
  /** Unexpected values of an expectation that failed. */
  unexpected?: number;
  busy?: boolean;
  /** What the months are from the second time on that they are asked for. */
  later?: MonthEntry[];
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

const scenarios: Record<string, () => Scenario> = {
  empty: () => none,
  published: () => threeMonths("published"),
  rejected: () => threeMonths("rejected"),
  unevaluated: () => {
    const { details, ...rest } = threeMonths("unevaluated");
    const verdicts = madeUp.verdicts([madeUp.positions.fee], [], [madeUp.positions.hours]);
    return { ...rest, details: details.map((detail) => (detail.run === 3 ? { ...detail, verdicts } : detail)) };
  },
  faulty: () => threeMonths("faulty"),
  halfway: () => threeMonths("halfway", true),
  arriving: () => {
    const { months, ...rest } = threeMonths("published");
    return { ...rest, months: months.slice(1), later: months };
  },
  changed: () => ({
    ...threeMonths("published"),
    months: [madeUp.month(1, "changed", runs[1] ?? null), madeUp.month(0, "out_of_order", null)],
  }),
  /** A year of months that did not come after two that did, and one before those. */
  lacking: () => ({
    ...threeMonths("published"),
    months: [
      ...Array.from({ length: 12 }, (_, index) => ({
        ...madeUp.month(15 - index, "due", null),
        due_since: `${index < 4 ? 2025 : 2024}-${String(((15 - index + 1) % 12) + 1).padStart(2, "0")}-03`,
        files: [],
      })),
      madeUp.month(3, "ok", runs[1] ?? null),
      { ...madeUp.month(2, "missing", null), due_since: "2024-04-03", files: [] },
      madeUp.month(1, "ok", runs[0] ?? null),
    ],
  }),
  dropped: () => ({
    ...threeMonths("published"),
    months: [1, 0].map((index) => madeUp.month(index, "dropped", runs[index] ?? null)),
  }),
  bad: () => ({ ...threeMonths("rejected"), unexpected: 100_000 }),
  /** Ten years of months. */
  many: () => ({ ...crowd(120, 600, 24), unexpected: 100_000 }),
  crowd: () => crowd(500, 5_000, 200),
};

/** By the name that a test gives as the folder of `--home`. */
export function scenario(name: string): Scenario {
  const made = scenarios[name];
  if (made === undefined) throw new Error(`no scenario "${name}"`);
  return made();
}

/** As much as a ledger may hold; a run of its newest month goes on until it is cancelled, and keeps talking. */
function crowd(monthCount: number, runCount: number, expectationCount: number): Scenario {
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
  const details = all
    .slice(-20)
    .map(madeUp.detail)
    .map((detail) => ({
      ...detail,
      verdicts: Array.from(
        { length: expectationCount },
        (_, index) => detail.verdicts[index % detail.verdicts.length],
      ).filter((verdict) => verdict !== undefined),
    }));
  const snapshots = madeUp.snapshots(months.map((_, index) => index));
  return { months, runs: all, details, snapshots, stream: () => "halfway", hold: true, busy: true };
}
