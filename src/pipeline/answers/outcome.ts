import type { RunOutcome } from "../../core/messages/listings.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { monthIndex } from "../../core/month.ts";
import { isSettled, patienceMs, waitOf } from "../../postgres/ledger/standing.ts";
import { listSeals, plainSeal } from "../../postgres/snapshots/seals.ts";
import { dropsOnDisk, selectMonths } from "../drop/months.ts";
import { readPast } from "../drop/past.ts";
import type { Session } from "../session/session.ts";
import { tidyUp } from "../session/tidy.ts";
import { browseRun } from "./browse.ts";

/**
 * What became of a run that nobody can tell of any more, from the ledger alone. `request` is what it was run for. What the
 * run could not take away any more is taken away.
 */
export async function findOutcome(session: Session, run: number, request: RunRequest): Promise<RunOutcome> {
  const { sql, dataset } = session;
  const isUnderWay = !(await isSettled(sql, run, patienceMs));
  const waits_for = isUnderWay ? await waitOf(sql, run) : null;
  if (!isUnderWay) await tidyUp(session);
  // Read after that: what is settled cannot change any more.
  const detail = await browseRun(session, run);
  const open = isUnderWay && (detail.status === "running" || detail.status === "crashed");
  const isCarriedOut = detail.status === "published" || detail.status === "dry_run";
  if (!isCarriedOut) return { detail, open, waits_for, in_force: [], left: [] };
  const [seals, onDisk, past] = await Promise.all([
    listSeals(sql, dataset.name),
    dropsOnDisk(session),
    readPast(sql, session),
  ]);
  const in_force = seals.filter((seal) => seal.as_of === detail.as_of).map(plainSeal);
  const asked = selectMonths(session, request, onDisk, past).map(({ month }) => month);
  const left = asked.filter((month) => (monthIndex(month) ?? 0) > (monthIndex(detail.month) ?? 0));
  return { detail, open, waits_for, in_force, left };
}
