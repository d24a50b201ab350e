import { isDate } from "../../core/month.ts";
import { type DateRange, didYouMean, type MakeCellType, type Mistake, soundness, type Wrong } from "./cell-type.ts";

const pattern = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

const mistakes: Mistake[] = [
  [/^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$/, (value) => padded(value.split(/[-/.]/))],
  [/^\d{8}$/, (value) => `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`],
  [/^\d{4}-\d\d-\d\d[T ]00:00(:00(\.0+)?)?Z?$/, (value) => value.slice(0, 10)],
];

function padded([year = "", month = "", day = ""]: string[]): string {
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

/** date: YYYY-MM-DD, a day that exists, within the dates that the manifest allows. */
export const dateType: MakeCellType = (_column, dates) => {
  const within = (value: string) => value >= dates.from && value <= dates.to && dayExists(value);
  const notDate = didYouMean("not a date in the form YYYY-MM-DD", mistakes, soundness({ pattern, within }));
  return {
    isText: false,
    pattern,
    within,
    explain: (value) =>
      wrongDay(value, dates) ?? {
        code: "not_date",
        reason: notDate(value),
      },
  };
};

/** What is wrong with a day that is written in the right form; null when the form itself is wrong, or nothing is. */
export function wrongDay(day: string, dates: DateRange): Wrong | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  if (!isDate(day)) return { code: "not_date", reason: "no such day in the calendar" };
  if (day >= dates.from && day <= dates.to) return null;
  return { code: "date_range", reason: `not between ${dates.from} and ${dates.to}, the dates the manifest allows` };
}

/** For a day of the right form: true when it is in the calendar. */
export function dayExists(day: string): boolean {
  // Only these need the calendar.
  return day.slice(8) <= "28" || isDate(day);
}
