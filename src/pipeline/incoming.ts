import { basename } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import type { TableSource } from "../csv/reader.ts";
import type { LoadTable } from "../postgres/catalog.ts";
import type { Publication } from "../postgres/ledger-queries.ts";
import type { MonthFile, MonthOnDisk } from "./months.ts";

/** A file of a drop, and the table that it is for. */
export interface Incoming {
  table: LoadTable;
  file: MonthFile;
  /** Columns that the table has got since the last drop. */
  added: ReadonlySet<string>;
}

/** The files of a drop in load order; `before` is the last drop that was published. */
export function incomingOf(
  tables: readonly LoadTable[],
  drop: MonthOnDisk,
  before: Pick<Publication, "files"> | null,
): Incoming[] {
  return tables.flatMap((table) => {
    const file = drop.files.find((one) => one.table === table.name);
    const carried = before?.files.find((one) => one.table === table.name)?.columns ?? null;
    return file === undefined ? [] : [{ table, file, added: addedSince(table, carried) }];
  });
}

/** Columns that the table has and that file had not; none where it is not known what the file had. */
function addedSince({ live }: LoadTable, carried: readonly string[] | null): ReadonlySet<string> {
  const names = live.columns.map(({ name }) => name);
  return new Set(carried === null ? [] : names.filter((name) => !carried.includes(name)));
}

/** What the strict reader needs to know of a file. */
export function sourceOf({ dates }: Pick<Dataset, "dates">, { table, file, added }: Incoming): TableSource {
  return {
    path: file.path,
    file: basename(file.path),
    shape: table.live,
    optional: new Set([...table.manifest.absent, ...table.live.selfFilling]),
    added,
    listed: file,
    key: table.live.key,
    dates,
  };
}
