import { join } from "node:path";
import type { Outcome } from "../../headless/process.ts";
import { stateOf } from "../oracle/state.ts";
import { byAnother, metLock, moments, standsBefore, thenGoes, waitsFor } from "../provoking.ts";
import type { Trial } from "../trial.ts";
import { asIfNothing, type Fault } from "./fault.ts";

/** A second console beside a run that stands still: it has to end with this code, and the run as if nothing had been. */
function beside(name: string, words: readonly string[], exit: number, says: RegExp): Fault {
  return {
    name,
    async provoke(trial) {
      const still = await standsBefore(trial, moments.copying);
      const start = performance.now();
      const second = await trial.start([...words, ...trial.lease.words]).outcome;
      const first = await thenGoes(still);
      const held = performance.now() - start;
      if (second.code !== exit || !says.test(second.stdout + second.stderr) || held > 20_000) return odd(second);
      return first;
    },
    expected: asIfNothing,
  };
}

/** An outcome that fits nothing, with what was said. */
function odd({ code, stderr }: Outcome): Outcome {
  return { code: -1, stdout: "", stderr: `the other console ended with ${code}: ${stderr}` };
}

/** Statements of another tool while the run stands between two files; it goes on when they are committed. */
function meanwhile(
  name: string,
  statements: string,
  { at = moments.betweenFiles, ...rest }: Pick<Fault, "expected"> & { at?: string },
): Fault {
  return {
    name,
    async provoke(trial) {
      const still = await standsBefore(trial, at);
      await trial.lease.sql.unsafe(`set lock_timeout = '5s'; ${statements}`);
      trial.leftByOthers = await stateOf(trial.lease.sql);
      return thenGoes(still);
    },
    ...rest,
  };
}

/** The key is there, but not committed, when the run comes to write it. */
const sameKey: Fault = {
  name: "another session inserts a key that the drop brings",
  async provoke(trial) {
    await trial.lease.sql`delete from labels where user_id = 'u7'`;
    return byAnother(trial, async (sql) => {
      await sql`begin`;
      await sql`insert into labels values ('u7', true)`;
      trial.leftByOthers = await stateOf(sql);
      const working = trial.run();
      await metLock(trial, working);
      await sql`commit`;
      return working.outcome;
    });
  },
  expected: { exit: 3, says: /written by others|u7|labels/ },
};

const dumped: Fault = {
  name: "a dump of the database holds its tables",
  async provoke(trial) {
    return byAnother(trial, async (sql) => {
      await sql`begin isolation level repeatable read`;
      await sql`lock table users, labels, usage_agg_30d, usage_agg_30d_snapshots in access share mode`;
      const working = trial.run();
      // To attach a partition it has to wait for whoever reads the others' one.
      await metLock(trial, working);
      await sql`rollback`;
      return working.outcome;
    });
  },
  expected: asIfNothing,
};

/** Two consoles on one embedded home, of which one leaves while the other is at work. */
const leaving: Fault = {
  name: "another console leaves the same home",
  on: ["embedded"],
  async provoke(trial: Trial) {
    const still = await waitsFor(trial, "usage_agg_30d");
    const other = await trial.start(["months", ...trial.lease.words]).outcome;
    const first = await thenGoes(still);
    return other.code === 0 ? first : odd(other);
  },
  expected: asIfNothing,
  isFixed: true,
};

const exported: Fault = {
  name: "a training set is exported during a run",
  async provoke(trial) {
    const still = await standsBefore(trial, moments.copying);
    const words = ["export", "2024-01-31", "--out", join(trial.shop.folder, "set.csv")];
    const other = await trial.start([...words, ...trial.lease.words]).outcome;
    const first = await thenGoes(still);
    // There may be no labels of a later month yet, which it refuses; it must neither hang nor break the run.
    return other.code === 0 || other.code === 4 || other.code === 2 ? first : odd(other);
  },
  expected: asIfNothing,
};

/** Others at work on the same data. */
export const operators: readonly Fault[] = [
  { ...beside("the same month at once", ["--month", "1"], 4, /is running month_001 since/), isFixed: true },
  beside("another month at once", ["--month", "2"], 4, /is running month_001 since/),
  beside("a dry run beside a run", ["--month", "1", "--dry-run"], 4, /is running month_001 since/),
  beside("a restamp beside a run", ["--month", "0", "--restamp"], 4, /is running month_001 since/),
  beside("months are listed during a run", ["months"], 0, /month_001/),
  beside("snapshots are listed during a run", ["snapshots"], 0, /2024-01-31/),
  beside("seals are verified during a run", ["snapshots", "--verify"], 0, /2024-01-31/),
  beside("runs are listed during a run", ["runs"], 0, /running/),
  beside("doctor during a run", ["doctor"], 0, /ok/),
  beside(
    "a snapshot is dropped during a run",
    ["snapshots", "--drop", "2024-01-31", "--yes"],
    4,
    /is running month_001/,
  ),
  meanwhile(
    "another tool changes a row that the run writes",
    "update usage_agg_30d set skips_7d = 99 where user_id = 'u3'",
    {
      // Before the run compares what is live: it is then one of the rows that the drop has otherwise.
      at: "open .*/usage_agg_30d\\.csv",
      expected: asIfNothing,
    },
  ),
  meanwhile("another tool empties the stage", "truncate stage.users, stage.subscriptions", {
    expected: { exit: 3, says: /stage/ },
  }),
  meanwhile("another tool drops the stage", "drop schema stage cascade", { expected: { exit: 3, says: /stage/ } }),
  meanwhile("another tool writes to the stage", "insert into stage.users (user_id) values ('stranger')", {
    expected: { exit: 3, says: /stage/ },
  }),
  sameKey,
  dumped,
  leaving,
  exported,
];
