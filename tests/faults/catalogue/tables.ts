import { moments, standsBefore, thenGoes } from "../provoking.ts";
import { scenarios } from "../scenarios.ts";
import type { Trial } from "../trial.ts";
import type { Expected, Fault } from "./fault.ts";

/** What somebody does to the tables, and how it is undone; nothing to undo where the console mends it itself. */
interface Change {
  name: string;
  statements: string;
  expected: Expected;
  undo?: string;
  isFixed?: true;
}

const mismatch: Expected = { exit: 3, says: /remedy: / };

const changes: readonly Change[] = [
  {
    name: "a live column is renamed",
    statements: "alter table labels rename churn_label to churned",
    expected: { exit: 3, says: /churn_label|labels/ },
    undo: "alter table labels rename churned to churn_label",
    isFixed: true,
  },
  {
    name: "a live column has another type",
    statements: "alter table payments_agg_90d alter failed_payments_90d type boolean using failed_payments_90d > 0",
    expected: { exit: 3, says: /payments_agg_90d/ },
    undo: "alter table payments_agg_90d alter failed_payments_90d type int using failed_payments_90d::int",
  },
  {
    name: "a live table is moved away",
    statements: "alter table support_agg_90d rename to support_old",
    expected: { exit: 3 },
    undo: "drop table if exists support_agg_90d; alter table support_old rename to support_agg_90d",
  },
  {
    name: "a live table lost its key",
    statements: "alter table labels drop constraint labels_pkey",
    expected: { exit: 3, says: /labels/ },
    undo: "alter table labels add primary key (user_id)",
  },
  {
    name: "a live table has a check that the drop does not pass",
    statements: "alter table usage_agg_30d add constraint few check (watch_hours_30d < 5) not valid",
    expected: { exit: 1, says: /usage_agg_30d\.csv: watch_hours_30d: 20 rows/ },
    undo: "alter table usage_agg_30d drop constraint few",
    isFixed: true,
  },
  {
    name: "a live table is read-only by a rule",
    statements: "create rule nothing as on update to usage_agg_30d do instead nothing",
    expected: { exit: 3, says: /usage_agg_30d/ },
    undo: "drop rule nothing on usage_agg_30d",
  },
  {
    name: "a snapshot column is renamed",
    statements: "alter table labels_snapshots rename churn_label to churned",
    expected: { exit: 3, says: /labels_snapshots|churn_label/ },
    undo: "alter table labels_snapshots rename churned to churn_label",
  },
  {
    name: "a table of the ledger has lost a column",
    statements: "alter table console.runs rename operator to who",
    expected: mismatch,
    undo: "alter table console.runs rename who to operator",
  },
  {
    name: "a view stands where a live table was",
    statements: "alter table labels rename to labels_old; create view labels as select * from labels_old",
    expected: { exit: 3, says: /labels is a view[\s\S]*alter table public\.labels rename to labels_view/ },
    undo: "alter table public.labels rename to labels_view; alter table labels_old rename to labels",
    isFixed: true,
  },
];

function changed({ name, statements, expected, undo, isFixed }: Change): Fault {
  return {
    name,
    arrange: (trial) => trial.lease.sql.unsafe(statements),
    provoke: (trial) => trial.again(),
    expected,
    ...(undo !== undefined && { remedy: (trial: Trial) => trial.lease.sql.unsafe(undo) }),
    ...(isFixed && { isFixed }),
  };
}

/** What was sealed is no more as it was: verifying names it, and the month's own drop makes it whole. */
function broken(name: string, statements: string, says: RegExp): Fault {
  return {
    name,
    scenario: { ...scenarios.force, name: `a restamp after ${name}`, words: ["--month", "0", "--restamp"] },
    arrange: (trial) => trial.lease.sql.unsafe(statements),
    provoke: (trial) => trial.start(["snapshots", "--verify", ...trial.lease.words]).outcome,
    expected: { exit: 1, says, isAnswer: true },
    isRestamped: true,
    async again(trial) {
      const restamped = await trial.again();
      if (restamped.code !== 0) return restamped;
      return trial.start(["snapshots", "--verify", ...trial.lease.words]).outcome;
    },
    isFixed: true,
  };
}

const meanwhile: Fault = {
  name: "a live table is altered during a run",
  async provoke(trial) {
    const still = await standsBefore(trial, moments.copying);
    await trial.lease.sql`alter table labels rename churn_label to churned`;
    return thenGoes(still);
  },
  expected: { exit: 3, says: /labels|changed by other hands/ },
  remedy: (trial) => trial.lease.sql`alter table labels rename churned to churn_label`,
};

/** What becomes of tables behind the console's back. */
export const tables: readonly Fault[] = [
  ...changes.map(changed),
  meanwhile,
  broken(
    "a sealed row is changed",
    "update usage_agg_30d_snapshots set skips_7d = 77 where user_id = 'u5'",
    /usage_agg_30d_snapshots[\s\S]*/,
  ),
  broken("a sealed row is deleted", "delete from labels_snapshots where user_id = 'u5'", /labels_snapshots/),
  broken(
    "a row is added to a sealed snapshot",
    "insert into labels_snapshots values ('u99', '2024-01-31', true, 'month_000')",
    /labels_snapshots/,
  ),
  broken("a partition is dropped", "drop table payments_agg_90d_snapshots_20240131", /payments_agg_90d_snapshots/),
];
