import type { MonthEntry, RunEntry } from "../../core/messages/listings.ts";
import type { TableProfile } from "../../core/messages/profiles.ts";
import type { Asked } from "./ask.ts";
import { type Listed, listed } from "./run.ts";

/** What the pages of all months are made of. */
export interface SiteEvidence extends Listed {
  /** The oldest first. */
  months: readonly MonthEntry[];
  /** In which stage runs stopped by which months stand, where that is known. */
  stopped: ReadonlyMap<number, string | null>;
  /** What the columns of each table came to, the oldest first. */
  profiles: ReadonlyMap<string, TableProfile[]>;
}

export async function gatherSite(asked: Asked): Promise<SiteEvidence> {
  const [all, { months }, { profiles }] = await Promise.all([
    listed(asked),
    asked.call({ kind: "months" }),
    asked.call({ kind: "profile", as_of: null, run: null, table: null, column: null }),
  ]);
  const ended = months.flatMap(({ last_run }) => (last_run !== null && isStopped(last_run) ? [last_run.run] : []));
  const details = await Promise.all(ended.map((run) => asked.call({ kind: "show", run })));
  return {
    ...all,
    months: months.toSorted((a, b) => (a.as_of < b.as_of ? -1 : 1)),
    profiles: Map.groupBy(profiles, ({ table }) => table),
    stopped: new Map(details.map(({ run, failure }) => [run, failure?.stage ?? null])),
  };
}

function isStopped({ status }: RunEntry): boolean {
  return !["published", "running", "dry_run"].includes(status);
}

/** The publication by which each month stands, the oldest first. */
export function publications({ runs }: Listed): RunEntry[] {
  const newest = new Map<string, RunEntry>();
  // The newest come first.
  for (const run of runs) if (run.status === "published" && !newest.has(run.month)) newest.set(run.month, run);
  return [...newest.values()].toSorted((a, b) => (a.as_of < b.as_of ? -1 : 1));
}
