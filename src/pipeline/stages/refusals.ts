import { ConsoleError } from "../../core/errors.ts";
import { formatCounted } from "../../core/format.ts";
import { dropping } from "../../core/messages/seals.ts";
import { type MonthName, monthIndex, monthName } from "../../core/month.ts";
import { isPassed, type Past, type StampedDate, stampInTheWay } from "../drop/past.ts";
import type { Job } from "./context.ts";

/** A month older than what the live tables hold would mix its past with their future; null when all is well. */
export function outOfOrder(job: Job, past: Past): ConsoleError | null {
  const { month, asOf, backfill, restamp } = job;
  const { holding } = past;
  if (backfill || holding.kind !== "month" || !isPassed(month, past)) return null;
  const newer =
    holding.by === "run"
      ? `${monthName(holding.index)} (${holding.asOf}), which the live tables already hold`
      : `rows as of ${holding.asOf}, which another flow took: the live tables may hold them already`;
  return new ConsoleError("out_of_order", `${month} (${asOf}) is older than ${newer}.`, {
    hint:
      `Run it with ${restamp ? "--restamp --backfill" : "--backfill"}: ` +
      "its snapshot is then built from its own drop alone, and live tables stay as they are.",
  });
}

/**
 * Months and stamps must come in the same order, and one month has one stamp: another would make a snapshot hold what was
 * not known on its day, or stand beside labels of its own month. Null when all is well.
 */
export function stampOutOfOrder({ month, asOf }: Job, past: Past): ConsoleError | null {
  const stamp = stampInTheWay(month, asOf, past);
  if (stamp === undefined) return null;
  if (stamp.index !== monthIndex(month)) return leak(month, asOf, stamp, daysLeft(month, past.stamps));
  const own = past.stamps.filter(({ index }) => index === stamp.index);
  const days = [...new Set(own.map(({ as_of }) => as_of))];
  return days.length > 1 ? severalStamps(month, days) : otherStamp(month, asOf, stamp);
}

/** Between which stamps, which come oldest first, a month's own has to be, in words; null where no day is left. */
function daysLeft(month: MonthName, stamps: readonly StampedDate[]): string | null {
  const number = monthIndex(month) ?? 0;
  const after = stamps.findLast(({ index }) => index < number)?.as_of;
  const before = stamps.find(({ index }) => index > number)?.as_of;
  if (after !== undefined && before !== undefined && dayAfter(after) >= before) return null;
  const bounds = [
    ...(after === undefined ? [] : [`after ${after}`]),
    ...(before === undefined ? [] : [`before ${before}`]),
  ];
  return bounds.join(" and ");
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

function leak(month: string, asOf: string, stamp: StampedDate, left: string | null): ConsoleError {
  const relation = stamp.as_of === asOf ? "on the same day as" : asOf < stamp.as_of ? "before" : "after";
  const other =
    stamp.month === null
      ? `the rows as of ${stamp.as_of}, which the ledger does not know`
      : `${stamp.month}, whose snapshot ${stamp.sealed ? "is sealed" : "stands"} as of ${stamp.as_of}`;
  const choice = left === null ? "no day is left for this one" : `choose an --as-of ${left}`;
  return new ConsoleError("leak", `${month} stamped ${asOf} would stand ${relation} ${other}.`, {
    hint:
      `A snapshot may hold only what was known on its day, and months and their dates come in one order: ${choice}. ` +
      `If ${stamp.as_of} is what is wrong, ${dropping(stamp.as_of)} removes it.`,
  });
}

function severalStamps(month: string, days: readonly string[]): ConsoleError {
  const drops = days.map(dropping).join(" or ");
  return new ConsoleError("leak", `${month} stands under ${days.join(" and ")}: a month has one date.`, {
    hint: `Remove what is wrong: ${drops}. Then run the month again with the other as its --as-of.`,
  });
}

function otherStamp(month: string, asOf: string, stamp: StampedDate): ConsoleError {
  const stands = stamp.sealed ? `is sealed as of ${stamp.as_of}` : `stands, unsealed, as of ${stamp.as_of}`;
  return new ConsoleError("leak", `${month} ${stands}, and cannot be stamped ${asOf} as well.`, {
    hint:
      `One month has one stamp: --as-of ${stamp.as_of} runs it under that. To replace it, remove the first by ${dropping(stamp.as_of)}, ` +
      "then run the month again with the --as-of that you want (an older month: with --backfill, too).",
  });
}

/** Rows that nothing dates would be changed: they may be newer than the month. */
export function mayBeNewer(month: string, table: string, updated: number): ConsoleError {
  const rows = formatCounted(updated, "row");
  return new ConsoleError(
    "out_of_order",
    `${table} holds rows of unknown origin, and ${month} would change ${rows} of them, which may be newer.`,
    {
      hint:
        "Run the month that they came from first, which changes none; or take this one's snapshot alone, with --backfill; " +
        "or empty the live tables, if they are to be filled from the drops.",
    },
  );
}
