import { failureCodes, isFailureCode } from "../core/errors.ts";
import { formatCounted, formatDuration } from "../core/format.ts";
import type { EventOf, Mode, TableCounts } from "../core/messages/events.ts";
import type { RunStatus } from "../core/messages/listings.ts";
import { escapeControl } from "../core/text.ts";
import type { RunState } from "./state.ts";
import { statusWord } from "./words.ts";

/** The ledger keeps neither `unchanged`, where nothing was done, nor `unknown`, where it could not be asked in time. */
export type Outcome = RunStatus | "unchanged" | "unknown";

const statusByExit = {
  done: "published",
  rejected: "rejected",
  usage: "failed",
  failure: "failed",
  refused: "refused",
  interrupted: "interrupted",
  terminated: "interrupted",
} as const satisfies Record<string, RunStatus>;

/** What its stream says of a run, as the ledger has it. */
export function outcomeOf({ end }: Pick<RunState, "end">): Outcome {
  if (end === null) return "running";
  if (end.event === "run.finished") return end.status;
  if (end.code === "outcome_unknown") return "unknown";
  // Of a month that was not begun the ledger has no run.
  if (end.code === "pipeline_died" && end.run !== null) return "crashed";
  return isFailureCode(end.code) ? statusByExit[failureCodes[end.code].exit] : "failed";
}

/** How a run ended, in one sentence. */
export function headline(state: RunState): string {
  const { month, as_of, run, end } = state;
  const name = [month, as_of].filter(Boolean).join(" → ");
  const outcome = outcomeWord(state);
  const unpublished = outcome === unknown ? `run ${run} may have been published` : "nothing was published";
  const how = end?.event === "run.finished" ? finished(end, run) : `${outcome}, ${unpublished}`;
  return name === "" ? how : `${escapeControl(name)}: ${how}`;
}

const unknown = "outcome unknown";

/** How a run ended, in one word or two. */
export function outcomeWord(state: RunState): string {
  const { end } = state;
  const outcome = outcomeOf(state);
  if (outcome === "unknown") return unknown;
  return end?.event === "run.finished" && end.status === "published" ? deedOf(end) : statusWord(outcome);
}

/** Where nothing stood that could give way, a restamp is a publication like any other. */
function deedOf({ mode, lifted, replaced }: EventOf<"run.finished">): string {
  return mode === "restamp" && lifted === 0 && replaced === 0 ? deeds.publish : deeds[mode];
}

const deeds = {
  publish: "published",
  restamp: "restamped",
  backfill: "backfilled",
  dry_run: "published",
  adopt: "adopted",
} as const;

function finished(end: EventOf<"run.finished">, run: number | null): string {
  const { status, mode, tables, replaced = 0 } = end;
  if (status === "unchanged") return `nothing to do, these very files were published by run ${run}`;
  const took = formatDuration(end.seconds);
  const changes = tables.reduce((sum, { inserted = 0, updated = 0 }) => sum + inserted + updated, 0);
  if (status === "dry_run") {
    const frozen = replaced === 0 ? "" : ` and replace ${formatCounted(replaced, "snapshot row")}`;
    return `dry run in ${took}, rolled back; would change ${formatCounted(changes, "row")}${frozen}`;
  }
  const nothing = changes === 0 && mode !== "backfill" ? ", no live row changed" : "";
  return `${deedOf(end)} by run ${run} in ${took}${nothing}`;
}

/** What a run that had nothing to do took for granted, and how to find out. */
export function notLookedAt(tables: readonly TableCounts[]): string {
  // Beside live tables that hold a later month, or that it was not to touch, nothing is said of them.
  const isLive = tables.some(({ inserted }) => inserted !== undefined);
  return `No row was compared; ${isLive ? "`--dry-run --force` and " : ""}\`snapshots --verify\` ${isLive ? "do" : "does"} that.`;
}

/** What became of the rows of a snapshot. */
export function frozenInWords({ unchanged }: Pick<TableCounts, "unchanged">, mode: Mode | null): string {
  if (unchanged !== undefined) return "as sealed before";
  return mode === "dry_run" ? "would be sealed" : "sealed";
}
