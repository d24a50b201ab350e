import type { Verdict } from "../../core/messages/events.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import { type Span, span } from "../drawing/spans.ts";

/** What was found wrong, or not, in words. */

/** `rank` 0 failed, 1 does not hold but is not critical, 2 holds; `position` is the verdict's place in its run. */
export interface JudgedVerdict extends Verdict {
  position: number;
  rank: 0 | 1 | 2;
}

export function judged(verdicts: readonly Verdict[]): JudgedVerdict[] {
  return verdicts.map((verdict, position) => ({ ...verdict, position, rank: rankOf(verdict) }));
}

export function rankOf({ success, severity }: Verdict): 0 | 1 | 2 {
  if (success) return 2;
  return severity === "critical" ? 0 : 1;
}

const ranks = [
  { word: "failed", sign: "fail", tone: "bad" },
  { word: "warning", sign: "warn", tone: "warn" },
  { word: "passed", sign: "ok", tone: "good" },
] as const;

export function signOf(verdict: Verdict, glyphs: Glyphs): Span {
  const { sign, tone } = ranks[rankOf(verdict)];
  return span(glyphs[sign], tone);
}

/** What a filter searches. */
export function verdictText(verdict: Verdict, glyphs: Glyphs): string {
  const { table, severity } = verdict;
  return `${table} ${expectationInWords(verdict, glyphs)} ${severity} ${ranks[rankOf(verdict)].word}`;
}

export function verdictInWords(verdict: Verdict, sign: string, glyphs: Glyphs): string {
  return `${sign} ${verdict.table}: ${expectationInWords(verdict, glyphs)}`;
}

/** Where in a drop: "subscriptions.csv:4", as far as that is known. */
export function placeInWords(file: string, line?: number | null): string {
  return `${file.slice(file.lastIndexOf("/") + 1)}${line == null ? "" : `:${line}`}`;
}
