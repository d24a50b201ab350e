import { join } from "node:path";
import type { Fault } from "../core/faults.ts";
import { RejectFile } from "../csv/reject-file.ts";

/** Where a run's faults go, all of them, beyond those that are listed. */
export interface Rejects {
  add(fault: Fault): void;
  /** Path of the reject file; null when there was no fault, or no way to write it. */
  close(): string | null;
}

/** The reject file of a run: `<home>/rejects/<month>-<run>.csv`, made with the first fault. */
export function rejectsOf(home: string, month: string, run: number | "check"): Rejects {
  const file = new RejectFile(join(home, "rejects", `${month}-${run}.csv`));
  let writable = true;
  // A full disk must not hide what is wrong with the drop: the first faults are in the ledger all the same.
  const attempt = (work: () => string | null): string | null => {
    if (!writable) return null;
    try {
      return work();
    } catch {
      writable = false;
      return null;
    }
  };
  return {
    add: (fault) => {
      attempt(() => {
        file.add(fault);
        return null;
      });
    },
    close: () => attempt(() => file.close()),
  };
}
