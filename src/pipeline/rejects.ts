import { join } from "node:path";
import { RejectFile, type RejectSink } from "../csv/reject-file.ts";
import type { Sql } from "../postgres/connect.ts";

/** Where a run's faults go, all of them, beyond those that are listed. */
export interface Rejects {
  add: RejectSink;
  /** Path of the reject file; null when there was no fault, or no way to write it. */
  close(): Promise<string | null>;
}

/**
 * The folder of the reject files of one dataset in one database, `<home>/rejects/<database>-<hash>/<dataset>`: each
 * database counts its runs from 1. The hash tells databases of one name on several servers apart.
 */
export function rejectFolder(home: string, { options }: Pick<Sql, "options">, dataset: string): string {
  const database = options.database ?? "";
  const place = JSON.stringify([options.host, options.port, database]);
  const hash = new Bun.CryptoHasher("sha256").update(place).digest("hex").slice(0, hashLength);
  return join(home, "rejects", `${asFileName(database)}-${hash}`, dataset);
}

const hashLength = 6;
const longestName = 40;

/** A database may have any name; what may not stand in a file's is left to the hash to tell. */
function asFileName(name: string): string {
  return name
    .slice(0, longestName)
    .replace(/[^A-Za-z0-9_.-]/g, "_")
    .replace(/^\./, "_");
}

/** The reject file of a run: `<month>-<run>.csv` in that folder, made with the first fault. */
export function rejectsOf(folder: string, month: string, run: number | "check"): Rejects {
  const file = new RejectFile(join(folder, `${month}-${run}.csv`));
  return {
    add: file.add,
    // A full disk must not hide what is wrong with the drop: the first faults are in the ledger all the same.
    close: () => file.close().catch(() => null),
  };
}
