import type { Seal } from "../core/events.ts";
import type { RunDetail } from "../core/listings.ts";
import { type MonthName, monthIndex } from "../core/month.ts";
import type { RunOutcome } from "../core/outcome.ts";
import type { RunRequest } from "../core/requests.ts";
import { listSeals } from "../postgres/seals.ts";
import { isSettled, waitOf } from "../postgres/settled.ts";
import { showRun } from "./browse.ts";
import { dropsOnDisk } from "./drops.ts";
import { readPast } from "./past.ts";
import { selectMonths } from "./selection.ts";
import type { Session } from "./session.ts";

/** Milliseconds that a commit may still take before its outcome is called unknown. */
export const patienceMs = 4_000;

/** What became of a run that nobody can tell of any more, from the ledger alone. `request` is what it was run for. */
export async function findOutcome(session: Session, run: number, request: RunRequest): Promise<RunOutcome> {
  const { sql } = session;
  const isUnderWay = !(await isSettled(sql, run, patienceMs));
  const waits_for = isUnderWay ? await waitOf(sql, run) : null;
  // Read after that: what is settled cannot change any more.
  const detail = await showRun(session, run);
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
  const inForce = seals
    .filter((seal) => seal.as_of === as_of)
    .map(({ table, rows, fingerprint }) => ({ table, as_of, rows, fingerprint }));
  const isLater = (other: MonthName) => (monthIndex(other) ?? 0) > (monthIndex(month) ?? 0);
  const asked = selectMonths(session, request, onDisk, past).map((drop) => drop.month);
  return [inForce, asked.filter(isLater)];
}
