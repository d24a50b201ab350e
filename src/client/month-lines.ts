import { formatCounted } from "../core/format.ts";
import type { MonthEntry } from "../core/messages/listings.ts";
import { isLacking, isNext } from "../core/month.ts";

/** What a list of months has as one line: a month, or a stretch of those that are not there, by the newest of them. */
export interface MonthLine extends MonthEntry {
  oldest: MonthEntry;
  /** How many months it stands for. */
  count: number;
}

/** The lines of a list that has the newest month first. */
export function monthLines(newestFirst: readonly MonthEntry[]): MonthLine[] {
  const lines: MonthLine[] = [];
  for (const entry of newestFirst) {
    const open = lines.at(-1);
    if (open && isLacking(open) && isLacking(entry) && isNext(open.oldest, entry)) {
      open.oldest = entry;
      open.count++;
    } else {
      lines.push({ ...entry, oldest: entry, count: 1 });
    }
  }
  return lines;
}

/** "12 months due since 2024-06-03", "missing, due since 2024-04-03": what is told of a line that is lacking. */
export function lackInWords({ state, count, oldest: { due_since } }: MonthLine): string {
  const months = count === 1 ? "" : `${formatCounted(count, "month")} `;
  if (due_since === null) return `${months}${state}`;
  return `${months}${state === "due" ? "" : `${state}, `}due since ${due_since}`;
}

/** "month_004..month_015". */
export function namesOf(line: MonthLine): string {
  return fromTo(({ month }) => month, line);
}

/** What the first and the last of its months have. */
export function fromTo(of: (entry: MonthEntry) => string, line: MonthLine): string {
  const [from, to] = [of(line.oldest), of(line)];
  return line.count === 1 ? to : `${from}..${to}`;
}
