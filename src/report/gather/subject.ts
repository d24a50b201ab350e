import { ConsoleError, usageError } from "../../core/errors.ts";
import type { RunEntry } from "../../core/messages/listings.ts";
import type { ReportSubject } from "../../core/messages/report.ts";
import { parseMonths } from "../../core/month.ts";
import type { Asked } from "./ask.ts";
import type { Place } from "./place.ts";

/** The run that a report of one is about. Throws when there is none. */
export async function runOf(
  asked: Asked,
  subject: Exclude<ReportSubject, "all">,
  { dataset }: Place,
  runs: readonly RunEntry[],
): Promise<number> {
  if ("month" in subject) return runOfMonth(asked, subject.month, dataset.first_month, runs);
  if (subject.run !== null) return subject.run;
  const [newest] = runs;
  if (newest !== undefined) return newest.run;
  throw new ConsoleError("unknown_run", "There are no runs yet.", { hint: "`--month month_000` makes the first." });
}

/** The run that the month stands by; where there is none, the newest that tried it. */
async function runOfMonth(asked: Asked, word: string, firstMonth: string, runs: readonly RunEntry[]): Promise<number> {
  const names = parseMonths([word], firstMonth);
  const [name = word] = names;
  if (names.length > 1) throw usageError("A report is of one month.", "Name one, or take them all with --all.");
  const { months } = await asked.call({ kind: "months" });
  const found = months.find(({ month }) => month === name)?.last_run ?? runs.find(({ month }) => month === name);
  if (found !== undefined) return found.run;
  throw new ConsoleError("unknown_month", `There is no run of ${name}.`, { hint: "`runs` lists the runs there are." });
}
