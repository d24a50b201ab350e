import { formatCounted } from "../../core/format.ts";
import type { Warning } from "../../core/messages/events.ts";
import { type MonthName, monthIndex } from "../../core/month.ts";
import type { Past } from "./past.ts";

/** The dates under which rows stand that no run of this ledger took, oldest first. */
export function untakenDates({ stamps }: Pick<Past, "stamps">): string[] {
  return [...new Set(stamps.filter(({ sealed }) => !sealed).map(({ as_of }) => as_of))];
}

/** That there are such dates besides those of the months that are to be run, which see to their own; null where there are none. */
export function untaken(past: Past, months: readonly MonthName[]): Warning | null {
  const indices = months.map(monthIndex);
  const others = untakenDates({ stamps: past.stamps.filter(({ index }) => !indices.includes(index)) });
  const [first, last] = [others[0], others.at(-1)];
  if (first === undefined) return null;
  const dates = first === last ? first : `${first} to ${last} (${formatCounted(others.length, "date")})`;
  return {
    title: `Snapshot rows that no run of the ledger took stand, unsealed, as of ${dates}.`,
    hint:
      "Another flow took them, or the ledger that knew of them is gone: put that back from a backup; or `adopt` shows " +
      "them and, with --yes, seals them as they are.",
  };
}
