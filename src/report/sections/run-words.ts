import { formatCounted } from "../../core/format.ts";
import type { RunDetail, RunStatus } from "../../core/messages/listings.ts";
import { allOf, countsInWords } from "../../core/messages/verdicts.ts";
import type { Tone } from "../document/parts.tsx";

export const statusTones: Record<RunStatus, Tone> = {
  running: "warn",
  published: "good",
  dry_run: "idle",
  rejected: "bad",
  failed: "bad",
  refused: "warn",
  interrupted: "warn",
  crashed: "bad",
};

/** A publication that something is to be said of is none that is simply well. */
export function toneOf(detail: RunDetail): Tone {
  const { status, expectations, warnings } = detail;
  if (status !== "published") return statusTones[status];
  const isWell = expectations.warned + expectations.unevaluated + (expectations.unknown ?? 0) === 0;
  return isWell && warnings.length === 0 && isSealed(detail) ? "good" : "warn";
}

/** Whether the seals that a run set are in force. */
function isSealed({ run, lifted }: RunDetail): boolean {
  return !lifted.some((seal) => seal.run === run && seal.reason !== "renewal");
}

/** What a run came to, in one sentence. */
export function verdictSentence(detail: RunDetail): string {
  const { month, as_of, expectations, snapshots, status } = detail;
  const name = `${month}, as of ${as_of},`;
  const judged = allOf(expectations) === 0 ? "no expectation was evaluated" : judgedInWords(detail);
  const faults = detail.failure?.fault_count ?? 0;
  const warned = detail.warnings.length === 0 ? "" : `, ${formatCounted(detail.warnings.length, "warning")}`;
  const sealed = snapshots.length === 0 ? "" : `, ${formatCounted(snapshots.length, "snapshot")} sealed`;
  const found = faults > 0 ? `; the drop has ${formatCounted(faults, "fault")}` : "";
  const said: Record<RunStatus, string> = {
    published: `was ${publishedAs(detail)}: ${judged}${sealed}${warned}.`,
    dry_run: `was run without effect: ${judged}; all of it was rolled back.`,
    running: "is being run: nothing of it is published yet.",
    rejected: `was rejected: ${judged}${found}. Nothing was published.`,
    failed: "failed: nothing was published.",
    refused: "was refused: nothing was published.",
    interrupted: "was cancelled: nothing was published.",
    crashed: "crashed: the run left no last word, and nothing of it was published.",
  };
  return `${name} ${said[status]}`;
}

/** "all 24 expectations passed", "of 24 expectations 22 passed, 2 failed". */
function judgedInWords({ expectations }: RunDetail): string {
  const all = formatCounted(allOf(expectations), "expectation");
  return expectations.passed === allOf(expectations) ? `all ${all} passed` : `of ${all} ${countsInWords(expectations)}`;
}

function publishedAs({ mode }: RunDetail): string {
  if (mode === "restamp") return "published anew, in the place of what was sealed";
  if (mode === "backfill") return "backfilled from its drop alone";
  return mode === "adopt" ? "adopted as others had taken it" : "published";
}
