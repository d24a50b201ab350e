import { ConsoleError } from "../../core/errors.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { type MonthName, monthIndex, parseMonths } from "../../core/month.ts";
import type { Session } from "../session/session.ts";
import type { MonthOnDisk } from "./months.ts";
import { isPending, type Past } from "./past.ts";

/** The drops that a request is for, oldest first. */
export function selectMonths(
  { dataset, settings }: Session,
  { selection, as_of }: Pick<RunRequest, "selection" | "as_of">,
  onDisk: readonly MonthOnDisk[],
  past: Past,
): MonthOnDisk[] {
  if ("every" in selection) {
    const oldestFirst = [...onDisk].sort((a, b) => indexOf(a.month) - indexOf(b.month));
    if (oldestFirst.length === 0) throw noMonths(settings.data);
    return selection.every === "all" ? oldestFirst : oldestFirst.filter(({ month }) => isPending(month, past));
  }
  const wanted = parseMonths(selection.months, dataset.first_month);
  if (as_of !== null && wanted.length !== 1) {
    throw new ConsoleError("usage", `--as-of stamps one month, but ${wanted.length} are named.`, {
      hint: "Run them one by one, each with its own --as-of.",
    });
  }
  return wanted.map((month) => {
    const drop = onDisk.find((entry) => entry.month === month);
    if (drop === undefined) throw unknownMonth(month, settings.data, onDisk);
    return drop;
  });
}

const indexOf = (month: string) => monthIndex(month) ?? 0;

function noMonths(data: string): ConsoleError {
  return new ConsoleError("unknown_month", `There are no months in ${data}.`, {
    hint: "Point --data at the folder that holds month_000 and so on, or make some with `bun run generate`.",
  });
}

function unknownMonth(month: MonthName, data: string, onDisk: readonly MonthOnDisk[]): ConsoleError {
  if (onDisk.length === 0) return noMonths(data);
  const names = onDisk.map((entry) => entry.month).sort();
  return new ConsoleError("unknown_month", `There is no ${month} in ${data}.`, {
    hint: `It holds ${names.length === 1 ? names[0] : `${names[0]} to ${names.at(-1)}`}; \`months\` lists them.`,
  });
}
