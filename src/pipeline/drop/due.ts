import type { Dataset } from "../../core/dataset.ts";
import { type Lacking, type MonthName, monthName } from "../../core/month.ts";

/** A month whose drop should be there and is not: one that newer months left behind, or one whose day has come. */
export interface LackingMonth extends Lacking {
  month: MonthName;
  state: "missing" | "due";
}

/**
 * The months that are lacking, oldest first: between those that are known, by their numbers, and from the last of them on
 * all whose drop was due by `today` (`YYYY-MM-DD`).
 */
export function lackingMonths(
  known: readonly number[],
  { first_month, due }: Pick<Dataset, "first_month" | "due">,
  today: string,
): LackingMonth[] {
  const since = (index: number) => (due === undefined ? null : dueDay(index, first_month, due));
  const last = Math.max(-1, ...known);
  const lacking: LackingMonth[] = [];
  const add = (index: number, state: LackingMonth["state"]) =>
    lacking.push({ month: monthName(index), state, due_since: since(index) });
  for (let index = Math.min(...known); index < last; index++) {
    if (!known.includes(index)) add(index, "missing");
  }
  for (let index = last + 1; isReached(since(index), today); index++) {
    add(index, "due");
  }
  return lacking;
}

function isReached(day: string | null, today: string): boolean {
  return day !== null && day <= today;
}

/** That day of the month after, or the last one that it has. */
function dueDay(index: number, firstMonth: string, day: number): string {
  const [year = 0, month = 1] = firstMonth.split("-").map(Number);
  const next = month - 1 + index + 1;
  const length = new Date(Date.UTC(year, next + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, next, Math.min(day, length))).toISOString().slice(0, 10);
}
