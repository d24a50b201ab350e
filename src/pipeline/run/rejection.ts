import { ConsoleError } from "../../core/errors.ts";
import { countsInWords, countVerdicts, isRejecting } from "../../core/messages/verdicts.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { stopIfCancelled } from "../stages/cancel.ts";
import type { StageContext } from "../stages/context.ts";
import { findUnexpected } from "../stages/unexpected-faults.ts";

/**
 * Why a drop is rejected by its expectations: critical ones failed, or could not be evaluated, so that nobody knows whether
 * the drop is as they say.
 */
export async function rejectionOf(month: string, context: StageContext): Promise<ConsoleError> {
  const { record, faults } = context;
  const counts = countVerdicts(record.verdicts.filter(isRejecting));
  const hasFailed = counts.failed > 0;
  const said = countsInWords(counts).replace(/^\d+/, (first) => `${first} of ${record.verdicts.length} expectations`);
  const { listed, mend } = hasFailed
    ? {
        listed: await listUnexpected(context),
        mend: `the drop${counts.unevaluated > 0 ? ", and the suite where it could not be evaluated" : ""}`,
      }
    : { listed: "`show` with the run's number says why.", mend: "the suite, or the values that it cannot take" };
  return new ConsoleError(
    hasFailed ? "expectation_failed" : "expectation_unevaluated",
    `${month} was rejected: ${said}.`,
    {
      hint: `Nothing was published. ${listed} Mend ${mend}, then run the month again.`,
      faults: faults.listed,
      faultCount: faults.count,
    },
  );
}

/** Find the values that were not as expected; says where they are listed, or what kept it from that. */
async function listUnexpected(context: StageContext): Promise<string> {
  try {
    await findUnexpected(context);
    return "`show` with the run's number lists the values.";
  } catch (thrown) {
    stopIfCancelled(context.signal);
    return `Which values they are could not be found out: ${translate(thrown).title}`;
  }
}
