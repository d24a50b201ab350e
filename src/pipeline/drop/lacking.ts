import { formatCounted } from "../../core/format.ts";
import type { Warning } from "../../core/messages/events.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { lackingInWords, type MonthName, monthIndex } from "../../core/month.ts";
import type { Session } from "../session/session.ts";
import { type LackingMonth, lackingMonths } from "./due.ts";
import type { MonthOnDisk } from "./months.ts";
import { isPassed, type Past } from "./past.ts";

/** The day it is, as `YYYY-MM-DD`, UTC. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Of what is named as a month is: others have no number. */
export function numbersOf(names: Iterable<string>): number[] {
  return [...names].flatMap((name) => monthIndex(name) ?? []);
}

/**
 * What `--pending` and `--all` do not take, though it may be thought of as to be done: months that are not there, and of
 * the pending ones those that newer ones went before. One for each kind, none where there is nothing.
 */
export function passedOver(
  { dataset, settings }: Pick<Session, "dataset" | "settings">,
  { selection }: Pick<RunRequest, "selection">,
  onDisk: readonly MonthOnDisk[],
  past: Past,
): Warning[] {
  if (!("every" in selection)) return [];
  const published = new Set(past.publications.map(({ month }) => month));
  const names = new Set([...onDisk.map(({ month }) => month), ...published]);
  const lacking = lackingMonths(numbersOf(names), dataset, today());
  const late = onDisk.filter(({ month }) => !published.has(month) && isPassed(month, past)).map(({ month }) => month);
  const warnings = (["missing", "due"] as const).flatMap((state) => {
    const those = lacking.filter((one) => one.state === state);
    return those.length === 0
      ? []
      : { title: `Not in ${settings.data}: ${lackingInWords(those)}.`, hint: hints[state] };
  });
  return selection.every === "pending" && late.length > 0 ? [...warnings, olderThanLive(late)] : warnings;
}

const hints: Record<LackingMonth["state"], string> = {
  missing: "Newer months are there. Once one of those is published, an older one takes --month with --backfill.",
  due: "Ask the sender for it; --pending takes it once it is there.",
};

function olderThanLive(late: readonly MonthName[]): Warning {
  const names = late.toSorted((a, b) => (monthIndex(a) ?? 0) - (monthIndex(b) ?? 0)).join(", ");
  return {
    title: `${formatCounted(late.length, "month")} not taken, since a newer one is published: ${names}.`,
    hint: `--month ${late[0]} with --backfill builds its snapshot from its own drop.`,
  };
}
