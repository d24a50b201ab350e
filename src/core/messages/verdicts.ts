import type { type } from "../checks.ts";

/** How much it matters that an expectation does not pass: a critical one rejects the drop, the others are told and kept. */
export const severities = ["critical", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** What may become of an expectation. Of one that could not be evaluated, nobody knows whether the data are as it says. */
const words = ["passed", "failed", "unevaluated"] as const;
export type VerdictWord = (typeof words)[number];

/** `observed` is the metric Great Expectations calls `observed_value`; null without one. */
export const verdictDefinition = {
  table: "string",
  type: "string",
  "column?": "string",
  kwargs: "object",
  severity: ["===", ...severities],
  verdict: ["===", ...words],
  /** Great Expectations' way to say that it passed. */
  success: "boolean",
  /** Why it could not be evaluated. */
  "error?": "string",
  observed: "unknown",
  unexpected_count: "number | null",
  unexpected_percent: "number | null",
} as const;
export type Verdict = type.infer<typeof verdictDefinition>;

/** What a suite that a run evaluated said of itself then. */
export interface KeptSuite {
  table: string;
  name: string;
  notes: unknown;
  meta: unknown;
}

/**
 * A verdict as the ledger has it: of an older run it may only know that the expectation did not pass. `description` and `notes`
 * are what its suite said of it, these in a text or several, as Great Expectations has them.
 */
export type KeptVerdict = Omit<Verdict, "verdict"> & {
  verdict: VerdictWord | "unknown";
  description?: string;
  notes?: unknown;
};

const count = "number.integer >= 0";

/** Verdicts by what they come to; `warned` ones failed, and are not critical. */
export const countsDefinition = { passed: count, failed: count, warned: count, unevaluated: count } as const;
export type ExpectationCounts = type.infer<typeof countsDefinition>;

/** Left out where the ledger knows of each. */
export type KeptCounts = ExpectationCounts & { unknown?: number };

/** What a verdict comes to. */
export type Standing = keyof KeptCounts;

/** How many there are of each is said in these words, in this order. */
const said = {
  passed: "passed",
  failed: "failed",
  unevaluated: "could not be evaluated",
  unknown: "did not pass for a reason that was not kept",
  warned: "warned",
} as const satisfies Record<Standing, string>;

const standings = Object.keys(said) as (keyof typeof said)[];

/** The gravest first. */
export const byGravity: readonly Standing[] = [...standings.slice(1), "passed"];

type Judged = Pick<KeptVerdict, "verdict" | "severity">;

export function standingOf({ verdict, severity }: Judged): Standing {
  return verdict === "failed" && severity !== "critical" ? "warned" : verdict;
}

/** Whether the drop is rejected because of it. */
export function isRejecting({ verdict, severity }: Judged): boolean {
  return verdict !== "passed" && severity === "critical";
}

export const noVerdicts: ExpectationCounts = { passed: 0, failed: 0, warned: 0, unevaluated: 0 };

export function countVerdicts(verdicts: readonly Judged[]): KeptCounts {
  return verdicts.reduce<KeptCounts>(counted, noVerdicts);
}

export function counted<Counts extends KeptCounts>(counts: Counts, verdict: Judged): Counts {
  const standing = standingOf(verdict);
  return { ...counts, [standing]: (counts[standing] ?? 0) + 1 };
}

/** How many there are in all. */
export function allOf(counts: KeptCounts): number {
  return standings.reduce((sum, standing) => sum + (counts[standing] ?? 0), 0);
}

/** The gravest that there is; null without any. */
export function gravestOf(counts: KeptCounts): Standing | null {
  return byGravity.find((standing) => (counts[standing] ?? 0) > 0) ?? null;
}

/** "22 passed, 1 failed, 1 could not be evaluated": as far as there are any. */
export function countsInWords(counts: KeptCounts, words: Readonly<Record<Standing, string>> = said): string {
  const some = standings.filter((standing) => (counts[standing] ?? 0) > 0);
  return some.map((standing) => `${counts[standing]} ${words[standing]}`).join(", ");
}

/** The same words where there is little room. */
export const saidBriefly: Readonly<Record<Standing, string>> = {
  ...said,
  unevaluated: "not evaluated",
  unknown: "unknown",
};

/** What became of an expectation, by the result that Great Expectations would give. */
export function wordOf(result: { success: boolean; exception_info: { raised_exception: boolean } }): VerdictWord {
  if (result.exception_info.raised_exception) return "unevaluated";
  return result.success ? "passed" : "failed";
}
