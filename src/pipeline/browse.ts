import { ConsoleError } from "../core/errors.ts";
import type { RunDetail } from "../core/listings.ts";
import type { Replies } from "../core/requests.ts";
import { lastRuns, listRuns, publications, showRun as readRun } from "../postgres/ledger-queries.ts";
import { lockHolder } from "../postgres/lock.ts";
import { listSeals } from "../postgres/seals.ts";
import { dropsOnDisk } from "./drops.ts";
import { monthEntries } from "./months.ts";
import type { Session } from "./session.ts";

/** Every month on disk or in the ledger, newest first. */
export async function browseMonths(session: Session): Promise<Replies["months"]> {
  const { sql, dataset, server } = session;
  const [holder, onDisk] = await Promise.all([lockHolder(sql, dataset.name), dropsOnDisk(session)]);
  const [published, runs] = await Promise.all([publications(sql, dataset.name), lastRuns(sql, dataset.name, holder)]);
  return { months: monthEntries(onDisk, published, runs, dataset.first_month), server };
}

export async function browseSnapshots({ sql, dataset }: Session): Promise<Replies["snapshots"]> {
  return { snapshots: await listSeals(sql, dataset.name) };
}

export async function browseRuns({ sql, dataset }: Session): Promise<Replies["runs"]> {
  return { runs: await listRuns(sql, dataset.name, await lockHolder(sql, dataset.name)) };
}

export async function showRun({ sql, dataset }: Session, run: number): Promise<RunDetail> {
  const detail = await readRun(sql, dataset.name, run, await lockHolder(sql, dataset.name));
  if (detail !== null) return detail;
  throw new ConsoleError("unknown_run", `The ledger has no run ${run}.`, { hint: "`runs` lists the runs there are." });
}
