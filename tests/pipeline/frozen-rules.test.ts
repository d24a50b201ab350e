import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { lastOf } from "../helpers/pipeline.ts";
import { frozenRuleCases } from "../helpers/rule-cases-frozen.ts";
import { expectTold } from "../helpers/rule-told.ts";
import { RuledPlace } from "../helpers/ruled.ts";

/** What a snapshot table alone demands of its rows is told as what live tables do, and of what is not frozen nothing. */

setDefaultTimeout(120_000);
let place: RuledPlace;
beforeAll(async () => {
  place = await RuledPlace.open();
});
afterAll(() => place.close());

describe("three rows that break", () => {
  for (const one of frozenRuleCases) test(one.name, () => expectTold(place, { ...one, stage: "upsert" }));
});

describe("nothing is held", () => {
  test("of a snapshot that stands, and is kept", async () => {
    await place.make(
      `create table t (id text primary key, n int);
       create table s (id text, as_of date, n int, primary key (id, as_of))`,
      { t: { snapshot: "s" } },
    );
    await place.publish("month_000", { t: "id,n\nx,1\n" });
    await place.database.sql`alter table ruled.s add constraint many check (n > 1) not valid`;
    await place.look({ t: { snapshot: "s" } });
    expect((await place.check("month_000")).faults).toEqual([]);
    expect(lastOf(await place.run("month_000", { force: true }), "run.failed")).toBeUndefined();
    expect(lastOf(await place.run("month_000", { restamp: true }), "run.failed")).toBeUndefined();
    place.write("month_000", { t: "id,n\nx,1\ny,2\n" });
    const restamped = lastOf(await place.run("month_000", { restamp: true }), "run.failed");
    expect(restamped).toMatchObject({ code: "drop_rejected", faults: [{ line: 2, column: "n", value: "1" }] });
  });

  test("twice, where the live table demands the same", async () => {
    const tables = `create table t (id text primary key, n int constraint few check (n < 9));
       create table s (like t including constraints, as_of date, primary key (id, as_of))`;
    await place.make(tables, { t: { snapshot: "s" } });
    place.write("month_000", { t: "id,n\nx,9\n" });
    const { faults } = await place.check("month_000");
    expect(faults).toMatchObject([{ line: 2, reason: expect.stringContaining("against few,") }]);
    expect(lastOf(await place.run("month_000"), "run.failed")?.faults).toEqual(faults);
  });
});
