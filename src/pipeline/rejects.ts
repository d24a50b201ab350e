import { join } from "node:path";
import { RejectFile, type RejectSink } from "../csv/reject-file.ts";

/** Where a run's faults go, all of them, beyond those that are listed. */
export interface Rejects {
  add: RejectSink;
  /** Path of the reject file; null when there was no fault, or no way to write it. */
  close(): Promise<string | null>;
}

/** The reject file of a run: `<home>/rejects/<month>-<run>.csv`, made with the first fault. */
export function rejectsOf(home: string, month: string, run: number | "check"): Rejects {
  const file = new RejectFile(join(home, "rejects", `${month}-${run}.csv`));
  return {
    add: file.add,
    // A full disk must not hide what is wrong with the drop: the first faults are in the ledger all the same.
    close: () => file.close().catch(() => null),
  };
}
