import { ConsoleError } from "../core/errors.ts";
import { formatMoment } from "../core/format.ts";
import type { SnapshotEntry } from "../core/listings.ts";
import { monthIndex } from "../core/month.ts";
import type { Sql } from "../postgres/connect.ts";
import { holderRun, type Publication } from "../postgres/ledger-queries.ts";
import type { Job } from "./context.ts";
import { newestLive } from "./months.ts";

/** The lock is taken: by whom, on which month, since when. */
export async function heldBySomebody(sql: Sql, dataset: string, holder: number | null): Promise<ConsoleError> {
  const run = holder === null ? null : await holderRun(sql, dataset, holder);
  const who =
    run === null
      ? "Another console is at work on this dataset."
      : `${run.operator} on ${run.host} (process ${run.process}) is running ${run.month} since ${formatMoment(run.started_at)}.`;
  return new ConsoleError("locked", who, {
    hint: "A dataset has one writer at a time: wait until that run is done, then try again.",
  });
}

/** The publication that the live tables hold, when this month is older; else null. */
export function newerThan({ month, asOf }: Job, published: readonly Publication[]): Publication | null {
  const newest = newestLive(published);
  if (newest === null) return null;
  const isOlder = (monthIndex(month) ?? 0) < (monthIndex(newest.month) ?? 0) || asOf < newest.as_of;
  return isOlder ? newest : null;
}

/** A month older than what the live tables hold would mix its past with their future; null when all is well. */
export function outOfOrder(job: Job, published: readonly Publication[]): ConsoleError | null {
  const { month, asOf, backfill, restamp } = job;
  const newest = newerThan(job, published);
  if (newest === null || backfill) return null;
  return new ConsoleError(
    "out_of_order",
    `${month} (${asOf}) is older than ${newest.month} (${newest.as_of}), which the live tables already hold.`,
    {
      hint:
        `Run it with ${restamp ? "--restamp --backfill" : "--backfill"}: ` +
        "its snapshot is then built from its own drop alone, and live tables stay as they are.",
    },
  );
}

/**
 * Months and stamps must come in the same order: a stamp before that of an older month, or the same as that of another,
 * would make a snapshot hold what was not known on its day. Null when all is well.
 */
export function stampOutOfOrder({ month, asOf }: Job, seals: readonly SnapshotEntry[]): ConsoleError | null {
  const indexOf = (name: string) => monthIndex(name) ?? 0;
  const clash = seals.find(
    (seal) =>
      seal.month !== month && (seal.as_of === asOf || indexOf(seal.month) < indexOf(month) !== seal.as_of < asOf),
  );
  if (clash === undefined) return null;
  const relation = clash.as_of === asOf ? "on the same day as" : asOf < clash.as_of ? "before" : "after";
  return new ConsoleError(
    "leak",
    `${month} stamped ${asOf} would stand ${relation} ${clash.month}, whose snapshot is sealed as of ${clash.as_of}.`,
    { hint: "A snapshot may hold only what was known on its day: choose an --as-of in the order of the months." },
  );
}
