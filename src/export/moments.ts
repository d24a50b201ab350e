/** PostgreSQL's dates and timestamps, as it writes them in ISO style, as the whole numbers that Parquet stores. */

const dayMs = 86_400_000;
const dayMicros = 86_400_000_000n;

/** `2024-01-31`, and so on to the years that PostgreSQL knows: `12024-01-31`, `0044-03-15 BC`. */
const dateShape = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/;
/** `2024-01-31 10:00:00.25`, with the offset from UTC that a timestamptz has: `+00`, `-03:30`, `+01:15:04`. */
const timestampShape =
  /^(\d{4,}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;

/** Days since 1970-01-01; null for what is no day, such as `infinity`. */
export function daysOf(text: string): number | null {
  const [, year = "", month = "", day = "", era] = dateShape.exec(text) ?? [];
  if (year === "") return null;
  // Before the year 1 there was the year 1 BC, which is the year 0 to everybody who counts on.
  return daysSinceEpoch(era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
}

/** Microseconds since 1970-01-01 00:00 UTC, or on the clock where there is no offset; null for what is no moment. */
export function microsOf(text: string): bigint | null {
  const [, date = "", hours, minutes, seconds, fraction = "", sign, ...rest] = timestampShape.exec(text) ?? [];
  const [offHours = "0", offMinutes = "0", offSeconds = "0", era = ""] = rest;
  const days = daysOf(`${date}${era}`);
  if (days === null) return null;
  const clock = secondsOf(hours, minutes, seconds);
  const offset = secondsOf(offHours, offMinutes, offSeconds) * (sign === "-" ? -1 : 1);
  return BigInt(days) * dayMicros + BigInt(clock - offset) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

function secondsOf(hours = "0", minutes = "0", seconds = "0"): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** A Date reaches no further than the year 275760, PostgreSQL to 5874897: whole cycles of the calendar are put aside. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const cycles = Math.floor(year / cycleYears);
  const moment = new Date(0);
  moment.setUTCFullYear(year - cycles * cycleYears, month - 1, day);
  return moment.getTime() / dayMs + cycles * cycleDays;
}

const cycleYears = 400;
const cycleDays = 146_097;
