import type { Seal } from "./events.ts";
import type { RunDetail } from "./listings.ts";
import type { MonthName } from "./month.ts";

/** What became of a run whose process, or whose connection, was gone before the end of it could be told. */
export interface RunOutcome {
  /** The run as the ledger has it now. */
  detail: RunDetail;
  /** True while the server still has the end of the run under way: then nobody can say whether it will be published. */
  open: boolean;
  /** What the server waits for at that end, by PostgreSQL's own name, such as `SyncRep`; null when it does not tell. */
  waits_for: string | null;
  /** Of a run that was carried out: the seals in force under its date. */
  in_force: Seal[];
  /** Of a run that was carried out: the months that were asked for together with it and come after it. */
  left: MonthName[];
}
