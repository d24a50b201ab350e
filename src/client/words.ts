import { formatCount, formatCounted, formatDuration, formatPercent } from "../core/format.ts";
import { type RunEntry, secondsOf } from "../core/messages/listings.ts";
import type { Profile } from "../core/messages/profiles.ts";
import type { LiftedSeal } from "../core/messages/seals.ts";
import { countsInWords, countVerdicts, type KeptVerdict, standingOf } from "../core/messages/verdicts.ts";
import { expectationInWords, observedInWords } from "../core/suites/expectation-words.ts";
import { clip, escapeControl } from "../core/text.ts";

/** `out_of_order` → "out of order". */
export function spaced(name: string): string {
  return name.replaceAll("_", " ");
}

/** How long it took; `lasting` while it is not over. */
export function took(run: Pick<RunEntry, "started_at" | "finished_at">, lasting = "–"): string {
  const seconds = secondsOf(run);
  return seconds === null ? lasting : formatDuration(seconds);
}

const signs = { atLeast: "≥", atMost: "≤", ellipsis: "…" };

/** "watch_hours_30d ≥ 0" */
export function expectationInOneLine(verdict: Pick<KeptVerdict, "type" | "column" | "kwargs">): string {
  return expectationInWords(verdict, signs, true);
}

/** Which expectation it is: "usage_agg_30d, watch_hours_30d ≥ 0". */
export function expectationOf(verdict: KeptVerdict): string {
  return `${escapeControl(verdict.table)}, ${expectationInOneLine(verdict)}`;
}

/** How it went in a word: "passed", "failed", how mild the failure is, or that nobody knows. */
export function verdictWord(judged: Pick<KeptVerdict, "verdict" | "severity">): string {
  return standingOf(judged) === "warned" ? judged.severity : judged.verdict;
}

/** "10 of 12 expectations passed, 1 failed, 1 could not be evaluated". */
export function passedInWords(judged: readonly Pick<KeptVerdict, "verdict" | "severity">[]): string {
  const counts = countVerdicts(judged);
  const passed = `${counts.passed} of ${formatCounted(judged.length, "expectation")} passed`;
  return [passed, countsInWords({ ...counts, passed: 0 })].filter(Boolean).join(", ");
}

const longestList = 100;

/** What was found: "12 unexpected (0.17 %), observed -3.2", or why nothing was. */
export function observation({
  error,
  observed,
  unexpected_count: count,
  unexpected_percent: percent,
}: Pick<KeptVerdict, "error" | "observed" | "unexpected_count" | "unexpected_percent">): string {
  if (error !== undefined) return escapeControl(error);
  const share = percent ? ` (${formatPercent(percent)})` : "";
  const seen = Array.isArray(observed)
    ? clip(escapeControl(JSON.stringify(observed)), longestList)
    : observedInWords(observed);
  const found = [count === null ? "" : `${formatCount(count)} unexpected${share}`, seen && `observed ${seen}`];
  return found.filter(Boolean).join(", ");
}

/** A verdict on one line: "usage_agg_30d, watch_hours_30d ≥ 0: 12 unexpected (0.17 %)", "… could not be evaluated: …". */
export function verdictLine(verdict: KeptVerdict): string {
  const name = expectationOf(verdict);
  const found = observation(verdict);
  if (verdict.verdict === "unevaluated") return `${name} could not be evaluated: ${found}`;
  return `${name}${found === "" ? "" : `: ${found}`}`;
}

/** What a run came to, as it is called wherever people read it: `interrupted` is the ledger's own name, and JSON's. */
export function statusWord(status: string): string {
  return status === "interrupted" ? "cancelled" : spaced(status);
}

/** How it went, and in which way when that was not the ordinary one. */
export function statusOf({ status, mode }: Pick<RunEntry, "status" | "mode">): string {
  const way = mode === "publish" || mode === status ? "" : ` (${spaced(mode)})`;
  return `${statusWord(status)}${way}`;
}

/** What became of a seal, on a page about this run. */
export function whyLifted({ run, reason, lifted_by, operator, host }: LiftedSeal, of: number): string {
  // A weak seal is renewed over the same rows.
  const deed = reason === "renewal" ? "renewed" : "replaced";
  if (lifted_by === of) return `this run ${deed} it, of run ${run}`;
  if (lifted_by !== null) return `${deed} by run ${lifted_by}`;
  return `dropped${operator === null ? "" : ` by ${operator}@${host}`}`;
}

/** A value of a column as a person reads it: of a number no more digits than tell it from its neighbours. */
export function profileValue(value: string | null, { kind }: Pick<Profile, "kind">): string {
  if (value === null) return "–";
  if (kind !== "number" || !Number.isFinite(Number(value))) return value;
  return String(Number(Number(value).toPrecision(6)));
}
