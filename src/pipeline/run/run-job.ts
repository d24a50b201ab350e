import type { RuledTable } from "../../postgres/catalog/ruled-tables.ts";
import { openRun } from "../../postgres/ledger/records.ts";
import { DropFaults, rejectPath } from "../drop/faults.ts";
import { incomingOf } from "../drop/months.ts";
import { publicationBefore } from "../drop/row-counts.ts";
import { readSuites } from "../session/suites.ts";
import { whoami } from "../session/whoami.ts";
import { emptyRecord, type Job } from "../stages/context.ts";
import { outOfOrder, stampOutOfOrder } from "../stages/refusals.ts";
import type { MonthRun, Series } from "./publish.ts";
import type { Stopped } from "./retry.ts";
import { fail, runMonth } from "./run.ts";

interface Ruled {
  /** The dataset's tables, with what each demands of its rows. */
  ruled: Promise<RuledTable[]>;
}

/** Open the run in the ledger, and run it, unless it is refused. Returns what stopped it, or null. */
export async function runJob(
  series: Series,
  job: Job,
  { drop, left, past, staging, ruled }: Pick<MonthRun, "drop" | "left" | "past" | "staging"> & Ruled,
): Promise<Stopped | null> {
  const { session, pid } = series;
  const { dataset, sql: ledger } = session;
  const [suites, tables] = await Promise.all([readSuites(session), ruled]);
  const { month, asOf: as_of, mode } = job;
  const where = { dataset: dataset.name, table_schema: dataset.schema };
  const run = await openRun(ledger, { ...where, month, as_of, mode, backend_pid: pid, ...whoami() });
  series.setRun(run);
  const before = publicationBefore(month, past.publications);
  const rejects = rejectPath(session.settings.home, ledger, dataset.name, `${month}-${run}`);
  const open: MonthRun = {
    ...series,
    ...job,
    ...{ tables, run, drop, left, suites, past, before, staging },
    incoming: incomingOf(tables, drop, before),
    goesOn: mode === "dry_run" && left.length > 0,
    record: emptyRecord(),
    faults: new DropFaults(month, rejects),
    stage: null,
  };
  const refusal = outOfOrder(job, past) ?? stampOutOfOrder(job, past);
  if (refusal === null) return runMonth(open);
  await Promise.allSettled([staging]);
  return fail(open, refusal);
}
