import type { TableShape } from "../../core/columns.ts";
import type { Suite } from "../../core/suites/suite.ts";
import { type EvaluatedVerdict, evaluateSuite } from "../../expectations/evaluate.ts";
import { stageSchema } from "../../postgres/catalog/dataset-tables.ts";
import { kept, stageOf } from "../session/suites.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";

/**
 * Evaluate every table's suite against the staged rows: the drop itself, not what the live tables make of it, since
 * rows that are absent from the drop stay live and would hide what is missing. Verdicts are told and collected as they
 * are known, the failing ones too: a bad suite shows all its failures.
 */
export async function validate(
  context: StageContext,
  suites: ReadonlyMap<string, Suite>,
  verdicts: EvaluatedVerdict[],
): Promise<void> {
  for (const { name, live } of context.tables) {
    stopIfCancelled(context.signal);
    const suite = suites.get(name);
    if (suite === undefined) continue;
    await evaluateTable(context, live, suite, verdicts);
  }
}

async function evaluateTable(
  { tx, tables, emit, signal }: StageContext,
  shape: TableShape,
  suite: Suite,
  verdicts: EvaluatedVerdict[],
): Promise<void> {
  await evaluateSuite(tx, {
    relation: { schema: stageSchema, name: shape.name },
    shape,
    suite,
    resultFormat: kept,
    resolveTable: stageOf(tables),
    onVerdict(verdict) {
      const { result: _, ...told } = verdict;
      verdicts.push(verdict);
      emit({ event: "expectation.evaluated", ...told });
    },
    signal,
  });
  emit({ event: "table.finished", stage: "validate", table: shape.name, rows: suite.expectations.length });
}
