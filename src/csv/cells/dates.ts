import { isDate } from "../../core/month.ts";
import {
  type CellType,
  type DateRange,
  didYouMean,
  type MakeCellType,
  type Mistake,
  soundness,
  type Wrong,
} from "./cell-type.ts";

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

const day = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
// PostgreSQL keeps microseconds and would round a seventh digit.
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?`;
const zone = String.raw`(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)`;

/** timestamp: a day, or a day and a time without a zone, for PostgreSQL would drop the zone in silence. */
const plain = new RegExp(`^${day}(?:[T ]${time})?$`);
/** timestamptz: with its zone, for without one the meaning would hang on the session. */
const zoned = new RegExp(`^${day}[T ]${time}${zone}$`);

function timestampType(pattern: RegExp, form: string): MakeCellType {
  return (_column, dates) => {
    const within = (value: string) => {
      const date = value.slice(0, 10);
      return date >= dates.from && date <= dates.to && dayExists(date);
    };
    const type: CellType = {
      isText: false,
      pattern,
      within,
      explain(value) {
        const wrong = /^\d{4}-\d\d-\d\d(?:[T ]|$)/.test(value) ? wrongDay(value.slice(0, 10), dates) : null;
        if (wrong !== null) return { ...wrong, code: wrong.code === "not_date" ? "not_timestamp" : wrong.code };
        return { code: "not_timestamp", reason: `not a timestamp in the form ${form}${detail(value, pattern)}` };
      },
    };
    return type;
  };
}

function detail(value: string, pattern: RegExp): string {
  const isSound = soundness({ pattern, within: null });
  if (/\.\d{7,}/.test(value) && isSound(value.replace(/(\.\d{6})\d+/, "$1"))) return "; it has more than 6 decimals";
  if (pattern === zoned && plain.test(value)) return "; its time zone is missing";
  if (pattern === plain && zoned.test(value)) return "; the column takes no time zone";
  return "";
}

export const plainTimestampType = timestampType(plain, "YYYY-MM-DD HH:MM:SS");
export const zonedTimestampType = timestampType(zoned, "YYYY-MM-DD HH:MM:SS+00");
