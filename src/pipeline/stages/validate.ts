import { evaluateSuite } from "../../expectations/evaluate.ts";
import { areDistributed } from "../../postgres/catalog/dataset-tables.ts";
import { kept, stageOf } from "../session/suites.ts";
import { stopIfCancelled } from "./cancel.ts";
import type { StageContext } from "./context.ts";

/**
 * Evaluate every table's suite against the staged rows: the drop itself, not what the live tables make of it, since
 * rows that are absent from the drop stay live and would hide what is missing. Verdicts are told and collected as they
 * are known, the failing ones too: a bad suite shows all its failures.
 */
export async function validate(context: StageContext): Promise<void> {
  const { tx, tables, suites, record, emit, signal } = context;
  for (const { name, live, stage } of tables) {
    stopIfCancelled(signal);
    const suite = suites.get(name);
    if (suite === undefined) continue;
    record.suites.push({ table: name, name: suite.name, notes: suite.notes, meta: suite.meta });
    await evaluateSuite(tx, {
      relation: { schema: stage, name },
      shape: live,
      serverVersion: 10_000 * live.serverMajor,
      suite,
      resultFormat: kept,
      resolveTable: stageOf(tables),
      isTogether: !areDistributed(tables),
      onVerdict(verdict) {
        const { result: _, ...told } = verdict;
        record.verdicts.push(verdict);
        emit({ event: "expectation.evaluated", ...told });
      },
      signal,
    });
    emit({ event: "table.finished", stage: "validate", table: name, rows: suite.expectations.length });
  }
}
