import type { RunOutcome } from "../../../src/core/messages/listings.ts";

/** What the ledger says of month_000's run 1 once its process has died in the middle. */
export const crashed: RunOutcome = {
  detail: {
    ...{ run: 1, month: "month_000", as_of: "2024-01-31", mode: "publish", status: "crashed" },
    ...{ started_at: "2024-02-01T03:00:00.000Z", finished_at: null, failure: null },
    ...{ operator: "loader", host: "vault" },
    ...{ tables: [], expectations: { passed: 0, failed: 0, warned: 0, unevaluated: 0 }, warned: 0 },
    ...{ files: [], verdicts: [], faults: [], snapshots: [], lifted: [], moves: [], suites: [], warnings: [] },
  },
  ...{ open: false, waits_for: null, in_force: [], left: [] },
};
