import { usageError } from "./errors.ts";

/** A month of the dataset: its number counts from the manifest's `first_month`. */
export type MonthName = `month_${string}`;

/** Eight centuries are enough: of a far larger number there is no date, and a range up to it has no end. */
const monthFolder = /^month_(\d{3,4})$/;
const lastIndex = 9_999;

export function monthName(index: number): MonthName {
  return `month_${String(index).padStart(3, "0")}`;
}

/** The number in a folder name such as `month_007`; undefined for any other name. */
export function monthIndex(name: string): number | undefined {
  const digits = monthFolder.exec(name)?.[1];
  return digits !== undefined && monthName(Number(digits)) === name ? Number(digits) : undefined;
}

/** The month whose folder has this name: by its number (`month_007`), or by the calendar (`2024-08`). */
export function monthOfFolder(name: string, firstMonth: string): MonthName | undefined {
  if (monthIndex(name) !== undefined) return name as MonthName;
  const index = yearAndMonth.test(name) ? indexOfDate(name, firstMonth) : -1;
  return index < 0 || index > lastIndex ? undefined : monthName(index);
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

const shortNumber = /^\d{1,3}$/;
const yearAndMonth = /^\d{4}-(0[1-9]|1[0-2])$/;

/**
 * Throws a usage error for what is no word of `--month`, whatever the first month is: `month_003`, `3` or `2024-04` is one. A range
 * is advised only where one is taken.
 */
export function requireMonthWord(text: string, takes: "one month" | "ranges"): void {
  if (monthIndex(text) !== undefined || shortNumber.test(text) || yearAndMonth.test(text)) return;
  const hint =
    takes === "ranges"
      ? "Write month_003, 3 or 2024-04, or a range such as month_000..month_003."
      : "Write one month: month_003, 3 or 2024-04.";
  throw usageError(`"${text}" is not a month.`, hint);
}

/** The number that one word of `--month` stands for. Throws a usage error for what stands for none. */
function indexIn(text: string, firstMonth: string): number {
  requireMonthWord(text, "ranges");
  const index = monthIndex(text) ?? (shortNumber.test(text) ? Number(text) : indexOfDate(text, firstMonth));
  if (index >= 0 && index <= lastIndex) return index;
  const end =
    index < 0 ? `before the first month, ${firstMonth}` : `after the last that has a name, ${monthName(lastIndex)}`;
  throw usageError(`${text} is ${end}.`, "The dataset's manifest, dataset.json, sets first_month.");
}

/** All months that the words name, ranges included, oldest first and each once. */
export function parseMonths(words: readonly string[], firstMonth: string): MonthName[] {
  const indexes = new Set<number>();
  for (const word of words) {
    const [from, to, ...rest] = word.split("..");
    const first = indexIn(from || word, firstMonth);
    const last = to === undefined ? first : indexIn(to || word, firstMonth);
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

/** A month that should be there and is not, and the day (`YYYY-MM-DD`) since when, where the manifest sets one. */
export interface Lacking {
  month: string;
  due_since: string | null;
}

/** Whether a month of that state is not there, and should be. */
export function isLacking({ state }: { state: string }): boolean {
  return state === "missing" || state === "due";
}

/** True for the month right after that one. */
export function isNext(one: { month: string }, after: { month: string }): boolean {
  return monthIndex(one.month) === (monthIndex(after.month) ?? Number.NaN) + 1;
}

/** Months that are lacking, the oldest first: "month_001, month_004..month_015 (12 months, due since 2024-06-03)". */
export function lackingInWords(lacking: readonly Lacking[]): string {
  const stretches: Lacking[][] = [];
  for (const one of lacking) {
    const open = stretches.at(-1);
    const last = open?.at(-1);
    if (last !== undefined && isNext(one, last)) open?.push(one);
    else stretches.push([one]);
  }
  return stretches.map(stretchInWords).join(", ");
}

function stretchInWords(stretch: readonly Lacking[]): string {
  const [first, last] = [stretch[0], stretch.at(-1)];
  const notes = [
    ...(stretch.length > 1 ? [`${stretch.length} months`] : []),
    ...(first?.due_since ? [`due since ${first.due_since}`] : []),
  ];
  const names = [...new Set([first?.month, last?.month])].join("..");
  return `${names}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}
