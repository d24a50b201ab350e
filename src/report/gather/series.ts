import type { ObservedRun, ObservedSeries, RunEntry } from "../../core/messages/listings.ts";

/** What the verdicts of each run observed, by the run's number. */
export type Observed = ReadonlyMap<number, ObservedRun["verdicts"]>;

/** What an expectation observed over the months, the oldest first. */
export type Series = Omit<ObservedSeries["points"][number], "run">[];

type Dated = Pick<RunEntry, "run" | "as_of">;

/** Of each of a run's verdicts what its expectation observed in the publications before, and in the run itself. */
export function seriesOf(own: Dated, runs: readonly RunEntry[], observed: Observed): Series[] {
  const known = [...publishedBefore(own, runs), own].map(({ run, as_of }) => ({
    as_of,
    verdicts: new Map((observed.get(run) ?? []).map((verdict) => [verdict.expectation, verdict])),
  }));
  return (observed.get(own.run) ?? []).map(({ expectation }) =>
    known.flatMap(({ as_of, verdicts }) => {
      const found = verdicts.get(expectation);
      return found === undefined ? [] : [{ as_of, observed: found.observed, verdict: found.verdict }];
    }),
  );
}

/** By which each earlier date stood then, the oldest first. */
function publishedBefore({ run, as_of }: Dated, runs: readonly RunEntry[]): Dated[] {
  const newest = new Map<string, RunEntry>();
  for (const one of runs) {
    const isEarlier = one.status === "published" && one.run < run && one.as_of < as_of;
    if (isEarlier && one.run > (newest.get(one.as_of)?.run ?? 0)) newest.set(one.as_of, one);
  }
  return [...newest.values()].sort((a, b) => (a.as_of < b.as_of ? -1 : 1));
}
