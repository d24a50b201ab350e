import { median } from "../figures.ts";

/** What is loaded in each round, in this order. `ending`: how the script by hand ends the transaction. */
export const loads = [
  { what: "first month", month: 0, flags: [], ending: "commit" },
  { what: "next month, --dry-run", month: 1, flags: ["--dry-run"], ending: "rollback" },
  { what: "next month", month: 1, flags: [], ending: "commit" },
  { what: "same month again, --force", month: 1, flags: ["--force"], ending: "commit" },
] as const;

/** What the console is held against: the script loads the same drop, the other is the least that a program can ask. */
export const script = "script by hand";
export const leastQuestion = "psql -c 'select 1'";

/** One measurement: the console, and beside it what it is held against. */
export interface Sample {
  users: number;
  round: number;
  what: string;
  ours: Timing;
  against: typeof script | typeof leastQuestion;
  /** Null when only ours was asked for. */
  againstSeconds: number | null;
  /** The bare COPY of the drop's files, in the same round; null for what loads none. */
  copySeconds: number | null;
}

export interface Timing {
  /** From command to prompt. */
  seconds: number;
  /** Null where there is no /proc. */
  peakBytes: number | null;
  /** Seconds of each stage, as the run's own events tell; none for what is no run. */
  stages: Record<string, number>;
}

/** All measurements of one thing at one size: medians, and of the ratios too, pair by pair. */
export interface Summary {
  users: number;
  what: string;
  seconds: number;
  against: Sample["against"];
  againstSeconds: number | null;
  /** Ours ÷ that. */
  ratio: number | null;
  copySeconds: number | null;
  /** Ours ÷ the bare COPY. */
  copyRatio: number | null;
  /** The highest of all. */
  peakBytes: number | null;
  /** `rest` is starting, connecting and leaving. */
  stages: Record<string, number>;
}

export function summarize(samples: readonly Sample[]): Summary[] {
  const groups = Map.groupBy(samples, ({ users, what }) => `${users} ${what}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [summaryOf(first, group)];
  });
}

function summaryOf({ users, what, against }: Sample, group: readonly Sample[]): Summary {
  const peaks = group.flatMap(({ ours }) => ours.peakBytes ?? []);
  const that = pairs(group, ({ againstSeconds }) => againstSeconds);
  const copy = pairs(group, ({ copySeconds }) => copySeconds);
  return {
    users,
    what,
    seconds: median(group.map(({ ours }) => ours.seconds)),
    against,
    againstSeconds: that.seconds,
    ratio: that.ratio,
    copySeconds: copy.seconds,
    copyRatio: copy.ratio,
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    stages: stagesOf(group),
  };
}

/** Of what was measured beside ours: its median, and the median of ours ÷ that. Null when it never was. */
function pairs(group: readonly Sample[], beside: (sample: Sample) => number | null) {
  const found = group.flatMap((sample) => {
    const that = beside(sample);
    return that === null ? [] : [{ that, ratio: sample.ours.seconds / that }];
  });
  if (found.length === 0) return { seconds: null, ratio: null };
  return { seconds: median(found.map(({ that }) => that)), ratio: median(found.map(({ ratio }) => ratio)) };
}

function stagesOf(group: readonly Sample[]): Record<string, number> {
  const names = new Set(group.flatMap(({ ours }) => Object.keys(ours.stages)));
  const stages = Object.fromEntries(
    [...names].map((name) => [name, median(group.map(({ ours }) => ours.stages[name] ?? 0))]),
  );
  const rest = ({ ours }: Sample) => ours.seconds - Object.values(ours.stages).reduce((sum, value) => sum + value, 0);
  return { ...stages, rest: median(group.map(rest)) };
}
