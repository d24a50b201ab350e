import { dropFiles, listMonths } from "../csv/drop.ts";
import type { MonthOnDisk } from "./months.ts";
import type { Session } from "./session.ts";

/** The drops in the data folder, with their files in load order. */
export async function dropsOnDisk({ settings, tables }: Session): Promise<MonthOnDisk[]> {
  const wanted = tables.map(({ manifest }) => manifest);
  const months = await listMonths(settings.data);
  return Promise.all(months.map(async (month) => ({ month, files: await dropFiles(settings.data, month, wanted) })));
}
