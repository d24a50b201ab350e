import {
  gravestOf,
  isRejecting,
  type KeptCounts,
  type KeptVerdict,
  type Standing,
  standingOf,
} from "../../core/messages/verdicts.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import { escapeControl } from "../../core/text.ts";
import type { Glyphs } from "../drawing/glyphs.ts";
import { type Span, span, type Tone } from "../drawing/spans.ts";

/** What was found wrong, or not, in words. */

/** `position` is the verdict's place in its run. */
export interface JudgedVerdict extends KeptVerdict {
  position: number;
  standing: Standing;
}

export function judged(verdicts: readonly KeptVerdict[]): JudgedVerdict[] {
  return verdicts.map((verdict, position) => ({ ...verdict, position, standing: standingOf(verdict) }));
}

const signs = {
  failed: { word: "failed", sign: "fail", tone: "bad" },
  unevaluated: { word: "not evaluated", sign: "unevaluated", tone: "warn" },
  unknown: { word: "unknown", sign: "unevaluated", tone: "warn" },
  warned: { word: "warning", sign: "warn", tone: "warn" },
  passed: { word: "passed", sign: "ok", tone: "good" },
} as const satisfies Record<Standing, { word: string; sign: keyof Glyphs; tone: Tone }>;

export function standingInWords(standing: Standing): Span {
  const { word, tone } = signs[standing];
  return span(word, tone);
}

/** What rejects a drop is bad, whatever it is. */
export function signOf(verdict: KeptVerdict, glyphs: Glyphs): Span {
  const { sign, tone } = signs[standingOf(verdict)];
  return span(glyphs[sign], isRejecting(verdict) ? "bad" : tone);
}

/** The gravest of a run's verdicts, by which a drop that was rejected was rejected; null where none is worth a sign. */
export function gravestSign(counts: KeptCounts, isRejected: boolean, glyphs: Glyphs): Span | null {
  const gravest = gravestOf(counts);
  if (gravest === null || gravest === "passed") return null;
  const { sign, tone } = signs[gravest];
  return span(glyphs[sign], isRejected && gravest !== "warned" ? "bad" : tone);
}

/** Why an expectation that did not pass has no values to show; null for one that failed, which may have some. */
export function whyUnseen({ verdict, error }: KeptVerdict): string | null {
  if (verdict === "unknown") return "It did not pass; why, this older run did not keep.";
  return error === undefined ? null : `It could not be evaluated: ${error}`;
}

/** What a filter searches. */
export function verdictText(verdict: KeptVerdict, glyphs: Glyphs): string {
  const { table, severity } = verdict;
  return `${table} ${expectationInWords(verdict, glyphs)} ${severity} ${signs[standingOf(verdict)].word}`;
}

/** Of what could not be evaluated, with the reason. */
export function verdictInWords(verdict: KeptVerdict, glyphs: Glyphs): string {
  const why = verdict.error === undefined ? "" : ` could not be evaluated: ${escapeControl(verdict.error)}`;
  return `${verdict.table}: ${expectationInWords(verdict, glyphs)}${why}`;
}

/** Where in a drop: "subscriptions.csv:4", as far as that is known. */
export function placeInWords(file: string, line?: number | null): string {
  return `${file.slice(file.lastIndexOf("/") + 1)}${line == null ? "" : `:${line}`}`;
}
