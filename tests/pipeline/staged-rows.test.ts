import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../../src/postgres/connection/connect.ts";
import { smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { digest, lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.close());

test("rows that were read and did not all arrive in the stage stop the run", async () => {
  const { database, drops, pipeline } = place;
  const { sql } = database;
  drops.write("month_000", smallDrop(["u1", "u2", "u3"]));
  const before = await digest(sql);
  // A trigger that was there before would be taken away: it comes while the run waits for whoever makes it.
  await ranIn(pipeline, ["month_000"], { dry_run: true });
  await sql`
    create function public.lost() returns trigger language plpgsql
        as 'begin return case when new.user_id = ''u2'' then null else new end; end'`;
  const other = connect(database.url);
  await other`begin`;
  await other`create trigger lost before insert on stage.payments_agg_90d for each row execute function public.lost()`;
  const running = ranIn(pipeline, ["month_000"]);
  await whoWaits(sql, "Lock");
  await other`commit`;
  await other.end();
  const events = await running;
  expect(lastOf(events, "run.failed")).toMatchObject({
    stage: "ingest",
    code: "internal",
    title: "payments_agg_90d.csv has 3 rows, but PostgreSQL received 2.",
    hint: expect.stringContaining("a trigger, which may skip rows"),
  });
  expect(await digest(sql)).toBe(before);
  expect(lastOf(await ranIn(pipeline, ["month_000"]), "run.finished")?.status).toBe("published");
  await sql`drop function public.lost()`;
});
