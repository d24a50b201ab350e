import type { TableShape } from "../core/columns.ts";
import type { Suite } from "../core/suite.ts";
import { type Compiled, compileSuite, requireSound, type Unsound } from "../expectations/compile.ts";
import { type EvaluatedVerdict, evaluateSuite } from "../expectations/evaluate.ts";
import { type LoadTable, stageSchema } from "../postgres/catalog.ts";
import type { TableName } from "../postgres/introspect.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";

/** How much the ledger keeps of each result: a summary, and the SQL that finds the unexpected rows. */
const kept = { result_format: "SUMMARY", return_unexpected_index_query: true } as const;

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

/** Throws for a suite that cannot be evaluated against its table, before anything runs. */
export function requireSoundSuites(tables: readonly LoadTable[], suites: ReadonlyMap<string, Suite>): void {
  const resolveTable = stageOf(tables);
  for (const { name, live } of tables) {
    const suite = suites.get(name);
    if (suite !== undefined) requireSound(suite, { shape: live, resultFormat: kept, resolveTable });
  }
}

/** A table's suite as `validate` evaluates it, in the order of its verdicts. */
export function compiledFor(tables: readonly LoadTable[], { live }: LoadTable, suite: Suite): (Compiled | Unsound)[] {
  const serverVersion = live.serverMajor * 10_000;
  return compileSuite(suite, { shape: live, resultFormat: kept, resolveTable: stageOf(tables), serverVersion });
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
    displayName: shape.name,
    onVerdict(verdict) {
      const { result: _, ...told } = verdict;
      verdicts.push(verdict);
      emit({ event: "expectation.evaluated", ...told });
    },
    signal,
  });
  emit({ event: "table.finished", stage: "validate", table: shape.name, rows: suite.expectations.length });
}

/** Where another table of the drop is while the drop is validated; any other table is where it always is. */
function stageOf(tables: readonly LoadTable[]): (name: string) => TableName {
  const names = new Set(tables.map((table) => table.name));
  const schema = tables[0]?.live.schema ?? "public";
  return (name) => ({ schema: names.has(name) ? stageSchema : schema, name });
}
