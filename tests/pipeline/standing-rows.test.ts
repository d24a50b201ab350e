import { expect, setDefaultTimeout, test } from "bun:test";
import { smallDrop } from "../helpers/drops.ts";
import { emptiedWorkplace } from "../helpers/emptied-workplace.ts";
import { digest, lastOf, ranIn } from "../helpers/pipeline.ts";

/** Rows that stand under a month's date already and that no run took: a month never changes them unasked. */

setDefaultTimeout(60_000);

const asOf = "2024-01-31";
const place = emptiedWorkplace((drops) => drops.write("month_000", smallDrop(["u1", "u2", "u3"])));

/** The rows as the month's drop has them, written by hand: users 1 and 3 have not left, user 2 has. */
async function writeLabels(): Promise<void> {
  await place.database.sql`
    insert into labels_snapshots (user_id, churn_label, as_of, delivered)
    values ('u1', false, ${asOf}, 'month_000'), ('u2', true, ${asOf}, 'month_000'), ('u3', false, ${asOf}, 'month_000')`;
}

const run = (flags = {}) => ranIn(place.pipeline, ["month_000"], flags);

test.each([
  [
    "of another value",
    "update labels_snapshots set churn_label = not churn_label where user_id = 'u1'",
    "0 rows added, 0 removed, 1 changed",
  ],
  [
    "of a user too many",
    "update labels_snapshots set user_id = 'u9' where user_id = 'u3'",
    "1 rows added, 1 removed, 0 changed",
  ],
  ["of a user too few", "delete from labels_snapshots where user_id = 'u3'", "1 rows added, 0 removed, 0 changed"],
])("%s: refused, and left as they are; a restamp puts the drop's in their place", async (_, change, what) => {
  const { sql } = place.database;
  await writeLabels();
  await sql.unsafe(change);
  const before = await digest(sql);
  expect(lastOf(await run(), "run.failed")).toMatchObject({
    code: "snapshot_differs",
    stage: "snapshot",
    title: `month_000 would change rows as of ${asOf} that no run of the ledger took (labels_snapshots: ${what}).`,
  });
  expect(await digest(sql)).toBe(before);
  expect([...(await sql`select 1 from console.seals`)]).toEqual([]);
  const end = lastOf(await run({ restamp: true }), "run.finished");
  expect(end).toMatchObject({ status: "published", lifted: 0 });
  expect(end?.replaced).toBeGreaterThan(1);
  const rows = await sql`select user_id, churn_label from labels_snapshots where as_of = ${asOf} order by 1`;
  expect(rows.map(({ user_id, churn_label }) => `${user_id} ${churn_label}`)).toEqual([
    "u1 false",
    "u2 true",
    "u3 false",
  ]);
});

test("those of the drop itself are sealed as they stand", async () => {
  const { sql } = place.database;
  await writeLabels();
  const places = () => sql`select user_id, ctid::text from labels_snapshots where as_of = ${asOf} order by 1`;
  const before = [...(await places())];
  expect(lastOf(await run(), "run.finished")?.status).toBe("published");
  expect([...(await places())]).toEqual(before);
  const [seal] = await sql`select rows, mode from console.seals where table_name = 'labels_snapshots'`;
  expect(seal).toEqual({ rows: 3, mode: "publish" });
});

test("rows of a sealed date that are gone come back by a restamp, under a seal of its own", async () => {
  const { sql } = place.database;
  expect(lastOf(await run(), "run.finished")?.status).toBe("published");
  const sealed = await digest(sql);
  await sql`delete from labels_snapshots`;
  expect(lastOf(await run({ force: true }), "run.failed")).toMatchObject({
    code: "snapshot_differs",
    title: expect.stringContaining("is not as it was sealed (labels_snapshots: 3 rows sealed, 0 rows there)"),
  });
  const end = lastOf(await run({ restamp: true }), "run.finished");
  expect(end).toMatchObject({ status: "published", lifted: 1, replaced: 0 });
  expect(await digest(sql)).toBe(sealed);
  const lifted = await sql`select table_name, reason, lifted_by from console.lifted_seals`;
  expect([...lifted]).toEqual([{ table_name: "labels_snapshots", reason: "restamp", lifted_by: end?.run }]);
  const { seals } = await place.pipeline.call({ kind: "verify", as_of: asOf });
  expect(seals.map(({ state }) => state)).toEqual(Array(5).fill("intact"));
});

test.each([
  [["u1", "u2", "u3"], null],
  // What the older flow had of users who have gone since is no reason to take its rows away.
  [
    ["u1", "u2"],
    "labels_snapshots as of 2024-01-31 is left as it was adopted: 0 rows differ from the drop by rounding alone, 1 are not in it.",
  ],
  [
    ["u1", "u2", "u3", "u4"],
    "month_000 would change the sealed snapshot of 2024-01-31 (labels_snapshots: 1 rows added, 0 removed, 0 changed).",
  ],
])("rows that were adopted, under a drop of %j", async (users, said) => {
  const { database, drops, pipeline } = place;
  await writeLabels();
  await pipeline.call({ kind: "adopt", confirmed: true });
  drops.write("month_000", smallDrop(users));
  const events = await run({ backfill: true });
  const told = events.flatMap((event) =>
    event.event === "run.warned" || event.event === "run.failed" ? [event.title] : [],
  );
  expect(told).toEqual(said === null ? [] : [said]);
  const rows = await database.sql`select user_id from labels_snapshots order by 1`;
  expect(rows.map(({ user_id }) => user_id)).toEqual(["u1", "u2", "u3"]);
});

test("live rows that a drop has no more are warned of beyond a tenth of them, and not at a tenth", async () => {
  const users = Array.from({ length: 20 }, (_, at) => `u${at}`);
  const absences = async (month: string) =>
    (await ranIn(place.pipeline, [month]))
      .flatMap((event) => (event.event === "run.warned" ? [event.title] : []))
      .filter((title) => title.includes("not in the drop"));
  place.drops.write("month_000", smallDrop(users));
  expect(await absences("month_000")).toEqual([]);
  // Two of twenty are gone, and two others came, so that the files are as long as before.
  place.drops.write("month_001", smallDrop([...users.slice(2), "v0", "v1"], 1));
  expect(await absences("month_001")).toEqual([]);
  place.drops.write("month_002", smallDrop([...users.slice(3), "v0", "w0", "w1"], 2));
  expect(await absences("month_002")).toEqual(
    ["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"].map(
      (table) => `${table}: 4 live rows (18.2 %) are not in the drop.`,
    ),
  );
});
