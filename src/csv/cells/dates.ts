import { isDate } from "../../core/month.ts";
import { type DateRange, didYouMean, type MakeCellType, type Mistake, type Wrong } from "./cell-type.ts";

const dayForm = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const pattern = new RegExp(`^${dayForm}$`);

/** What is in another form is told with the setting that accepts it. */
const mistakes: Mistake[] = [
  [
    /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$/,
    (value) => value.replace(/[-/.](\d+)/g, (_, digits) => `-${digits.padStart(2, "0")}`),
  ],
  // With a zone it may be another day.
  [/^\d{4}-\d\d-\d\d[T ]00:00(:00(\.0+)?)?$/, (value) => value.slice(0, 10)],
];

/** For a day of the right form: true when it is in the calendar, and one that the manifest allows. */
function isAllowed(day: string, { from, to }: DateRange): boolean {
  // Only the last days of a month need the calendar.
  return day >= from && day <= to && (day.slice(8) <= "28" || isDate(day));
}

/** What is wrong with a day that is written in the right form; null when the form itself is wrong, or nothing is. */
function wrongDay(day: string, { from, to }: DateRange): Wrong | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  if (!isDate(day)) return { code: "not_date", reason: "no such day in the calendar" };
  if (day >= from && day <= to) return null;
  return { code: "date_range", reason: `not between ${from} and ${to}, the dates the manifest allows` };
}

/** date: YYYY-MM-DD, a day that exists, within the dates that the manifest allows. */
export const dateType: MakeCellType = (_column, dates) => {
  const within = (value: string) => isAllowed(value, dates);
  const notDate = didYouMean("not a date in the form YYYY-MM-DD", mistakes, { pattern, within });
  return {
    pattern,
    within,
    explain: (value) => wrongDay(value, dates) ?? { code: "not_date", reason: notDate(value) },
  };
};

// PostgreSQL keeps microseconds and would round a seventh digit.
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?`;
const zone = String.raw`(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)`;

/** timestamp: a day, or a day and a time without a zone, for PostgreSQL would drop the zone in silence. */
const plain = new RegExp(`^${dayForm}(?:[T ]${time})?$`);
/** timestamptz: with its zone, for without one the meaning would hang on the session. */
const zoned = new RegExp(`^${dayForm}[T ]${time}${zone}$`);

function timestampType(pattern: RegExp, form: string): MakeCellType {
  return (_column, dates) => ({
    pattern,
    within: (value) => isAllowed(value.slice(0, 10), dates),
    explain(value) {
      const wrong = /^.{10}(?:[T ]|$)/.test(value) ? wrongDay(value.slice(0, 10), dates) : null;
      if (wrong?.code === "date_range") return wrong;
      const reason = wrong?.reason ?? `not a timestamp in the form ${form}${detail(value, pattern)}`;
      return { code: "not_timestamp", reason };
    },
  });
}

function detail(value: string, pattern: RegExp): string {
  if (/\.\d{7,}/.test(value) && pattern.test(value.replace(/(\.\d{6})\d+/, "$1")))
    return "; it has more than 6 decimals";
  if (pattern === zoned && plain.test(value)) return "; its time zone is missing";
  if (pattern === plain && zoned.test(value)) return "; the column takes no time zone";
  return "";
}

export const plainTimestampType = timestampType(plain, "YYYY-MM-DD HH:MM:SS");
export const zonedTimestampType = timestampType(zoned, "YYYY-MM-DD HH:MM:SS+00");
