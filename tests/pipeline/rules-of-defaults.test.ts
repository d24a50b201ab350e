import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { lastOf } from "../helpers/pipeline.ts";
import { RuledPlace, told } from "../helpers/ruled.ts";

/** Rules that read what a table fills by itself: what is known beforehand is held to the line, and nothing is taken for NULL. */

setDefaultTimeout(120_000);
let place: RuledPlace;
beforeAll(async () => {
  place = await RuledPlace.open();
});
afterAll(() => place.close());

const counted = `create sequence ruled.numbers start 5;
  create table t (id text primary key, b int, a int default nextval('ruled.numbers'), i bigint generated always as identity,
    u uuid not null default gen_random_uuid() unique,
    constraint given check (a is not null and i is not null), constraint few check (a < b))`;
const file = { t: { absent: ["a", "i", "u"] } };

test("a value that is known once a row is written is no NULL; check says what it could not hold", async () => {
  await place.make(counted, file);
  place.write("month_000", { t: "id,b\nx,10\ny,10\n" });
  const { faults, warnings } = await place.check("month_000");
  expect(faults).toEqual([]);
  const unheld = (rule: string) =>
    `t: ${rule} could not be held: it reads what new rows have by a default that is known`;
  expect(warnings.map(({ title }) => title)).toEqual([
    expect.stringContaining(unheld("few")),
    expect.stringContaining(unheld("given")),
  ]);
  await place.publish("month_000", { t: "id,b\nx,10\ny,10\n" });
  const live = await place.database.sql<{ a: number; i: number }[]>`select a, i::int from ruled.t order by id`;
  expect([...live]).toEqual([
    { a: 5, i: 1 },
    { a: 6, i: 2 },
  ]);
});

test("of a row that has it already it is held; a new one that breaks it is refused by the table", async () => {
  await place.make(counted, file);
  await place.publish("month_000", { t: "id,b\nx,10\ny,10\n" });
  place.write("month_001", { t: "id,b\nx,4\ny,7\nz,0\n" });
  const { faults } = await place.check("month_001");
  expect(told(faults)).toEqual(["t.csv:2 a, b check_broken 4"]);
  expect(lastOf(await place.run("month_001"), "run.failed")).toMatchObject({ code: "drop_rejected", faults });
  place.write("month_001", { t: "id,b\nx,10\ny,7\nz,0\n" });
  expect((await place.check("month_001")).faults).toEqual([]);
  const failed = lastOf(await place.run("month_001"), "run.failed");
  expect(failed?.code).toBe("drop_rejected");
  expect(failed?.title).toContain("breaks few of t");
});

test("the moment of the run is known", async () => {
  await place.make(
    `create table t (id text primary key, b date, d date default current_date, at timestamptz default now(),
       constraint late check (d > b and at > b))`,
    { t: { absent: ["d", "at"] } },
  );
  place.write("month_000", { t: "id,b\nx,2020-01-01\ny,2090-01-01\n" });
  const { faults, warnings } = await place.check("month_000");
  expect(told(faults)).toEqual(["t.csv:3 d, b, at check_broken 2090-01-01"]);
  expect(warnings).toEqual([]);
  expect(lastOf(await place.run("month_000"), "run.failed")).toMatchObject({ code: "drop_rejected", faults });
});
