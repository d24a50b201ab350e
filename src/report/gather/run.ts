import type { RunDetail, RunEntry } from "../../core/messages/listings.ts";
import type { TableProfile } from "../../core/messages/profiles.ts";
import type { SnapshotEntry } from "../../core/messages/seals.ts";
import type { UnexpectedValues } from "../../core/messages/unexpected.ts";
import type { Asked } from "./ask.ts";
import { type Moves, movesOf } from "./moves.ts";
import { type Observed, type Series, seriesOf } from "./series.ts";

/** All that is known of one run. */
export interface RunEvidence {
  detail: RunDetail;
  /** The newest earlier publication of an earlier date: what it is held against. */
  before: RunEntry | null;
  /** The publication that put another in its place; null where it is the newest of its date. */
  newer: RunEntry | null;
  /** What each expectation observed over the months, by its place among the verdicts. */
  series: readonly Series[];
  /** Unexpected values of those that did not pass, by the same. */
  samples: ReadonlyMap<number, UnexpectedValues>;
  /** How its snapshots moved; or why nobody can tell. */
  moves: Moves | { missing: string };
  /** What the columns of its drop came to, and those of a publication before; none where nothing is kept of it. */
  profiles: { now: TableProfile[]; before: TableProfile[] };
}

/** What the ledger lists, which is asked for once for any number of runs. */
export interface Listed {
  runs: readonly RunEntry[];
  snapshots: readonly SnapshotEntry[];
  observed: Observed;
}

export async function listed(asked: Asked): Promise<Listed> {
  const [{ runs }, { snapshots }, observed] = await Promise.all([
    asked.call({ kind: "runs" }),
    asked.call({ kind: "snapshots" }),
    asked.call({ kind: "observed" }),
  ]);
  return { runs, snapshots, observed: new Map(observed.runs.map(({ run, verdicts }) => [run, verdicts])) };
}

/** How a run is looked at where there are many of them. */
interface Amid {
  /** To hold two snapshots against each other takes longer than all else. */
  compares: boolean;
  /** What was asked of the columns of many runs at once. */
  profiles: readonly TableProfile[];
}

const alone: Amid = { compares: true, profiles: [] };

export async function gatherRun(asked: Asked, run: number, all: Listed, amid: Amid = alone): Promise<RunEvidence> {
  const detail = await asked.call({ kind: "show", run });
  const before = beforeOf(detail, all.runs);
  const [samples, moves, now] = await Promise.all([
    samplesOf(asked, detail),
    movesOf(asked, detail, all.snapshots, amid.compares),
    profilesOf(asked, run, amid),
  ]);
  const then = await profilesBefore(before, moves, all.runs, (one) => profilesOf(asked, one, amid));
  return {
    ...{ detail, before, samples, moves, profiles: { now, before: then } },
    newer: newerOf(detail, all.runs),
    series: seriesOf(detail, all.runs, all.observed),
  };
}

/** The publication that a run is held against: the newest date before its own, as it stood then. */
export function beforeOf({ run, as_of }: Pick<RunEntry, "run" | "as_of">, runs: readonly RunEntry[]): RunEntry | null {
  const earlier = runs.filter((one) => one.status === "published" && one.run < run && one.as_of < as_of);
  return earlier.reduce<RunEntry | null>((best, one) => (best === null || isNewer(one, best) ? one : best), null);
}

function isNewer(one: RunEntry, other: RunEntry): boolean {
  return one.as_of > other.as_of || (one.as_of === other.as_of && one.run > other.run);
}

/** A later publication of the same month; null where there is none, and for a run that published nothing. */
export function newerOf({ run, month, status }: RunEntry, runs: readonly RunEntry[]): RunEntry | null {
  if (status !== "published") return null;
  return runs.find((one) => one.status === "published" && one.month === month && one.run > run) ?? null;
}

async function samplesOf(asked: Asked, { run, verdicts }: RunDetail): Promise<Map<number, UnexpectedValues>> {
  const found = new Map<number, UnexpectedValues>();
  for (const [position, { verdict, unexpected_count: count }] of verdicts.entries()) {
    if (verdict === "passed" || (count ?? 0) === 0) continue;
    found.set(position, await asked.call({ kind: "samples", run, position }));
  }
  return found;
}

/** Of the publication before, or of the one that its snapshots are held against now: a date that is dropped has none. */
export async function profilesBefore(
  before: RunEntry | null,
  moves: RunEvidence["moves"],
  runs: readonly RunEntry[],
  profilesOfRun: (run: number) => Promise<TableProfile[]>,
): Promise<TableProfile[]> {
  const since =
    "missing" in moves ? undefined : runs.find((one) => one.status === "published" && one.as_of === moves.from);
  for (const run of new Set([before?.run, since?.run])) {
    const kept = run === undefined ? [] : (await profilesOfRun(run)).filter(({ columns }) => columns !== null);
    if (kept.length > 0) return kept;
  }
  return [];
}

async function profilesOf(asked: Asked, run: number, amid: Amid): Promise<TableProfile[]> {
  const known = amid.profiles.filter((one) => one.run === run);
  if (known.length > 0) return known;
  const { profiles } = await asked.call({ kind: "profile", as_of: null, run, table: null, column: null });
  return profiles;
}
