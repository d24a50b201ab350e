import { describe, expect, test } from "bun:test";
import {
  allOf,
  countsInWords,
  countVerdicts,
  gravestOf,
  isRejecting,
  type KeptVerdict,
  noVerdicts,
  severities,
  standingOf,
  wordOf,
} from "../../src/core/messages/verdicts.ts";

type Judged = Pick<KeptVerdict, "verdict" | "severity">;
const words: KeptVerdict["verdict"][] = ["passed", "failed", "unevaluated", "unknown"];
const all = words.flatMap((verdict) => severities.map((severity): Judged => ({ verdict, severity })));

describe("a verdict", () => {
  test("rejects the drop where it is critical and did not pass, for whatever reason", () => {
    expect(all.filter(isRejecting)).toEqual(
      (["failed", "unevaluated", "unknown"] as const).map((verdict) => ({ verdict, severity: "critical" })),
    );
  });

  test("that is not critical warns where it failed, and else comes to what it is", () => {
    expect(all.map(standingOf)).toEqual([
      ...["passed", "passed", "passed"],
      ...["failed", "warned", "warned"],
      ...["unevaluated", "unevaluated", "unevaluated"],
      ...["unknown", "unknown", "unknown"],
    ] as ReturnType<typeof standingOf>[]);
  });

  test("is what Great Expectations' result says", () => {
    const said = (success: boolean, raised_exception: boolean) =>
      wordOf({ success, exception_info: { raised_exception } });
    expect([said(true, false), said(false, false), said(false, true)]).toEqual(["passed", "failed", "unevaluated"]);
  });
});

describe("counts", () => {
  const counts = countVerdicts(all);

  test("are of each standing, and of all", () => {
    expect(counts).toEqual({ passed: 3, failed: 1, warned: 2, unevaluated: 3, unknown: 3 });
    expect([allOf(counts), allOf(noVerdicts)]).toEqual([12, 0]);
  });

  test("say nothing of what there is none of", () => {
    expect(countVerdicts([{ verdict: "passed", severity: "critical" }])).toEqual({ ...noVerdicts, passed: 1 });
    expect(countsInWords({ ...noVerdicts, failed: 1, unevaluated: 2 })).toBe("1 failed, 2 could not be evaluated");
    expect(countsInWords(noVerdicts)).toBe("");
  });

  test("know the gravest that they hold", () => {
    const gravest = (some: Partial<typeof noVerdicts>) => gravestOf({ ...noVerdicts, ...some });
    expect([
      gravest({ passed: 1, failed: 1, unevaluated: 1 }),
      gravest({ passed: 1, warned: 1, unevaluated: 1 }),
      gravest({ passed: 1, warned: 1 }),
      gravest({ passed: 1 }),
      gravest({}),
    ]).toEqual(["failed", "unevaluated", "warned", "passed", null]);
  });
});
