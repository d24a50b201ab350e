import { basename } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import type { TableSource } from "../csv/reader.ts";
import type { LoadTable } from "../postgres/catalog.ts";
import type { MonthFile, MonthOnDisk } from "./months.ts";

/** A file of a drop, and the table that it is for. */
export interface Incoming {
  table: LoadTable;
  file: MonthFile;
}

/** The files of a drop in load order. */
export function incomingOf(tables: readonly LoadTable[], drop: MonthOnDisk): Incoming[] {
  return tables.flatMap((table) => {
    const file = drop.files.find((one) => one.table === table.name);
    return file === undefined ? [] : [{ table, file }];
  });
}

/** What the strict reader needs to know of a file. */
export function sourceOf({ dates }: Pick<Dataset, "dates">, { table, file }: Incoming): TableSource {
  return {
    path: file.path,
    file: basename(file.path),
    shape: table.live,
    optional: new Set(table.manifest.absent),
    key: table.live.key,
    dates,
  };
}
