import type { Verdict } from "../../core/messages/events.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import type { Tone } from "../drawing/spans.ts";

/** `rank` 0 failed, 1 does not hold but is not critical, 2 holds; `position` is the verdict's place in its run. */
export interface JudgedVerdict extends Verdict {
  position: number;
  rank: 0 | 1 | 2;
}

export function judged(verdicts: readonly Verdict[]): JudgedVerdict[] {
  return verdicts.map((verdict, position) => ({ ...verdict, position, rank: rankOf(verdict) }));
}

function rankOf(verdict: Verdict): 0 | 1 | 2 {
  if (verdict.success) return 2;
  return verdict.severity === "critical" ? 0 : 1;
}

export function signOf(verdict: JudgedVerdict, glyphs: Glyphs): { text: string; tone: Tone } {
  if (verdict.rank === 2) return { text: glyphs.ok, tone: "good" };
  return verdict.rank === 0 ? { text: glyphs.fail, tone: "bad" } : { text: glyphs.warn, tone: "warn" };
}

const rankWords = ["failed", "warning", "passed"] as const;

/** What a filter searches. */
export function verdictText(verdict: JudgedVerdict, glyphs: Glyphs): string {
  return `${verdict.table} ${expectationInWords(verdict, glyphs)} ${verdict.severity} ${rankWords[verdict.rank]}`;
}
