import { expectationInWords } from "../../core/suites/expectation-words.ts";
import type { Suite } from "../../core/suites/suite.ts";
import { isUnmoved } from "../../csv/drop.ts";
import { locateKeys } from "../../csv/locate.ts";
import { SourceFault } from "../../csv/source.ts";
import type { FaultTally } from "../../csv/tally.ts";
import type { EvaluatedVerdict } from "../../expectations/evaluate.ts";
import { type CompiledRowCheck, everyUnexpectedValue } from "../../expectations/results/samples.ts";
import { stageSchema } from "../../postgres/catalog/dataset-tables.ts";
import { attempt } from "../../postgres/connection/attempt.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { copyRowLines, dropScratch, makeRowLines, rowLinesText, type Scratch } from "../../postgres/live/row-lines.ts";
import { type Incoming, sourceOf } from "../drop/months.ts";
import { compiledFor } from "../session/suites.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";

/** A critical expectation that failed, and how its unexpected rows are found. */
interface Failed {
  verdict: EvaluatedVerdict;
  check: CompiledRowCheck;
}

const signs = { atLeast: "≥", atMost: "≤", ellipsis: "…" };

/**
 * Tell every value that failed a critical expectation, with the line of the drop's file where it stands. The rows are
 * still staged, so all of them can be had, and only now: once the run is rolled back they are in no table. A second pass
 * over the file, which a run makes only when the drop is rejected anyway, brings the lines. Expectations on a table as a
 * whole have no values to tell.
 */
export async function findUnexpected(
  context: StageContext,
  incoming: readonly Incoming[],
  suites: ReadonlyMap<string, Suite>,
  verdicts: readonly EvaluatedVerdict[],
): Promise<void> {
  for (const [index, one] of incoming.entries()) {
    const failed = failedChecks(context, one, suites, verdicts);
    if (failed.length === 0) continue;
    const lines = await collectLines(context, one, `row_lines_${index}`);
    const tally = context.faults.of(one.file.path);
    for (const [at, each] of failed.entries()) {
      await tellValues(context, one, each, { rows: `unexpected_rows_${index}_${at}`, lines }, tally);
    }
    if (lines !== null) await dropScratch(context.tx, lines);
  }
}

function failedChecks(
  { tables }: StageContext,
  { table }: Incoming,
  suites: ReadonlyMap<string, Suite>,
  verdicts: readonly EvaluatedVerdict[],
): Failed[] {
  const suite = suites.get(table.name);
  if (suite === undefined) return [];
  const compiled = compiledFor(tables, table, suite);
  const ofTable = verdicts.filter((verdict) => verdict.table === table.name);
  return ofTable.flatMap((verdict, index) => {
    const one = compiled[index];
    if (verdict.success || verdict.severity !== "critical") return [];
    // What PostgreSQL could not evaluate found no row.
    if (one === undefined || verdict.result.exception_info.raised_exception) return [];
    return isRowCheck(one) ? [{ verdict, check: one }] : [];
  });
}

function isRowCheck(one: ReturnType<typeof compiledFor>[number]): one is CompiledRowCheck {
  return "plan" in one && one.plan.kind === "rows";
}

async function tellValues(
  { tx, signal }: StageContext,
  { table }: Incoming,
  { verdict, check }: Failed,
  scratch: Scratch,
  tally: FaultTally,
): Promise<void> {
  const reason = `not as expected: ${expectationInWords(verdict, signs)}`;
  const place = { under: { schema: stageSchema, name: table.name }, shape: table.live };
  for await (const found of everyUnexpectedValue(tx, place, check, scratch)) {
    stopIfCancelled(signal);
    for (const { line, value } of found) tally.add("unexpected", reason, line, verdict.column, value);
  }
}

/**
 * Put the lines of the file's rows into a scratch table of this name. Null when they cannot be told, such as of a file that
 * has been replaced meanwhile: the values are told without them.
 */
async function collectLines(context: StageContext, one: Incoming, lines: string): Promise<string | null> {
  const collected = await attempt(context.tx, async (inner) => {
    await makeRowLines(inner, lines, one.table);
    return copyLines(inner, context, one, lines);
  });
  if ("exception" in collected) return null;
  if (collected.value) return lines;
  await dropScratch(context.tx, lines);
  return null;
}

/** False when the file is not what was staged. */
async function copyLines(
  tx: Transaction,
  { dataset, signal }: StageContext,
  one: Incoming,
  lines: string,
): Promise<boolean> {
  const copy = await copyRowLines(tx, lines);
  try {
    for await (const batch of locateKeys(sourceOf(dataset, one), signal)) {
      if (batch.keys.length > 0) await copy.write(rowLinesText(batch.keys, batch.lines, one.table.live.key.length));
    }
  } catch (error) {
    if (!(error instanceof SourceFault)) {
      await copy.abort("reading failed");
      throw error;
    }
    await copy.finish();
    return false;
  }
  await copy.finish();
  return isUnmoved(one.file);
}
