import { stat } from "node:fs/promises";
import { ConsoleError } from "../../core/errors.ts";
import { type MonthName, monthOfFolder } from "../../core/month.ts";
import { isInBucket } from "../../core/settings.ts";
import { reasonOf } from "../files/source-fault.ts";
import { namesIn } from "./names.ts";

/**
 * The months below a data directory, in no particular order, and the folder of each: more than one where it is there by
 * its number and by the calendar. None when there is no such directory.
 */
export async function listMonths(data: string, firstMonth: string): Promise<Map<MonthName, string[]>> {
  const months = new Map<MonthName, string[]>();
  try {
    for (const folder of (await namesIn(data)).sort()) {
      const month = monthOfFolder(folder, firstMonth);
      if (month !== undefined) months.getOrInsertComputed(month, () => []).push(folder);
    }
  } catch (cause) {
    if (cause instanceof ConsoleError) throw cause;
    throw new ConsoleError("io_error", `${data} cannot be read: ${reasonOf(cause)}.`, {
      hint: "Make it readable for the user who runs the console, or name another directory with --data.",
      cause,
    });
  }
  return months;
}

/** Whether there is a folder of drops at all; in a bucket, whether anything lies below that prefix. */
export async function isThere(data: string): Promise<boolean> {
  if (isInBucket(data)) return (await namesIn(data)).length > 0;
  return (await stat(data).catch(() => null))?.isDirectory() ?? false;
}
