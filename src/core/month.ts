import { usageError } from "./errors.ts";

/** A month of the dataset: its number counts from the manifest's `first_month`. */
export type MonthName = `month_${string}`;

const monthFolder = /^month_(\d{3,})$/;

export function monthName(index: number): MonthName {
  return `month_${String(index).padStart(3, "0")}`;
}

/** The number in a folder name such as `month_007`; undefined for any other name. */
export function monthIndex(name: string): number | undefined {
  const digits = monthFolder.exec(name)?.[1];
  return digits !== undefined && monthName(Number(digits)) === name ? Number(digits) : undefined;
}

/** The last day, as `YYYY-MM-DD`, of the month `index` months after `firstMonth` (`YYYY-MM`). */
export function asOfOf(index: number, firstMonth: string): string {
  const { year, month } = splitMonth(firstMonth);
  // Day 0 of the month after is the last day of this one.
  return new Date(Date.UTC(year, month - 1 + index + 1, 0)).toISOString().slice(0, 10);
}

/** The number of the month that a day (`YYYY-MM-DD`) falls in; below 0 for one before `firstMonth` (`YYYY-MM`). */
export function indexOfDate(day: string, firstMonth: string): number {
  const { year, month } = splitMonth(day);
  const first = splitMonth(firstMonth);
  return (year - first.year) * 12 + month - first.month;
}

function splitMonth(text: string): { year: number; month: number } {
  const [year, month] = text.split("-").map(Number);
  return { year: year ?? Number.NaN, month: month ?? Number.NaN };
}

/** One word of `--month`: `month_003`, `3` or `2024-04`. Throws a usage error for anything else. */
export function parseMonth(text: string, firstMonth: string): MonthName {
  if (monthIndex(text) !== undefined) return text as MonthName;
  if (/^\d{1,3}$/.test(text)) return monthName(Number(text));
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) {
    const index = indexOfDate(text, firstMonth);
    if (index >= 0) return monthName(index);
    const hint = "The dataset manifest, db/dataset.json, sets first_month.";
    throw usageError(`${text} is before the first month, ${firstMonth}.`, hint);
  }
  const hint = "Write month_003, 3 or 2024-04, or a range such as month_000..month_003.";
  throw usageError(`"${text}" is not a month.`, hint);
}

/** All months that the words name, ranges included, oldest first and each once. */
export function parseMonths(words: readonly string[], firstMonth: string): MonthName[] {
  const indexes = new Set<number>();
  for (const word of words) {
    const [from, to, ...rest] = word.split("..");
    const first = monthIndex(parseMonth(from ?? "", firstMonth)) ?? 0;
    const last = to === undefined ? first : (monthIndex(parseMonth(to, firstMonth)) ?? 0);
    if (rest.length > 0 || last < first) {
      const hint = "Write the older month first, such as month_000..month_003.";
      throw usageError(`"${word}" is not a range of months.`, hint);
    }
    for (let index = first; index <= last; index++) indexes.add(index);
  }
  return [...indexes].sort((a, b) => a - b).map(monthName);
}

/** True for a day that exists, written `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
