import { isRejecting } from "../../core/messages/verdicts.ts";
import { expectationInWords } from "../../core/suites/expectation-words.ts";
import { unmoved } from "../../csv/drop/changes.ts";
import type { LocatedKeys } from "../../csv/locate.ts";
import { rejectKey } from "../../csv/reject-file.ts";
import { compileSuite } from "../../expectations/compile.ts";
import type { EvaluatedVerdict } from "../../expectations/evaluate.ts";
import { type Compiled, isRowCheck, type RowCheck } from "../../expectations/plan/plan.ts";
import { everyUnexpectedValue } from "../../expectations/results/samples.ts";
import { attempt } from "../../postgres/connection/attempt.ts";
import { copyLines, dropScratch, linesText, makeRowLines } from "../../postgres/live/row-lines.ts";
import { sendKeys } from "../drop/key-faults.ts";
import { type Incoming, sourceOf } from "../drop/months.ts";
import { kept, stageOf } from "../session/suites.ts";
import { stopIfCancelled } from "./cancel.ts";
import type { StageContext } from "./context.ts";

/** A critical expectation that failed, and how its unexpected rows are found. */
interface Failed {
  verdict: EvaluatedVerdict;
  check: Compiled<RowCheck>;
}

const signs = { atLeast: "≥", atMost: "≤", ellipsis: "…" };

/**
 * Tell every value that failed a critical expectation, with the line of the drop's file where it stands. The rows are
 * still staged, so all of them can be had, and only now: once the run is rolled back they are in no table. A second pass
 * over the file, which a run makes only when the drop is rejected anyway, brings the lines. Expectations on a table as a
 * whole have no values to tell.
 */
export async function findUnexpected(context: StageContext): Promise<void> {
  const { tx, incoming, faults, signal } = context;
  for (const [index, one] of incoming.entries()) {
    const failed = failedChecks(context, one);
    if (failed.length === 0) continue;
    const lines = await collectLines(context, one, `row_lines_${index}`);
    const tally = faults.of(one.file.path);
    const place = { tx, under: { schema: one.table.stage, name: one.table.name }, shape: one.table.live };
    for (const [at, { verdict, check }] of failed.entries()) {
      const reason = `not as expected: ${expectationInWords(verdict, signs)}`;
      const scratch = { rows: `unexpected_rows_${index}_${at}`, lines };
      for await (const found of everyUnexpectedValue(place, check, scratch)) {
        stopIfCancelled(signal);
        for (const { line, value, key } of found) {
          tally.add("unexpected", reason, line, verdict.column, value, key && rejectKey(key));
        }
      }
    }
    if (lines !== null) await dropScratch(tx, lines);
  }
}

function failedChecks({ tables, suites, record }: StageContext, { table }: Incoming): Failed[] {
  const suite = suites.get(table.name);
  if (suite === undefined) return [];
  const target = { shape: table.live, resultFormat: kept, resolveTable: stageOf(tables) };
  // In the order of the verdicts.
  const compiled = compileSuite(suite, { ...target, serverVersion: table.live.serverMajor * 10_000 });
  const verdicts = record.verdicts.filter((verdict) => verdict.table === table.name);
  return verdicts.flatMap((verdict, index): Failed[] => {
    const check = compiled[index];
    // What could not be evaluated found no row.
    if (check === undefined || verdict.verdict !== "failed" || !isRejecting(verdict)) return [];
    return isRowCheck(check) ? [{ verdict, check }] : [];
  });
}

/**
 * Put the lines of the file's rows into a scratch table of this name. Null when they cannot be told, such as of a file that
 * has been replaced meanwhile: the values are told without them.
 */
async function collectLines(
  { tx, dataset, signal }: StageContext,
  one: Incoming,
  scratch: string,
): Promise<string | null> {
  const { table, file } = one;
  const collected = await attempt(tx, async (inner) => {
    await makeRowLines(inner, scratch, table);
    const textOf = ({ keys, lines }: LocatedKeys) => linesText(keys, lines, table.live.key.length);
    const sent = await sendKeys(sourceOf(dataset, one), await copyLines(inner, scratch), textOf, signal);
    return sent !== null && (await unmoved(file)) !== null;
  });
  if ("exception" in collected) return null;
  if (collected.value) return scratch;
  await dropScratch(tx, scratch);
  return null;
}
