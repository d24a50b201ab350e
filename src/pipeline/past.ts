import { asOfOf, indexOfDate, type MonthName, monthIndex } from "../core/month.ts";
import type { Queryable } from "../postgres/connect.ts";
import { type Publication, publications } from "../postgres/ledger-queries.ts";
import type { Parents } from "../postgres/parents.ts";
import { type LedgerSeal, listSeals, unsealedDrops } from "../postgres/seals.ts";
import { anyLiveRows, unsealedDates } from "../postgres/unsealed.ts";
import type { Session } from "./session.ts";

/** A date under which snapshot rows stand. `month` is null when nothing says whose drop brought them. */
export interface Stamp {
  as_of: string;
  month: MonthName | null;
  sealed: boolean;
}

/**
 * What the live tables hold: rows up to the month of this number, as a run of ours or snapshot rows of another origin say
 * (below 0 for a month before the first); rows that nothing dates; or no rows.
 */
export type Holding =
  | { kind: "month"; index: number; asOf: string; by: "run" | "rows" }
  | { kind: "undated" }
  | { kind: "nothing" };

/**
 * Which months and dates have a past in this database, by the ledger and by the tables. What is asked about order, stamps
 * and what is pending is asked here, so that a ledger which was lost, or never was, makes nobody forget it.
 */
export interface Past {
  publications: readonly Publication[];
  seals: readonly LedgerSeal[];
  /** Each pair of date and month once, oldest date first. */
  stamps: readonly Stamp[];
  holding: Holding;
}

export async function readPast(
  sql: Queryable,
  { dataset, tables }: Pick<Session, "dataset" | "tables">,
): Promise<Past> {
  const [published, seals, dropped] = await Promise.all([
    publications(sql, dataset.name),
    listSeals(sql, dataset.name),
    unsealedDrops(sql, dataset.name),
  ]);
  const stamps = stampsOf(seals, await unsealedDates(sql, tables, seals));
  const dated = newestHeld(published, stamps, dropped, dataset.first_month);
  if (dated !== null) return { publications: published, seals, stamps, holding: dated };
  const kind = (await anyLiveRows(sql, tables)) ? "undated" : "nothing";
  return { publications: published, seals, stamps, holding: { kind } };
}

function stampsOf(
  seals: readonly { as_of: string; month: string }[],
  unsealed: readonly { as_of: string; month: string | null }[],
): Stamp[] {
  // What one table says of a date holds for the others that do not say.
  const monthAt = new Map(unsealed.flatMap(({ as_of, month }) => (month === null ? [] : [[as_of, month]])));
  const all = [
    ...seals.map(({ as_of, month }) => ({ as_of, month, sealed: true })),
    ...unsealed.map(({ as_of, month }) => ({ as_of, month: month ?? monthAt.get(as_of) ?? null, sealed: false })),
  ];
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()]
    .map((one) => ({ ...one, month: asMonth(one.month) }))
    .sort((a, b) => (a.as_of < b.as_of ? -1 : 1));
}

function asMonth(name: string | null): MonthName | null {
  return name !== null && monthIndex(name) !== undefined ? (name as MonthName) : null;
}

/**
 * The newest month that went into the live tables, whatever was stamped, backfilled or dropped since. Snapshot rows
 * without a seal were copied from live tables by somebody else, who may have gone on where the ledger stops. Null when
 * nothing says: where no run of ours wrote, and the rows that told were dropped.
 */
function newestHeld(
  published: readonly Publication[],
  stamps: readonly Stamp[],
  dropped: readonly string[],
  firstMonth: string,
): Holding | null {
  const byRuns = published
    .filter(({ live }) => live)
    .map(({ month, as_of }) => ({ index: monthIndex(month) ?? 0, asOf: as_of, by: "run" as const }));
  const byRows = stamps
    .filter(({ sealed }) => !sealed)
    .map((stamp) => ({ index: indexOfStamp(stamp, firstMonth), asOf: stamp.as_of, by: "rows" as const }));
  const [newest] = [...byRuns, ...byRows].sort((a, b) => b.index - a.index);
  if (newest === undefined) return null;
  const isOutdated = byRuns.length === 0 && dropped.some((day) => indexOfDate(day, firstMonth) > newest.index);
  return isOutdated ? null : { kind: "month", ...newest };
}

/** The month that a stamp belongs to; where nothing says, the one in whose days it falls. */
export function indexOfStamp({ month, as_of }: Stamp, firstMonth: string): number {
  return month === null ? indexOfDate(as_of, firstMonth) : (monthIndex(month) ?? 0);
}

/** True when the live tables hold a later month than this one already. */
export function isPassed(month: MonthName, { holding }: Pick<Past, "holding">): boolean {
  return holding.kind === "month" && (monthIndex(month) ?? 0) < holding.index;
}

/** Not in the live tables yet, and newer than all that is: an older one needs --backfill, which is for a person to decide. */
export function isPending(month: MonthName, { publications: published, holding }: Past): boolean {
  if (published.some((publication) => publication.live && publication.month === month)) return false;
  return holding.kind !== "month" || (monthIndex(month) ?? 0) > holding.index;
}

/** Where the parents of this month's rows may be: not in live tables that hold, or may hold, a later month. */
export function parentsFor(month: MonthName, past: Past, firstMonth: string): Parents {
  if (past.holding.kind !== "undated" && !isPassed(month, past)) return { kind: "live" };
  const older = past.stamps.filter((stamp) => indexOfStamp(stamp, firstMonth) < (monthIndex(month) ?? 0));
  return { kind: "snapshots", dates: [...new Set(older.map(({ as_of }) => as_of))] };
}

/** The day that a month was stamped with, or would be. */
export function stampOf(month: MonthName, { stamps, publications: published }: Past, firstMonth: string): string {
  const known = stamps.find((stamp) => stamp.month === month) ?? published.find((one) => one.month === month);
  return known?.as_of ?? asOfOf(monthIndex(month) ?? 0, firstMonth);
}
