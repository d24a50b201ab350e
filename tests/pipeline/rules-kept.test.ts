import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { lastOf } from "../helpers/pipeline.ts";
import { RuledPlace, told } from "../helpers/ruled.ts";

/** What the tables' rules let pass is published, and columns that are not a file's own mean one thing. */

setDefaultTimeout(120_000);
let place: RuledPlace;
beforeAll(async () => {
  place = await RuledPlace.open();
});
afterAll(() => place.close());

const live = async (columns = "t.*") =>
  (await place.database.sql.unsafe(`select row(${columns})::text as row from ruled.t t order by 1`)).map(
    ({ row }) => row,
  );
const frozen = async (columns: string, asOf: string) =>
  (
    await place.database.sql.unsafe(
      `select row(${columns})::text as row from ruled.s where as_of = '${asOf}' order by 1`,
    )
  ).map(({ row }) => row);

describe("columns that are not the file's", () => {
  test("computed ones are left out, and are in the snapshot as they come out", async () => {
    await place.make(
      `create table t (id text primary key, a int, b int generated always as (a * 2) stored not null);
       create table s (id text, as_of date, a int, b int, primary key (id, as_of))`,
      { t: { snapshot: "s" } },
    );
    await place.publish("month_000", { t: "id,a\nx,1\ny,2\n" });
    expect(await live()).toEqual(["(x,1,2)", "(y,2,4)"]);
    expect(await frozen("id, b", "2024-01-31")).toEqual(["(x,2)", "(y,4)"]);
    place.write("month_001", { t: "id,a,b\nx,1,2\n" });
    const { faults } = await place.check("month_001");
    expect(faults).toMatchObject([{ code: "column_computed", column: "b", reason: expect.stringContaining("ignore") }]);
    expect(lastOf(await place.run("month_001"), "run.failed")?.faults).toEqual(faults);
    await place.look({ t: { snapshot: "s", written: { ignore: ["b"] } } });
    await place.publish("month_001", { t: "id,a,b\nx,5,2\n" });
    expect(await live()).toEqual(["(x,5,10)", "(y,2,4)"]);
  });

  test("an identity is carried, or left to the table", async () => {
    await place.make(
      "create table t (id bigint generated always as identity primary key, n int, at int not null default 3, i int generated always as identity)",
      { t: {} },
    );
    await place.publish("month_000", { t: "id,n\n5,1\n07,2\n" });
    await place.publish("month_001", { t: "id,n\n5,2\n8,2\n" });
    expect(await live("id, n, at")).toEqual(["(5,2,3)", "(7,2,3)", "(8,2,3)"]);
    place.write("month_002", { t: "n\n1\n" });
    const { faults } = await place.check("month_002");
    expect(faults).toMatchObject([{ code: "column_missing", column: "id" }]);
    expect(lastOf(await place.run("month_002"), "run.failed")?.faults).toEqual(faults);
  });

  test("what a drop leaves out that others carried is NULL, live and frozen; what none carried is left alone", async () => {
    await place.make(
      `create table t (id text primary key, a int, b int, c int default 1);
       create table s (id text, as_of date, a int, b int, c int, primary key (id, as_of))`,
      { t: { snapshot: "s", absent: ["a", "b", "c"] } },
    );
    await place.publish("month_000", { t: "id,a\nx,1\ny,2\n" });
    await place.database.sql`update ruled.t set b = 7`;
    await place.publish("month_001", { t: "id\nx\n" });
    expect(await live()).toEqual(["(x,,7,1)", "(y,2,7,1)"]);
    expect(await frozen("id, a, b", "2024-02-29")).toEqual(["(x,,)"]);
    const again = await place.run("month_001", { force: true });
    expect(lastOf(again, "run.finished")?.tables).toMatchObject([{ inserted: 0, updated: 0, unchanged: 1 }]);
  });

  test("a column that must have a value cannot be absent", async () => {
    await place.make("create table t (id text primary key, a int not null)", { t: { absent: ["a"] } });
    place.write("month_000", { t: "id\nx\n" });
    const { faults } = await place.check("month_000");
    expect(faults).toMatchObject([{ code: "column_missing", column: "a" }]);
    expect(lastOf(await place.run("month_000"), "run.failed")?.faults).toEqual(faults);
  });
});

describe("keys by their value", () => {
  const kinds: [type: string, one: string, same: string, other: string][] = [
    ["bigint", "7", "007", "8"],
    ["numeric", "1.0", "1", "2"],
    [
      "uuid",
      "5b30857f-0bfa-48b5-ac0b-5c64e28078d1",
      "5B30857F-0BFA-48B5-AC0B-5C64E28078D1",
      "5b30857f-0bfa-48b5-ac0b-5c64e28078d2",
    ],
    ["boolean", "True", "true", "False"],
    ["timestamp", "2024-01-31 10:00", "2024-01-31T10:00:00.000", "2024-01-31 10:01"],
    ["timestamptz", "2024-01-31 10:00Z", "2024-01-31 12:00+02", "2024-01-31 12:00Z"],
    ["text collate ruled.nd", "Ada", "ADA", "Bob"],
    ["float8", "0.10", "0.1", "0.2"],
    ["inet", "10.0.0.1", "10.0.0.1/32", "10.0.0.2"],
  ];
  for (const [type, one, same, other] of kinds) {
    test(`of ${type}`, async () => {
      await place.make(
        `create collation nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         create table p (id ${type} primary key); create table t (id ${type} primary key references p, n int)`,
        { p: {}, t: {} },
      );
      // Parents and children meet.
      await place.publish("month_000", { p: `id\n${one}\n`, t: `id,n\n${same},1\n` });
      const { fault_count } = await place.check("month_000");
      expect(fault_count).toBe(0);
      place.write("month_001", { p: `id\n${same}\n`, t: `id,n\n${same},1\n${other},2\n${one},3\n` });
      const { faults } = await place.check("month_001");
      expect(told(faults)).toEqual([`t.csv:3 id key_orphaned ${other}`, `t.csv:4 id key_repeated ${one}`].sort());
      expect(lastOf(await place.run("month_001"), "run.failed")?.faults).toEqual(faults);
      await place.publish("month_001", { p: `id\n${same}\n`, t: `id,n\n${one},9\n` });
      expect(await live("n")).toEqual(["(9)"]);
    });
  }
});

describe("rows that are right once all are there", () => {
  test("somebody who was there gets a superior who is new", async () => {
    await place.make("create table t (id int primary key, boss int references t)", { t: {} });
    await place.publish("month_000", { t: "id,boss\n1,2\n2,\n" });
    await place.publish("month_001", { t: "id,boss\n1,3\n2,3\n3,\n" });
    expect(await live()).toEqual(["(1,3)", "(2,3)", "(3,)"]);
  });

  test("what is unique goes from row to row", async () => {
    await place.make("create table t (id int primary key, phone text unique)", { t: {} });
    await place.publish("month_000", { t: "id,phone\n1,a\n2,b\n3,c\n4,\n" });
    await place.publish("month_001", { t: "id,phone\n1,b\n2,c\n3,\n4,a\n5,\n" });
    await place.publish("month_002", { t: "id,phone\n1,c\n2,b\n4,d\n5,a\n" });
    expect(await live()).toEqual(["(1,c)", "(2,b)", "(3,)", "(4,d)", "(5,a)"]);
  });

  test("what is unique goes round, where each row must have it", async () => {
    await place.make(
      `create table t (id int primary key, seat text not null unique, row_of int generated always as (length(seat)) stored,
         kept text default 'as it was', number int generated always as identity);
       create table q (seat text references t (seat)); create table p (id int references t)`,
      { t: { absent: ["kept"] } },
    );
    await place.publish("month_000", { t: "id,seat\n1,a\n2,b\n3,cc\n4,d\n" });
    await place.database.sql`update ruled.t set kept = 'by hand' where id = 1`;
    await place.database.sql`insert into ruled.q values ('a'), ('b')`;
    await place.database.sql`insert into ruled.p values (1), (2)`;
    const before = await live("id, kept, number");
    await place.publish("month_001", { t: "id,seat\n1,b\n2,cc\n3,a\n4,e\n5,d\n" });
    expect(await live("id, seat, row_of")).toEqual(["(1,b,1)", "(2,cc,2)", "(3,a,1)", "(4,e,1)", "(5,d,1)"]);
    expect((await live("id, kept, number")).slice(0, 4)).toEqual(before);
    expect(await place.database.sql`select from ruled.q, ruled.p`).toHaveLength(4);
  });
});

describe("values that go round", () => {
  const swapped = { t: "id,seat\n1,b\n2,c\n3,a\n4,\n" };
  const nullable: [what: string, seat: string][] = [
    ["of which NULL is one", "seat text unique nulls not distinct"],
    ["which a CHECK wants", "seat text unique, check (id = 4 or seat is not null)"],
  ];
  for (const [what, seat] of nullable) {
    test(`${what}, are exchanged`, async () => {
      await place.make(`create table t (id int primary key, ${seat})`, { t: {} });
      await place.publish("month_000", { t: "id,seat\n1,a\n2,b\n3,c\n4,\n" });
      await place.publish("month_001", swapped);
      expect(await live()).toEqual(["(1,b)", "(2,c)", "(3,a)", "(4,)"]);
    });
  }

  test("are written where the constraint waits, as the fault advises, whatever the table has", async () => {
    await place.make(
      `create table t (id int primary key, seat text not null unique deferrable);
       create function ruled.seen() returns trigger language plpgsql as $$ begin return new; end $$;
       create trigger watch before update on t for each row execute function ruled.seen()`,
      { t: {} },
    );
    await place.publish("month_000", { t: "id,seat\n1,a\n2,b\n3,c\n" });
    place.write("month_001", { t: "id,seat\n1,b\n2,c\n3,a\n" });
    expect((await place.check("month_001")).faults).toEqual([]);
    expect(lastOf(await place.run("month_001"), "run.failed")).toBeUndefined();
    expect(await live()).toEqual(["(1,b)", "(2,c)", "(3,a)"]);
  });

  test("or once they have gone from row to row in two drops", async () => {
    await place.make(
      `create table t (id int primary key, seat text not null unique);
       create table q (id int references t on delete cascade)`,
      { t: {} },
    );
    await place.publish("month_000", { t: "id,seat\n1,a\n2,b\n" });
    place.write("month_001", { t: "id,seat\n1,b\n2,a\n" });
    const { faults } = await place.check("month_001");
    expect(faults.map(({ code }) => code)).toEqual(["values_circle", "values_circle"]);
    await place.publish("month_001", { t: "id,seat\n1,b\n2,none\n" });
    await place.publish("month_002", { t: "id,seat\n1,b\n2,a\n" });
    expect(await live()).toEqual(["(1,b)", "(2,a)"]);
  });
});

describe("what only a run finds out", () => {
  test("a trigger that refuses in its own table alone is named, with its function and no SQLSTATE; check has warned of it", async () => {
    await place.make(
      `create function ruled.guard() returns trigger language plpgsql as $$
         begin if tg_table_schema = 'ruled' and new.n > 5 then raise exception 'secret %', new.n; end if; return new; end $$;
       create table t (id text primary key, n int);
       create trigger watch before insert on t for each row execute function ruled.guard()`,
      { t: {} },
    );
    place.write("month_000", { t: "id,n\nx,1\ny,6\n" });
    const { faults, warnings } = await place.check("month_000");
    expect(faults).toEqual([]);
    expect(warnings).toMatchObject([
      { title: expect.stringContaining("watch"), hint: expect.stringContaining("guard") },
    ]);
    const failed = lastOf(await place.run("month_000"), "run.failed");
    expect(failed).toMatchObject({ code: "drop_rejected", stage: "upsert" });
    expect(failed?.title).toContain("the trigger watch of t, by its function guard,");
    expect(JSON.stringify(failed)).not.toMatch(/SQLSTATE|secret/);
  });

  test("a row that no page takes is a fault of its file, and check says that it could not hold its table", async () => {
    const columns = Array.from({ length: 1_400 }, (_, at) => `c${at}`);
    const row = (id: string, value: string) => `${id},${columns.map(() => value).join(",")}`;
    const whole = "constraint whole check (t.* is distinct from null)";
    await place.make(`create table t (id text primary key, ${columns.map((name) => `${name} text`)}, ${whole})`, {
      t: {},
    });
    place.write("month_000", {
      t: [`id,${columns}`, row("x", "a"), row("y", "a value"), row("z", "b"), ""].join("\n"),
    });
    const { faults, warnings } = await place.check("month_000");
    expect(faults).toEqual([]);
    expect(warnings).toMatchObject([
      { title: expect.stringContaining("could not be held: a row of the file is too large for a page") },
    ]);
    const failed = lastOf(await place.run("month_000"), "run.failed");
    expect(failed).toMatchObject({
      code: "drop_rejected",
      faults: [{ file: "t.csv", code: "row_too_large" }],
    });
    expect(failed?.faults?.[0]?.line).toBeUndefined();
    expect(JSON.stringify(failed)).not.toContain("SQLSTATE");
  });

  test("a rule that cannot be told of a row is broken by it, and by others that break it", async () => {
    await place.make(
      `create domain tenth as int constraint tenths check (10 / value > 1);
       create table t (id text primary key, x int, line int, d tenth, constraint ratio check (6 / (x - line) < 4));
       create unique index quotients on t ((100 / x))`,
      { t: {} },
    );
    place.write("month_000", { t: "id,x,line,d\na,9,1,1\nb,4,4,\nc,5,4,0\nd,0,9,2\ne,8,8,50\n" });
    const { faults } = await place.check("month_000");
    const lines = faults.map(({ line, column, value, reason }) => [line, column, value, reason]);
    const unknown = (rule: string) => `${rule} cannot be told of it: division by zero`;
    expect(lines.sort()).toEqual([
      [3, "x, line", "4, 4", unknown("ratio")],
      [4, "d", "0", unknown("tenths")],
      [4, "x, line", "5, 4", "against ratio, CHECK ((6 / (x - line)) < 4)"],
      [5, "x", "0", unknown("quotients")],
      [6, "d", "50", expect.stringContaining("against tenths")],
      [6, "x, line", "8, 8", unknown("ratio")],
    ]);
    expect(faults.every(({ code }) => code === "check_broken")).toBe(true);
    expect(lastOf(await place.run("month_000"), "run.failed")).toMatchObject({ code: "drop_rejected", faults });
  });
});

test("a file of one column holds the line \\. in quotes", async () => {
  await place.make("create table t (id text primary key)", { t: {} });
  await place.publish("month_000", { t: 'id\na\n"\\."\nb\n' });
  expect(await live("id = '\\.'")).toEqual(["(f)", "(f)", "(t)"]);
  place.write("month_001", { t: "id\na\n\\.\nb\n" });
  const { faults } = await place.check("month_001");
  expect(told(faults)).toEqual(["t.csv:3 id not_of_type \\."]);
  expect(lastOf(await place.run("month_001"), "run.failed")?.faults).toEqual(faults);
  // Within a value it is a part of it.
  await place.make("create table t (id text primary key, b text)", { t: {} });
  const text = 'id,b\na,"one\n\\.\ntwo"\nb,x\n';
  place.write("month_000", { t: text });
  const failed = lastOf(await place.run("month_000"), "run.failed");
  if (failed === undefined) expect(await live("id")).toEqual(["(a)", "(b)"]);
  else expect(failed).toMatchObject({ code: "drop_rejected", faults: [{ file: "t.csv", line: 2, column: "b" }] });
});
