/** PostgreSQL's dates and timestamps, as it writes them in ISO style, as the whole numbers that Parquet stores. */

/** `2024-01-31`, and so on to the years that PostgreSQL knows: `12024-01-31`, `0044-03-15 BC`. */
const dateShape = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/;
/** `2024-01-31 10:00:00.25`, with the offset from UTC that a timestamptz has: `+00`, `-03:30`, `+01:15:04`. */
const timestampShape = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-]\d\d(?::\d\d){0,2})?( BC)?$/;

/** A Date reaches no further than the year 275760, PostgreSQL to 5874897: whole cycles of the calendar are put aside. */
const cycleYears = 400;
const cycleDays = 146_097;

/** Days since 1970-01-01; null for what is no day, such as `infinity`. */
export function daysOf(text: string): number | null {
  const [, written, month, day, era] = dateShape.exec(text) ?? [];
  if (written === undefined) return null;
  // Before the year 1 there was the year 1 BC, which is the year 0 to everybody who counts on.
  const year = era === undefined ? Number(written) : 1 - Number(written);
  const cycles = Math.floor(year / cycleYears);
  const moment = new Date(0).setUTCFullYear(year - cycles * cycleYears, Number(month) - 1, Number(day));
  return moment / 86_400_000 + cycles * cycleDays;
}

/** Microseconds since 1970-01-01 00:00 UTC, or on the clock where there is no offset; null for what is no moment. */
export function microsOf(text: string): bigint | null {
  const [, date = "", clock, fraction = "", offset, era = ""] = timestampShape.exec(text) ?? [];
  const days = daysOf(`${date}${era}`);
  if (days === null) return null;
  const seconds = days * 86_400 + secondsOf(clock) - secondsOf(offset);
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

/** Of `10:00:00`, `+00` or `-03:30`. */
function secondsOf(text = "0"): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, "").split(":").map(Number);
  return (hours * 3600 + minutes * 60 + seconds) * (text.startsWith("-") ? -1 : 1);
}
