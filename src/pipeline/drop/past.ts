import type { Mode } from "../../core/messages/events.ts";
import { asOfOf, indexOfDate, isDate, type MonthName, monthIndex } from "../../core/month.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { type Publication, publications } from "../../postgres/ledger/queries.ts";
import { holdRows } from "../../postgres/live/live-rows.ts";
import type { Parents } from "../../postgres/live/parents.ts";
import { type LedgerSeal, listSeals, unsealedDropsSince } from "../../postgres/snapshots/seals.ts";
import { unsealedDates } from "../../postgres/snapshots/unsealed.ts";
import type { Session } from "../session/session.ts";

/** A date under which snapshot rows stand. `month` is null when nothing says whose drop brought them. */
export interface Stamp {
  as_of: string;
  month: MonthName | null;
  sealed: boolean;
  /** True when another flow took its rows, adopted since or not: it copied them from the live tables, as they were then. */
  copied: boolean;
}

/**
 * What the live tables hold: rows up to the month of this number (below 0 for a month before the first), rows that nothing
 * dates, or no rows. The month is known by a run of ours; by snapshot rows that somebody took where the ledger stops; or
 * by the newest snapshot there is, which they are held against before any is changed: where no run ever wrote live rows,
 * and where what may have been copied from newer ones was dropped.
 */
export type Holding = HeldMonth | { kind: "undated" } | { kind: "nothing" };

interface HeldMonth {
  kind: "month";
  index: number;
  asOf: string;
  by: "run" | "rows" | "copy";
}

/**
 * Which months and dates have a past in this database, by the ledger and by the tables. What is asked about order, stamps
 * and what is pending is asked here, so that a ledger which was lost, or never was, makes nobody forget it.
 */
export interface Past {
  publications: readonly Publication[];
  seals: readonly LedgerSeal[];
  /** Each pair of date and month once, oldest date first. */
  stamps: readonly Stamp[];
  /** Dates that rows stand under and that are no days of any month, such as `infinity`. */
  nowhere: readonly string[];
  holding: Holding;
}

export async function readPast(
  sql: Queryable,
  { dataset, tables }: Pick<Session, "dataset" | "tables">,
): Promise<Past> {
  const [published, seals, dropped] = await Promise.all([
    publications(sql, dataset.name),
    listSeals(sql, dataset.name),
    unsealedDropsSince(sql, dataset.name),
  ]);
  const unsealed = await unsealedDates(sql, tables, seals);
  const stamps = stampsOf(
    seals,
    unsealed.filter(({ as_of }) => isDate(as_of)),
  );
  const nowhere = [...new Set(unsealed.map(({ as_of }) => as_of).filter((as_of) => !isDate(as_of)))];
  const holding = await holdingOf(sql, tables, { published, stamps, dropped }, dataset.first_month);
  return { publications: published, seals, stamps, nowhere, holding };
}

interface Evidence {
  published: readonly Publication[];
  stamps: readonly Stamp[];
  /** Dates of rows that no run took and that are gone by our own hand. */
  dropped: readonly string[];
}

async function holdingOf(
  sql: Queryable,
  tables: readonly LoadTable[],
  evidence: Evidence,
  firstMonth: string,
): Promise<Holding> {
  const byRuns = evidence.published
    .filter(({ live }) => live)
    .map(({ month, as_of }) => ({
      index: indexOfRecord({ month, as_of }, firstMonth),
      asOf: as_of,
      by: "run" as const,
    }));
  if (byRuns.length > 0) {
    const newest = newestOf([...byRuns, ...heldByRows(evidence, firstMonth, "rows")]);
    return isDoubted(newest, evidence, firstMonth) ? { ...newest, by: "copy" } : newest;
  }
  const live = tables.map((table) => table.live);
  if (!(await holdRows(sql, live)).includes(true)) return { kind: "nothing" };
  return newestOf(heldByRows(evidence, firstMonth, "copy"));
}

/**
 * Snapshot rows without a seal were copied from live tables by somebody else, who may have gone on where the ledger stops.
 * Where it never began, so may have been those that a backfill sealed since.
 */
function heldByRows({ stamps }: Evidence, firstMonth: string, by: "rows" | "copy") {
  return stamps
    .filter(({ copied }) => copied || by === "copy")
    .map((stamp) => ({ index: indexOfStamp(stamp, firstMonth), asOf: stamp.as_of, by }));
}

function isDoubted(newest: Holding, { dropped }: Evidence, firstMonth: string): newest is HeldMonth {
  return newest.kind === "month" && dropped.some((day) => indexOfDate(day, firstMonth) > newest.index);
}

/**
 * The newest month of them, whatever was stamped, backfilled or dropped since; of one month, what a run says, and else its
 * latest day.
 */
function newestOf(held: readonly Omit<HeldMonth, "kind">[]): Holding {
  const isRun = ({ by }: Omit<HeldMonth, "kind">) => Number(by === "run");
  const [newest] = [...held].sort(
    (a, b) => b.index - a.index || isRun(b) - isRun(a) || (a.asOf < b.asOf ? 1 : a.asOf > b.asOf ? -1 : 0),
  );
  return newest === undefined ? { kind: "undated" } : { kind: "month", ...newest };
}

function stampsOf(
  seals: readonly { as_of: string; month: string; mode: Mode }[],
  unsealed: readonly { as_of: string; month: string | null }[],
): Stamp[] {
  // What one table says of a date holds for the others that do not say.
  const monthAt = new Map(unsealed.flatMap(({ as_of, month }) => (month === null ? [] : [[as_of, month]])));
  const all = [
    ...seals.map(({ as_of, month, mode }) => ({ as_of, month, sealed: true, copied: mode === "adopt" })),
    ...unsealed.map(({ as_of, month }) => ({
      ...{ as_of, month: month ?? monthAt.get(as_of) ?? null },
      ...{ sealed: false, copied: true },
    })),
  ];
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()]
    .map((one) => ({ ...one, month: asMonth(one.month) }))
    .sort((a, b) => (a.as_of < b.as_of ? -1 : 1));
}

function asMonth(name: string | null): MonthName | null {
  return name !== null && monthIndex(name) !== undefined ? (name as MonthName) : null;
}

/** The month that a stamp belongs to; where nothing says, the one in whose days it falls. */
export function indexOfStamp({ month, as_of }: Stamp, firstMonth: string): number {
  return indexOfRecord({ month: month ?? "", as_of }, firstMonth);
}

/** The same for what the ledger holds: what was adopted of a time before the first month is of no month of ours. */
export function indexOfRecord({ month, as_of }: { month: string; as_of: string }, firstMonth: string): number {
  return monthIndex(month) ?? indexOfDate(as_of, firstMonth);
}

/** A stamp that another cannot stand beside: another day of the same month first, or one out of the order of the months. */
export function stampInTheWay(
  { month, asOf }: { month: MonthName; asOf: string },
  { stamps }: Pick<Past, "stamps">,
  firstMonth: string,
): Stamp | undefined {
  const index = monthIndex(month) ?? 0;
  const inTheWay = stamps.filter((stamp) => {
    const other = indexOfStamp(stamp, firstMonth);
    if (other === index) return stamp.as_of !== asOf;
    return other < index ? stamp.as_of >= asOf : stamp.as_of <= asOf;
  });
  return inTheWay.find((stamp) => indexOfStamp(stamp, firstMonth) === index) ?? inTheWay[0];
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

/**
 * Where the parents of this month's rows may be: in the live tables, unless those hold a later month. A backfill must know
 * that they do not.
 */
export function parentsFor(month: MonthName, backfill: boolean, past: Past, firstMonth: string): Parents {
  const { holding } = past;
  const isUnproven = holding.kind === "undated" || (holding.kind === "month" && holding.by === "copy");
  if (!isPassed(month, past) && !(backfill && isUnproven)) return { kind: "live" };
  const older = past.stamps.filter((stamp) => indexOfStamp(stamp, firstMonth) < (monthIndex(month) ?? 0));
  return { kind: "snapshots", dates: [...new Set(older.map(({ as_of }) => as_of))] };
}

/** The day that a month stands under, or would be stamped with. */
export function stampOf(month: MonthName, { stamps, publications: published }: Past, firstMonth: string): string {
  const known =
    stamps.findLast((stamp) => stamp.month === month) ?? published.find((one) => one.month === month && !one.dropped);
  return known?.as_of ?? asOfOf(monthIndex(month) ?? 0, firstMonth);
}
