import { type CellType, type MakeCellType, soundness } from "./cell-type.ts";
import { dayExists, wrongDay } from "./date.ts";

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
