import { binsOf, missingOf, placeOf, quantileOf } from "../../../client/profiles.ts";
import type { Profile, TableProfile } from "../../../core/messages/profiles.ts";

/** What profiles come to, line by line. */

/** A column of a table under one date, beside what it was in the month before; null for what nobody profiled. */
export interface ColumnLine {
  table: string;
  profile: Profile | null;
  before: Profile | null;
}

/** All columns of some tables; one line for a table that was not profiled. */
export function columnLines(now: readonly TableProfile[], before: readonly TableProfile[]): ColumnLine[] {
  return now.flatMap(({ table, columns }): ColumnLine[] => {
    if (columns === null) return [{ table, profile: null, before: null }];
    const former = before.find((one) => one.table === table)?.columns ?? [];
    return columns.map((profile) => ({
      table,
      profile,
      before: former.find(({ column, kind }) => column === profile.column && kind === profile.kind) ?? null,
    }));
  });
}

/** One column under a date, or in a run that need not have published it. */
export interface ColumnMonth {
  as_of: string;
  run: number;
  profile: Profile | null;
}

/** The newest on top. A run that is looked at stands among the dates, also where it published nothing. */
export function columnMonths(dates: readonly TableProfile[], own: readonly TableProfile[]): ColumnMonth[] {
  const published = dates.map(monthOf);
  const others = own.map(monthOf).filter(({ run }) => !published.some((month) => month.run === run));
  return [...published, ...others].sort((a, b) => (a.as_of === b.as_of ? b.run - a.run : a.as_of < b.as_of ? 1 : -1));
}

function monthOf({ as_of, run, columns }: TableProfile): ColumnMonth {
  return { as_of, run, profile: columns?.[0] ?? null };
}

/** The month that one is held against: the one of that date, else the newest before it. */
export function monthBefore(
  months: readonly ColumnMonth[],
  month: ColumnMonth,
  against: string | null,
): ColumnMonth | null {
  const isOf = ({ as_of }: ColumnMonth) => (against === null ? as_of < month.as_of : as_of === against);
  return months.find((other) => isOf(other) && other.profile?.kind === month.profile?.kind) ?? null;
}

/** The shares of two months in the same bins; null where there is nothing to draw, and without the one before where its bins differ. */
export function sharesOf(now: Profile, before: Profile | null) {
  const bins = binsOf(now);
  if (bins === null) return null;
  const isAlike = JSON.stringify(before?.histogram?.edges) === JSON.stringify(now.histogram?.edges);
  const others = before === null || !isAlike ? null : binsOf(before);
  const all = [...bins, ...(others ?? [])];
  const starts = [...new Set(all.map(({ from }) => from))].sort((a, b) => a - b);
  const shares = (of: typeof bins) => starts.map((start) => of.find(({ from }) => from === start)?.share ?? 0);
  return { now: shares(bins), before: others === null ? null : shares(others), bins: all };
}

/** By how much the share that is missing grew; null where that is not known of both. */
export function missingMore(now: Profile, before: Profile | null): number | null {
  const [later, earlier] = [missingOf(now), before === null ? null : missingOf(before)];
  return later === null || earlier === null ? null : later - earlier;
}

/** What nearly all values lie between, and the middle half of them, and their middle; null for what has no order. */
export function spreadOf({ kind, quantiles }: Profile) {
  const at = (share: number) => placeOf(kind, quantileOf({ quantiles }, share));
  const [low, quarter, middle, threeQuarters, high] = [0.05, 0.25, 0.5, 0.75, 0.95].map(at);
  if (low == null || quarter == null || middle == null || threeQuarters == null || high == null) return null;
  return { whole: { from: low, to: high }, half: { from: quarter, to: threeQuarters }, middle };
}
