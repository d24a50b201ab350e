import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { emptied } from "../helpers/database.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

/** A month that is stamped with a day to come, after which all later ones have to be stamped, says so. */

setDefaultTimeout(60_000);

const ahead = "2999-12-31";

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  for (const month of [0, 1]) place.drops.write(`month_00${month}`, smallDrop(["u1", "u2"], month));
});
afterAll(() => place.close());
beforeEach(() => emptied(place.database.sql));

/** What becomes of a month, and what is said of its stamp. */
async function played(month: number, flags: RunFlags = {}) {
  const events = await ranIn(place.pipeline, [`month_00${month}`], flags);
  const told = events.flatMap((one) => (one.event === "run.warned" ? `${one.title} ${one.hint}` : []));
  const end = lastOf(events, "run.finished")?.status ?? lastOf(events, "run.failed")?.code;
  return { end, told: told.filter((text) => text.includes("is stamped")) };
}

const warning =
  "month_000 is stamped 2999-12-31, which is yet to come; its own last day is 2024-01-31. Months and their dates come in one " +
  "order: from now on each later month needs an --as-of after 2999-12-31, and is refused under its own day (2024-02-29 for the " +
  "next one). If that is not meant, run it without --as-of; once it is published, after `snapshots --drop 2999-12-31 --yes`.";

test("what is said holds: later months are refused under their own days, and taken after it", async () => {
  expect(await played(0, { as_of: ahead })).toEqual({ end: "published", told: [warning] });
  expect(await played(1)).toEqual({ end: "leak", told: [] });
  expect(await played(1, { as_of: "3000-01-01" })).toMatchObject({ end: "published" });
});

test("and so does the remedy", async () => {
  expect(await played(0, { as_of: ahead, dry_run: true })).toEqual({ end: "dry_run", told: [warning] });
  await played(0, { as_of: ahead });
  await place.pipeline.call({ kind: "retire", as_of: ahead });
  expect(await played(0)).toEqual({ end: "published", told: [] });
  expect(await played(1)).toEqual({ end: "published", told: [] });
});

test("nothing is said again where it stands so already, nor of what is refused", async () => {
  await played(0, { as_of: ahead });
  expect(await played(0, { as_of: ahead, restamp: true })).toEqual({ end: "published", told: [] });
  expect(await played(0, { as_of: "2999-11-30" })).toEqual({ end: "leak", told: [] });
});

test.each(["2024-01-31", "2024-02-15", "2024-05-31"])("nothing is said of %s, which is over", async (as_of) => {
  expect(await played(0, { as_of })).toEqual({ end: "published", told: [] });
});
