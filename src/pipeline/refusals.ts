import { ConsoleError } from "../core/errors.ts";
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
      : `${run.operator} on ${run.host} (process ${run.process}) is running ${run.month} since ${run.started_at}.`;
  return new ConsoleError("locked", who, {
    hint: "A dataset has one writer at a time: wait until that run is done, then try again.",
  });
}

/** A month older than what the live tables hold would mix its past with their future; null when all is well. */
export function outOfOrder({ month, asOf, backfill }: Job, published: readonly Publication[]): ConsoleError | null {
  const newest = newestLive(published);
  if (newest === null || backfill) return null;
  const isOlder = (monthIndex(month) ?? 0) < (monthIndex(newest.month) ?? 0) || asOf < newest.as_of;
  if (!isOlder) return null;
  return new ConsoleError(
    "out_of_order",
    `${month} (${asOf}) is older than ${newest.month} (${newest.as_of}), which the live tables already hold.`,
    {
      hint: "Run it with --backfill: its snapshot is then built from its own drop alone, and live tables stay as they are.",
    },
  );
}
