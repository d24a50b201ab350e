import type { Dataset } from "../../core/dataset.ts";
import type { Warning } from "../../core/messages/events.ts";
import { dropping } from "../../core/messages/seals.ts";
import { asOfOf, type MonthName, monthIndex } from "../../core/month.ts";
import { today } from "./lacking.ts";
import { type Past, stampInTheWay, stampOf } from "./past.ts";

/**
 * That a month gets a date that is yet to come, and that the next month's own does not follow; null where all is well, where
 * it has that date or a later month has one after it already, and where it is refused.
 */
export function stampedAhead(
  { first_month }: Pick<Dataset, "first_month">,
  [month]: readonly MonthName[],
  asOf: string | null,
  past: Past,
): Warning | null {
  if (month === undefined || asOf === null || asOf <= today()) return null;
  const index = monthIndex(month) ?? 0;
  const next = asOfOf(index + 1, first_month);
  const isFollowed = past.stamps.some((stamp) => stamp.index > index);
  if (asOf < next || isFollowed || stampOf(month, past) === asOf) return null;
  if (stampInTheWay(month, asOf, past) !== undefined) return null;
  return {
    title: `${month} is stamped ${asOf}, which is yet to come; its own last day is ${asOfOf(index, first_month)}.`,
    hint:
      `Months and their dates come in one order: from now on each later month needs an --as-of after ${asOf}, and is refused under its own day (${next} for the next one). ` +
      `If that is not meant, run it without --as-of; once it is published, after ${dropping(asOf)}.`,
  };
}
