/** What is measured in each round, in this order. `loads`: which month's drop both ways are given. */
export const phases = [
  { phase: "first month", loads: 0, flags: [], byHand: "load" },
  // By hand there is nothing like it.
  { phase: "next month, --dry-run", loads: 1, flags: ["--dry-run"], byHand: "nothing" },
  { phase: "next month", loads: 1, flags: [], byHand: "load" },
  { phase: "same month again, --force", loads: 1, flags: ["--force"], byHand: "load" },
  // By hand there is no other way than to load it again, so it is held against the loading just before.
  { phase: "same month again", loads: 1, flags: [], byHand: "as before" },
] as const;
export type Phase = (typeof phases)[number]["phase"];

/** Rows in the six files of a drop, for each user. */
export const rowsPerUser = 6;

/** One measurement: the same drop loaded by the console and by hand. */
export interface Sample {
  users: number;
  round: number;
  phase: Phase;
  ours: Timing;
  /** Seconds; null when only ours was asked for. */
  byHand: number | null;
}

export interface Timing {
  /** From command to prompt. */
  seconds: number;
  /** Null where there is no /proc. */
  peakBytes: number | null;
  /** Seconds of each stage, as the run's own events tell. */
  stages: Record<string, number>;
}

/** All rounds of one phase at one size. */
export interface Summary {
  users: number;
  phase: Phase;
  seconds: number;
  byHandSeconds: number | null;
  /** Median over the rounds of by hand ÷ ours. */
  ratio: number | null;
  rowsPerSecond: number;
  peakBytes: number | null;
  /** Median seconds of each stage; `rest` is starting, connecting and leaving. */
  stages: Record<string, number>;
}

export function summarize(samples: readonly Sample[]): Summary[] {
  const groups = Map.groupBy(samples, ({ users, phase }) => `${users} ${phase}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [summaryOf(first, group)];
  });
}

function summaryOf({ users, phase }: Sample, group: readonly Sample[]): Summary {
  const seconds = median(group.map(({ ours }) => ours.seconds));
  const compared = group.flatMap(({ ours, byHand }) => (byHand === null ? [] : [{ byHand, ours: ours.seconds }]));
  const peaks = group.flatMap(({ ours }) => ours.peakBytes ?? []);
  return {
    users,
    phase,
    seconds,
    byHandSeconds: compared.length === 0 ? null : median(compared.map(({ byHand }) => byHand)),
    ratio: compared.length === 0 ? null : median(compared.map(({ byHand, ours }) => byHand / ours)),
    rowsPerSecond: (users * rowsPerUser) / seconds,
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    stages: stagesOf(group),
  };
}

function stagesOf(group: readonly Sample[]): Record<string, number> {
  const names = new Set(group.flatMap(({ ours }) => Object.keys(ours.stages)));
  const stages = Object.fromEntries(
    [...names].map((name) => [name, median(group.map(({ ours }) => ours.stages[name] ?? 0))]),
  );
  const rest = ({ ours }: Sample) => ours.seconds - Object.values(ours.stages).reduce((sum, value) => sum + value, 0);
  return { ...stages, rest: median(group.map(rest)) };
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
