import { writeFileSync } from "node:fs";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import type { Outcome } from "../headless/process.ts";
import type { Working } from "./console.ts";
import { goFile, type Plan, pointMet } from "./inject/plan.ts";
import type { Trial } from "./trial.ts";

/** A run that stands still. */
export interface Still {
  working: Working;
  /** Let it go on. */
  go(): Promise<void>;
}

/** Where a run can be made to stand still, as patterns of points. */
export const moments = {
  copying: "rows of a copy",
  /** All but the last file are staged, and nothing of them is locked. */
  betweenFiles: "open .*/labels\\.csv",
  validating: "statement select .*coalesce\\(bit_or",
  sealing: 'statement insert into console\\."?seals',
  committing: "statement commit",
} as const;

/** Run until it is about to do this; it is answered meanwhile, and hears signals. */
export async function standsBefore(trial: Trial, pattern: string): Promise<Still> {
  const plan: Plan = { deed: "hold", at: pattern, folder: trial.shop.folder };
  const working = trial.run(plan);
  const isOver = working.outcome.then(() => true);
  while (pointMet(plan) === null) {
    if (await Promise.race([isOver, Bun.sleep(5)])) throw new Error(`the run ended before ${pattern}`);
  }
  return { working, go: async () => writeFileSync(goFile(plan), "") };
}

/** Run until the server waits, in a statement of the run, for a table that we have locked. */
export async function waitsFor(trial: Trial, table: string, started?: Working): Promise<Still> {
  const sql = connect(trial.lease.url, { applicationName: "faults" });
  await sql`begin`;
  await sql`lock table ${sql(table)} in share row exclusive mode`;
  const working = started ?? trial.run();
  await metLock(trial, working);
  return { working, go: () => sql.end({ timeout: 1 }) };
}

/** Resolves once a statement of the run waits for what somebody else has locked. Throws for a run that ends without. */
export async function metLock(trial: Trial, working: Working): Promise<void> {
  const isOver = working.outcome.then(() => true);
  while ((await backendsThat(trial, "wait_event_type = 'Lock'")).length === 0) {
    if (await Promise.race([isOver, Bun.sleep(5)])) throw new Error("the run ended before it waited for a lock");
  }
}

/** Server processes of the run's database for which a condition on pg_stat_activity holds. */
export async function backendsThat({ lease }: Trial, condition: string): Promise<number[]> {
  const rows = await lease.sql.unsafe<{ pid: number }[]>(
    `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and backend_type = 'client backend' and application_name <> 'faults' and (${condition})`,
  );
  return rows.map(({ pid }) => pid);
}

/** The run goes on, and its outcome. */
export async function thenGoes({ working, go }: Still): Promise<Outcome> {
  await go();
  return working.outcome;
}

/** Statements of somebody else, over a connection of their own. */
export async function byAnother<Result>(trial: Trial, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = connect(trial.lease.url, { applicationName: "faults" });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
