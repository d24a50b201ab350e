import { indexOfDate, isDate, type MonthName, monthIndex } from "../../core/month.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { type Publication, publications } from "../../postgres/ledger/queries.ts";
import { holdRows } from "../../postgres/live/live-rows.ts";
import type { Parents } from "../../postgres/live/parents.ts";
import { type Partition, partitionsOf } from "../../postgres/snapshots/partitions.ts";
import { type LedgerSeal, listSeals, unsealedDropsSince } from "../../postgres/snapshots/seals.ts";
import { isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { areSealedNow, type UnsealedDate, unsealedDates } from "../../postgres/snapshots/unsealed.ts";
import type { Session } from "../session/session.ts";

/** A date under which snapshot rows stand. `month` is null when nothing says whose drop brought them. */
export interface StampedDate {
  as_of: string;
  month: MonthName | null;
  /** The number of the month that it belongs to; where nothing says, of the one in whose days it falls. */
  index: number;
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
type Holding = HeldMonth | { kind: "undated" } | { kind: "nothing" };

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
  /** Of the snapshot tables. */
  partitions: readonly Partition[];
  /** Each pair of date and month once, oldest date first. */
  stamps: readonly StampedDate[];
  /** Dates that rows stand under and that are no days of any month, such as `infinity`. */
  nowhere: readonly string[];
  holding: Holding;
}

export async function readPast(sql: Queryable, session: Pick<Session, "dataset" | "tables">): Promise<Past> {
  const { dataset, tables } = session;
  const [published, seals, dropped, partitions] = await Promise.all([
    publications(sql, dataset.name),
    listSeals(sql, dataset.name),
    unsealedDropsSince(sql, dataset.name),
    partitionsOf(
      sql,
      tables.filter(isFrozen).map(({ snapshot }) => snapshot.table),
    ),
  ]);
  const unsealed = await unsealedDates(sql, tables, seals, partitions);
  if (await areSealedNow(sql, dataset.name, unsealed)) return readPast(sql, session);
  const stamps = stampsOf(
    seals,
    unsealed.filter(({ as_of }) => isDate(as_of)),
    dataset.first_month,
  );
  const nowhere = [...new Set(unsealed.map(({ as_of }) => as_of).filter((as_of) => !isDate(as_of)))];
  const holding = await holdingOf(sql, session, published, stamps, dropped);
  return { publications: published, seals, partitions, stamps, nowhere, holding };
}

/** `dropped`: the dates of rows that no run took and that are gone by our own hand. */
async function holdingOf(
  sql: Queryable,
  { dataset: { first_month }, tables }: Pick<Session, "dataset" | "tables">,
  published: readonly Publication[],
  stamps: readonly StampedDate[],
  dropped: readonly string[],
): Promise<Holding> {
  const byRuns = published
    .filter(({ live }) => live)
    .map((one) => held(indexOfRecord(one, first_month), one.as_of, "run"));
  if (byRuns.length === 0) {
    const holds = await holdRows(
      sql,
      tables.map(({ live }) => live),
    );
    if (!holds.includes(true)) return { kind: "nothing" };
    // Where the ledger never began, rows that a backfill sealed since may have been copied, too.
    return newestOf(stamps.map(({ index, as_of }) => held(index, as_of, "copy")));
  }
  // Rows without a seal were copied from live tables by somebody else, who may have gone on where the ledger stops.
  const byRows = stamps.filter(({ copied }) => copied).map(({ index, as_of }) => held(index, as_of, "rows"));
  const newest = newestOf([...byRuns, ...byRows]);
  const isDoubted = newest.kind === "month" && dropped.some((day) => indexOfDate(day, first_month) > newest.index);
  return isDoubted ? { ...newest, by: "copy" } : newest;
}

function held(index: number, asOf: string, by: HeldMonth["by"]): HeldMonth {
  return { kind: "month", index, asOf, by };
}

/**
 * The newest month of them, whatever was stamped, backfilled or dropped since; of one month, what a run says, and else its
 * latest day.
 */
function newestOf(months: readonly HeldMonth[]): Holding {
  const isRun = ({ by }: HeldMonth) => Number(by === "run");
  const [newest] = months.toSorted(
    (a, b) => b.index - a.index || isRun(b) - isRun(a) || (a.asOf < b.asOf ? 1 : a.asOf > b.asOf ? -1 : 0),
  );
  return newest ?? { kind: "undated" };
}

function stampsOf(seals: readonly LedgerSeal[], unsealed: readonly UnsealedDate[], firstMonth: string): StampedDate[] {
  // What one table says of a date holds for the others that do not say.
  const monthAt = new Map(unsealed.flatMap(({ as_of, month }) => (month === null ? [] : [[as_of, month]])));
  const all = [
    ...seals.map(({ as_of, month, mode }) => ({ as_of, month, sealed: true, copied: mode === "adopt" })),
    ...unsealed.map(({ as_of, month }) => ({
      ...{ as_of, month: month ?? monthAt.get(as_of) ?? "" },
      ...{ sealed: false, copied: true },
    })),
  ];
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()]
    .map((one) => ({ ...one, month: asMonth(one.month), index: indexOfRecord(one, firstMonth) }))
    .sort((a, b) => (a.as_of < b.as_of ? -1 : 1));
}

function asMonth(name: string): MonthName | null {
  return monthIndex(name) === undefined ? null : (name as MonthName);
}

/** Of what the ledger holds: what was adopted of a time before the first month is of no month of ours. */
export function indexOfRecord({ month, as_of }: { month: string; as_of: string }, firstMonth: string): number {
  return monthIndex(month) ?? indexOfDate(as_of, firstMonth);
}

/** A stamp that another cannot stand beside: another day of the same month first, or one out of the order of the months. */
export function stampInTheWay(month: MonthName, asOf: string, { stamps }: Past): StampedDate | undefined {
  const number = monthIndex(month) ?? 0;
  const inTheWay = stamps.filter(({ index, as_of }) => {
    if (index === number) return as_of !== asOf;
    return index < number ? as_of >= asOf : as_of <= asOf;
  });
  return inTheWay.find(({ index }) => index === number) ?? inTheWay[0];
}

/** The day under which a month stands, by rows or by the ledger; undefined when it does under none. */
export function stampOf(month: MonthName, { stamps, publications: published }: Past): string | undefined {
  const isOwn = (one: { month: string | null }) => one.month === month;
  return (stamps.findLast(isOwn) ?? published.find((one) => isOwn(one) && !one.dropped))?.as_of;
}

/** True when the live tables hold a later month than this one already. */
export function isPassed(month: MonthName, { holding }: Past): boolean {
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
export function parentsFor(month: MonthName, backfill: boolean, past: Past): Parents {
  const { holding } = past;
  const isUnproven = holding.kind === "undated" || (holding.kind === "month" && holding.by === "copy");
  if (!isPassed(month, past) && !(backfill && isUnproven)) return { kind: "live" };
  const older = past.stamps.filter(({ index }) => index < (monthIndex(month) ?? 0));
  return { kind: "snapshots", dates: [...new Set(older.map(({ as_of }) => as_of))] };
}
