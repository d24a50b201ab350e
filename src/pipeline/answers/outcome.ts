import type { Seal } from "../../core/messages/events.ts";
import type { RunDetail, RunOutcome } from "../../core/messages/listings.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { type MonthName, monthIndex } from "../../core/month.ts";
import { isSettled, patienceMs, waitOf } from "../../postgres/ledger/standing.ts";
import { listSeals, plainSeal } from "../../postgres/snapshots/seals.ts";
import { dropsOnDisk, selectMonths } from "../drop/months.ts";
import { readPast } from "../drop/past.ts";
import type { Session } from "../session/session.ts";
import { browseRun } from "./browse.ts";

/** What became of a run that nobody can tell of any more, from the ledger alone. `request` is what it was run for. */
export async function findOutcome(session: Session, run: number, request: RunRequest): Promise<RunOutcome> {
  const { sql } = session;
  const isUnderWay = !(await isSettled(sql, run, patienceMs));
  const waits_for = isUnderWay ? await waitOf(sql, run) : null;
  // Read after that: what is settled cannot change any more.
  const detail = await browseRun(session, run);
  const open = isUnderWay && (detail.status === "running" || detail.status === "crashed");
  const [in_force, left] = isCarriedOut(detail) ? await afterwards(session, detail, request) : [[], []];
  return { detail, open, waits_for, in_force, left };
}

function isCarriedOut({ status }: RunDetail): boolean {
  return status === "published" || status === "dry_run";
}

async function afterwards(
  session: Session,
  { month, as_of }: RunDetail,
  request: RunRequest,
): Promise<[Seal[], MonthName[]]> {
  const { sql, dataset } = session;
  const [seals, onDisk, past] = await Promise.all([
    listSeals(sql, dataset.name),
    dropsOnDisk(session),
    readPast(sql, session),
  ]);
  const inForce = seals.filter((seal) => seal.as_of === as_of).map(plainSeal);
  const isLater = (other: MonthName) => (monthIndex(other) ?? 0) > (monthIndex(month) ?? 0);
  const asked = selectMonths(session, request, onDisk, past).map((drop) => drop.month);
  return [inForce, asked.filter(isLater)];
}
