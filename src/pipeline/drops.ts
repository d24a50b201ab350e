import { stat } from "node:fs/promises";
import { ConsoleError } from "../core/errors.ts";
import { dropFiles, listMonths } from "../csv/drop.ts";
import type { MonthFile, MonthOnDisk } from "./months.ts";
import type { Session } from "./session.ts";

/** The drops in the data folder, with their files in load order. */
export async function dropsOnDisk({ settings, tables }: Session): Promise<MonthOnDisk[]> {
  await requireFolder(settings.data);
  const listedAt = Date.now();
  const months = await listMonths(settings.data);
  return Promise.all(
    months.map(async (month) => ({ month, listedAt, files: await filesOf({ settings, tables }, month) })),
  );
}

/** The files of one drop as they lie there now. */
export function filesOf(
  { settings, tables }: Pick<Session, "settings" | "tables">,
  month: string,
): Promise<MonthFile[]> {
  const wanted = tables.map(({ manifest }) => manifest);
  return dropFiles(settings.data, month, wanted);
}

/** A folder that is not there must not pass for one without months. */
async function requireFolder(data: string): Promise<void> {
  const found = await stat(data).catch(() => null);
  if (found?.isDirectory()) return;
  throw new ConsoleError("usage", `There is no folder ${data}.`, {
    hint: "Point --data or STREAMFLOW_DATA at the folder that holds the months, or make some with `bun run generate`.",
  });
}
