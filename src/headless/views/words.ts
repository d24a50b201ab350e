import { formatCount, formatDuration, formatPercent } from "../../core/format.ts";
import type { Verdict, Warning } from "../../core/messages/events.ts";
import { type RunEntry, secondsOf } from "../../core/messages/listings.ts";
import { expectationInWords, observedInWords } from "../../core/suites/expectation-words.ts";
import { clip, escapeControl } from "../../core/text.ts";

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
export function expectationInOneLine(verdict: Pick<Verdict, "type" | "column" | "kwargs">): string {
  return expectationInWords(verdict, signs, true);
}

/** Which expectation it is: "usage_agg_30d, watch_hours_30d ≥ 0". */
export function expectationOf(verdict: Verdict): string {
  return `${escapeControl(verdict.table)}, ${expectationInOneLine(verdict)}`;
}

/** How it went in a word: "passed", "failed", or how mild the failure is. */
export function verdictWord({ success, severity = "critical" }: { success: boolean; severity?: string }): string {
  if (success) return "passed";
  return severity === "critical" ? "failed" : severity;
}

/** What does not stop a run, on one line. */
export function warningLine({ title, hint }: Warning): string {
  return `warning: ${escapeControl(`${title} ${hint}`)}`;
}

const longestList = 100;

/** What was found: "12 unexpected (0.17 %), observed -3.2". */
export function observation({
  observed,
  unexpected_count: count,
  unexpected_percent: percent,
}: Pick<Verdict, "observed" | "unexpected_count" | "unexpected_percent">): string {
  const share = percent ? ` (${formatPercent(percent)})` : "";
  const seen = Array.isArray(observed)
    ? clip(escapeControl(JSON.stringify(observed)), longestList)
    : observedInWords(observed);
  const found = [count === null ? "" : `${formatCount(count)} unexpected${share}`, seen && `observed ${seen}`];
  return found.filter(Boolean).join(", ");
}

/** A verdict on one line: "usage_agg_30d, watch_hours_30d ≥ 0: 12 unexpected (0.17 %)". */
export function verdictLine(verdict: Verdict): string {
  const found = observation(verdict);
  return `${expectationOf(verdict)}${found === "" ? "" : `: ${found}`}`;
}
