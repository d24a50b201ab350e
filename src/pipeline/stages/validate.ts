import type { Suite } from "../../core/suites/suite.ts";
import { type EvaluatedVerdict, evaluateSuite, readsOnly } from "../../expectations/evaluate.ts";
import { areDistributed } from "../../postgres/catalog/dataset-tables.ts";
import type { RuledTable } from "../../postgres/catalog/ruled-tables.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { kept, stageOf } from "../session/suites.ts";
import { stopIfCancelled } from "./cancel.ts";
import type { StageContext } from "./context.ts";

/** What it needs of a run. */
type Validating = Pick<StageContext, "tx" | "tables" | "suites" | "record" | "emit" | "signal" | "tasks">;

/**
 * Evaluate every table's suite against the staged rows: the drop itself, not what the live tables make of it, since
 * rows that are absent from the drop stay live and would hide what is missing. Verdicts are told and collected in the order
 * of tables, as they are known, the failing ones too: a bad suite shows all its failures. Suites that read nothing but
 * what is staged are evaluated by whichever connection is free.
 */
export async function validate(context: Validating): Promise<void> {
  const { tx, tables, suites, record, emit, signal, tasks } = context;
  const staged = new Set(tables.map(({ name }) => name));
  const evaluations = tables.flatMap((table) => {
    const suite = suites.get(table.name);
    if (suite === undefined) return [];
    const { evaluate, tellTo } = evaluationOf(context, table, suite);
    const task = readsOnly(suite, staged) ? tasks.add(evaluate) : null;
    return [{ table, suite, tellTo, done: () => (task === null ? evaluate(tx) : tasks.result(task, tx)) }];
  });
  for (const { table, suite, tellTo, done } of evaluations) {
    stopIfCancelled(signal);
    const { name } = table;
    record.suites.push({ table: name, name: suite.name, notes: suite.notes, meta: suite.meta });
    tellTo((verdict) => {
      const { result: _, ...told } = verdict;
      record.verdicts.push(verdict);
      emit({ event: "expectation.evaluated", ...told });
    });
    await done();
    emit({ event: "table.finished", stage: "validate", table: name, rows: suite.expectations.length });
  }
}

type Tell = (verdict: EvaluatedVerdict) => void;

/** A suite that may be evaluated before its turn; `tellTo` is told its verdicts from then on, each of them once. */
function evaluationOf({ tables, signal }: Validating, { name, live, stage }: RuledTable, suite: Suite) {
  let verdicts: EvaluatedVerdict[] = [];
  let tell: Tell | null = null;
  let told = 0;
  const tellKnown = () => {
    if (tell === null) return;
    const untold = verdicts.slice(told);
    told += untold.length;
    for (const verdict of untold) tell(verdict);
  };
  return {
    async evaluate(tx: Transaction): Promise<void> {
      // It is begun anew where the connection beside was lost.
      verdicts = [];
      await evaluateSuite(tx, {
        relation: { schema: stage, name },
        shape: live,
        serverVersion: 10_000 * live.serverMajor,
        suite,
        resultFormat: kept,
        resolveTable: stageOf(tables),
        isTogether: !areDistributed(tables),
        onVerdict(verdict) {
          verdicts.push(verdict);
          tellKnown();
        },
        signal,
      });
    },
    tellTo(listener: Tell): void {
      tell = listener;
      tellKnown();
    },
  };
}
