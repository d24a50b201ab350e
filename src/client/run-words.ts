import { type ExitName, failureCodes, isFailureCode } from "../core/errors.ts";
import { formatCounted, formatDuration } from "../core/format.ts";
import type { EventOf, Mode, TableCounts } from "../core/messages/events.ts";
import type { RunEntry } from "../core/messages/listings.ts";
import type { RunState } from "./state.ts";

/** How a run ended, in one sentence. */
export function headline(state: RunState): string {
  const { month, as_of, run, end } = state;
  const name = [month, as_of].filter(Boolean).join(" → ");
  const how = end?.event === "run.finished" ? finished(end, run) : `${outcomeWord(state)}, ${unpublished(state)}`;
  return name === "" ? how : `${name}: ${how}`;
}

/** Only where that is known. */
function unpublished({ end, run }: RunState): string {
  return isUnknown(end) ? `run ${run} may have been published` : "nothing was published";
}

function isUnknown(end: RunState["end"]): boolean {
  return end?.event === "run.failed" && end.code === "outcome_unknown";
}

/** How a run ended, in one word or two. */
export function outcomeWord({ end }: RunState): string {
  if (end === null) return "unfinished";
  if (isUnknown(end)) return "outcome unknown";
  if (end.event === "run.failed") return failedOutcomes[isFailureCode(end.code) ? failureCodes[end.code] : "failure"];
  return end.status === "published" ? deedOf(end) : end.status.replaceAll("_", " ");
}

/** Where nothing stood that could give way, a restamp is a publication like any other. */
function deedOf({ mode, lifted, replaced }: EventOf<"run.finished">): string {
  return mode === "restamp" && lifted === 0 && replaced === 0 ? deeds.publish : deeds[mode];
}

const failedOutcomes: Record<ExitName, string> = {
  done: "done",
  rejected: "rejected",
  usage: "not understood",
  failure: "failed",
  refused: "refused",
  interrupted: "interrupted",
  terminated: "terminated",
};

const deeds = {
  publish: "published",
  restamp: "restamped",
  backfill: "backfilled",
  dry_run: "published",
  adopt: "adopted",
} as const;

function finished(end: EventOf<"run.finished">, run: number | null): string {
  const { status, mode, seconds, tables, replaced = 0 } = end;
  if (status === "unchanged") return `nothing to do, these very files were published by run ${run}`;
  const took = formatDuration(seconds);
  const changes = tables.reduce((sum, { inserted = 0, updated = 0 }) => sum + inserted + updated, 0);
  const frozen = replaced === 0 ? "" : ` and replace ${formatCounted(replaced, "snapshot row")}`;
  if (status === "dry_run") {
    return `dry run in ${took}, rolled back; would change ${formatCounted(changes, "row")}${frozen}`;
  }
  const nothing = changes === 0 && mode !== "backfill" ? ", no live row changed" : "";
  return `${deedOf(end)} by run ${run} in ${took}${nothing}`;
}

/** Seconds from start to end; null while it lasts. */
export function secondsOf({ started_at, finished_at }: Pick<RunEntry, "started_at" | "finished_at">): number | null {
  return finished_at === null ? null : (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
}

/** What became of the rows of a snapshot. */
export function frozenInWords({ unchanged }: Pick<TableCounts, "unchanged">, mode: Mode | null): string {
  if (unchanged !== undefined) return "as sealed before";
  return mode === "dry_run" ? "would be sealed" : "sealed";
}
