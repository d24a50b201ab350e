import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { smallDrop } from "../helpers/drops.ts";
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
  await sql`
    create function stage.lost() returns trigger language plpgsql
        as 'begin return case when new.user_id = ''u2'' then null else new end; end';
    create trigger lost before insert on stage.payments_agg_90d for each row execute function stage.lost()`.simple();
  const before = await digest(sql);
  const events = await ranIn(pipeline, ["month_000"]);
  expect(lastOf(events, "run.failed")).toMatchObject({
    stage: "ingest",
    code: "internal",
    title: "payments_agg_90d.csv has 3 rows, but PostgreSQL received 2.",
    hint: expect.stringContaining("a trigger, which may skip rows"),
  });
  expect(await digest(sql)).toBe(before);
  await sql`drop trigger lost on stage.payments_agg_90d`;
  expect(lastOf(await ranIn(pipeline, ["month_000"]), "run.finished")?.status).toBe("published");
});
