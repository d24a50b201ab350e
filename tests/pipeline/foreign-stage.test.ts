import { expect, setDefaultTimeout, test } from "bun:test";
import { blockWrites } from "../helpers/block-writes.ts";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, ranIn } from "../helpers/pipeline.ts";

/** Who may write to the schema `stage` could change what a run has put there, between its filling and the commit. */

setDefaultTimeout(60_000);

const place = emptiedWorkplace((drops) => drops.write("month_000", smallDrop(["u1", "u2", "u3"])));

const built = "stage.usage_agg_30d_snapshots_20240131";

/** Looks in a row at which nothing goes on beside, after which nothing is taken to be still to come. */
const quietLooks = 50;

/** True once what is built beside can be seen; false when it is not going to be, since the run has to do all by itself. */
async function isBuiltBeside(): Promise<boolean> {
  for (let quiet = 0; quiet < quietLooks; quiet++) {
    const [row] = await place.database.sql<{ there: boolean; working: number }[]>`
      select to_regclass(${built}) is not null as there,
             (select count(*) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid() and state = 'active'
                 and wait_event_type is distinct from 'Lock') as working`;
    if (row?.there) return true;
    if (row?.working !== 0) quiet = 0;
  }
  return false;
}

/**
 * The run waits for a lock on `blocked`, all tasks beside it done; then this is tried, and it goes on. On a busy machine the
 * second connection may come too late for this run: then the next one is tried.
 */
async function meanwhile(blocked: string, statement: string) {
  const { database, pipeline } = place;
  for (;;) {
    const writes = await blockWrites(database.url, blocked);
    const running = ranIn(pipeline, ["month_000"]);
    await whoWaits(database.sql, "Lock");
    const isBeside = await isBuiltBeside();
    const tried = isBeside ? await attempted(statement) : null;
    await writes.release();
    const events = await running;
    if (isBeside) return { tried, end: lastOf(events, "run.failed") ?? lastOf(events, "run.finished") };
    await emptied(database.sql);
  }
}

/** `done`, or the SQLSTATE of what kept it from that. */
function attempted(statement: string): Promise<string> {
  return place.database.sql
    .begin(async (tx) => {
      await tx`set local lock_timeout = '200ms'`;
      await tx.unsafe(statement);
      return "done";
    })
    .catch((error) => String(error.code));
}

test.each([
  ["a row changed", `update ${built} set skips_7d = 77 where user_id = 'u3'`],
  ["a row changed to what it was", `update ${built} set skips_7d = skips_7d where user_id = 'u3'`],
  ["a row gone", `delete from ${built} where user_id = 'u3'`],
  ["a row more", `insert into ${built} (user_id, as_of) values ('u9', '2024-01-31')`],
  [
    "another row in its place",
    `delete from ${built} where user_id = 'u3'; insert into ${built} (user_id, as_of) values ('u3', '2024-01-31')`,
  ],
])("a partition that was built, with %s, is not attached", async (_, statement) => {
  const { tried, end } = await meanwhile("labels", statement);
  expect(tried).toBe("done");
  expect(end).toMatchObject({ event: "run.failed", code: "not_as_planned" });
  expect(end?.event === "run.failed" && end.title).toContain(`${built}: `);
  const [snapshots] = await place.database.sql`select count(*) as rows from usage_agg_30d_snapshots`;
  expect(snapshots?.rows).toBe(0);
});

test("the stage itself takes no row of others once the run's transaction has begun", async () => {
  const { tried, end } = await meanwhile("labels", "update stage.labels set churn_label = not churn_label");
  expect(tried).toBe("55P03");
  expect(end).toMatchObject({ event: "run.finished", status: "published" });
  const { seals } = await place.pipeline.call({ kind: "verify", as_of: "2024-01-31" });
  expect(seals.map(({ state }) => state)).toEqual(Array(5).fill("intact"));
});
