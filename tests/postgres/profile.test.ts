import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Column } from "../../src/core/columns.ts";
import type { Profile } from "../../src/core/messages/profiles.ts";
import { type Fragment, list } from "../../src/postgres/connection/fragments.ts";
import { profileRows } from "../../src/postgres/profiles/profile.ts";
import type { RowsOf } from "../../src/postgres/snapshots/snapshots.ts";
import { figuresOf, profileBySql } from "../helpers/profile-by-sql.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const plain = { precision: null, scale: null, length: null, nullable: true };
const columnOf = (name: string, type: string): Column => ({ ...plain, name, type });

/** Make a table of these columns and rows, and profile it as if it had so many. */
async function profiled(
  types: Readonly<Record<string, string>>,
  rows: readonly (readonly unknown[])[],
  { key = [] as string[], spread = false, former = new Map(), count = rows.length } = {},
): Promise<Profile[]> {
  const { sql } = database;
  const columns = Object.entries(types).map(([name, type]) => columnOf(name, type));
  await sql`drop table if exists profiled`;
  await sql`create table profiled (${list(columns.map(({ name, type }) => sql`${sql(name)} ${sql.unsafe(type)}`))})`;
  const records = rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])));
  await sql`insert into profiled select * from jsonb_populate_recordset(null::profiled, ${sql.json(records as never)})`;
  const of: RowsOf = (_, sampled: Fragment = sql``) => sql`(select s.* from profiled s ${sampled})`;
  return profileRows(sql, { of, count, isSpread: spread }, columns, key, former);
}

const types = {
  id: "int4",
  few: "int2",
  wide: "int8",
  fee: "numeric",
  ratio: "float8",
  small: "float4",
  day: "date",
  moment: "timestamp",
  instant: "timestamptz",
  flag: "bool",
  word: "text",
  code: "varchar",
  padded: "bpchar",
  uuid: "uuid",
  data: "jsonb",
  place: "point",
  nothing: "numeric",
  constant: "numeric",
};

/** Rows of all types, the same each time. */
const rows = Array.from({ length: 700 }, (_, n) => {
  const day = new Date(Date.UTC(2020, 0, 1 + ((n * 7) % 900))).toISOString();
  return [
    ...[
      n,
      (n * n) % 7,
      n % 50 === 0 ? null : 2 ** 40 + ((n * 7919) % 500),
      n % 9 === 0 ? null : `${(n * 37) % 113}.${n % 4}0`,
    ],
    ...[n / 7, (n % 11) / 3, day.slice(0, 10), day.slice(0, 19), `${day.slice(0, 11)}0${n % 10}:30:00Z`],
    ...[
      n % 3 === 0 ? null : n % 2 === 0,
      ["a", "B", "ä", "", "x".repeat(150)][n % 5],
      n % 4 === 0 ? null : `c${n % 40}`,
    ],
    ...[`p${n % 3}`, `00000000-0000-0000-0000-${String(n % 30).padStart(12, "0")}`, { n: n % 4 }, `(${n % 3},1)`],
    ...[null, "28.73641950218734"],
  ];
});

test("each figure of each type is what SQL says", async () => {
  const found = await profiled(types, rows);
  expect(found.map(({ column }) => column)).toEqual(Object.keys(types));
  for (const profile of found) {
    const { column: name, type, distinct_exact } = profile;
    expect(distinct_exact).toBe(true);
    const edges = profile.histogram?.edges ?? null;
    const wanted = await profileBySql(database.sql, database.sql`profiled`, { name, type }, edges);
    expect([name, figuresOf(profile)]).toEqual([name, wanted as never]);
  }
  const withHistogram = found.filter(({ histogram }) => histogram !== null).map(({ column }) => column);
  expect(withHistogram).toEqual(["id", "few", "wide", "fee", "ratio", "small", "day", "moment", "instant", "constant"]);
  for (const { histogram } of found) if (histogram) expect([histogram.under, histogram.over]).toEqual([0, 0]);
});

test("of a large table, too, but for different values, which are estimated, and what occurs once in a sample", async () => {
  const found = await profiled(types, rows, { count: 100_000 });
  const scattered = found.filter(({ distinct_exact }) => !distinct_exact);
  expect(scattered.map(({ column }) => column)).toEqual(expect.arrayContaining(["id", "ratio", "moment", "code"]));
  for (const profile of found) {
    const { column: name, type } = profile;
    const edges = profile.histogram?.edges ?? null;
    const wanted = await profileBySql(database.sql, database.sql`profiled`, { name, type }, edges);
    const { distinct, frequent, ...figures } = figuresOf(profile);
    const { distinct: counted, frequent: mostFrequent, ...same } = wanted;
    // Texts that look like somebody's own.
    if (profile.kind === "category" && !profile.distinct_exact) Object.assign(same, { min: null, max: null });
    expect([name, figures]).toEqual([name, same as never]);
    if (profile.distinct_exact) expect([name, distinct, frequent as unknown]).toEqual([name, counted, mostFrequent]);
    // Of 700 hashes two thirds are looked at.
    else expect(Math.abs(distinct - Number(counted))).toBeLessThan(60);
  }
});

test("of a large table values that come back are counted, though a sample has most of them once", async () => {
  // Of 7,500 values a sample of 10,000 rows has some 5,500.
  const often = Array.from({ length: 70_000 }, (_, n) => [`${(n * 7919) % 7500}.5`, n]);
  const [fee, other] = await profiled({ fee: "numeric", other: "int4" }, often);
  const edges = fee?.histogram?.edges ?? null;
  const wanted = await profileBySql(database.sql, database.sql`profiled`, { name: "fee", type: "numeric" }, edges);
  expect(fee?.distinct_exact).toBe(true);
  expect(fee && figuresOf(fee)).toEqual(wanted as never);
  expect(other?.distinct_exact).toBe(false);
});

test("of a large table of different values the order is exact, whatever a sample makes of it", async () => {
  const count = 70_000;
  // Each value once, in no order, in the order of the rows, and far more of one value than of others.
  const many = Array.from({ length: count }, (_, n) => {
    const mixed = (n * 7919) % count;
    const moment = new Date(1_700_000_000_000 + mixed * 61_000).toISOString();
    return [n % 11 === 0 ? null : `${mixed}.5`, n, mixed / 7, moment, n % 3 === 0 ? 5 : mixed];
  });
  const types = { mixed: "numeric", sorted: "int4", ratio: "float8", moment: "timestamptz", often: "int8" };
  for (const spread of [false, true]) {
    const found = await profiled(types, many, { spread });
    for (const profile of found) {
      const { column: name, type } = profile;
      const wanted = await profileBySql(
        database.sql,
        database.sql`profiled`,
        { name, type },
        profile.histogram?.edges ?? null,
      );
      const { distinct: _, frequent: __, ...figures } = figuresOf(profile);
      const { distinct: ___, frequent: ____, ...same } = wanted;
      expect([name, profile.distinct_exact, figures]).toEqual([name, false, same as never]);
    }
  }
});

test("an order that several servers keep does not change a figure", async () => {
  const alone = await profiled(types, rows, { count: 100_000 });
  expect(await profiled(types, rows, { count: 100_000, spread: true })).toEqual(alone);
});

test("no value is kept of a key, nor of texts that are somebody's own", async () => {
  const keys = await profiled(
    { id: "text", part: "int4" },
    [
      ["b", 1],
      ["B", 1],
      ["a", 2],
    ],
    { key: ["id", "part"] },
  );
  const none = { rows: 3, nulls: 0, distinct_exact: true, min: null, max: null, frequent: [] };
  expect(keys).toMatchObject([
    { ...none, distinct: 3 },
    { ...none, distinct: 2, quantiles: [], histogram: null },
  ]);
  const own = await profiled(
    { name: "text" },
    Array.from({ length: 100 }, (_, n) => [`somebody ${n % 60}`]),
  );
  expect(own).toMatchObject([{ distinct: 60, min: null, max: null, frequent: [] }]);
});

test("bins stay where they were, and what lies outside is counted", async () => {
  const [first] = await profiled({ fee: "numeric" }, [["0"], ["19.9"], ["10"]]);
  const edges = first?.histogram?.edges ?? [];
  expect(edges.slice(0, 3)).toEqual(["0", "1", "2"]);
  const former = new Map([["fee", { type: "numeric", edges }]]);
  const [later] = await profiled({ fee: "numeric" }, [["-1"], ["20"], ["NaN"], ["0.99"], [null]], { former });
  expect(later?.histogram).toEqual({ edges, counts: [1, ...Array(19).fill(0)], under: 1, over: 2 });
  const [other] = await profiled({ fee: "int4" }, [["5"]], { former });
  expect(other?.histogram?.edges).not.toEqual(edges);
});

test("no values, one value, and what is no number are told as they are", async () => {
  const [none] = await profiled({ fee: "numeric" }, [[null], [null]]);
  const nothing = { min: null, max: null, mean: null, stddev: null, quantiles: [], histogram: null, frequent: [] };
  expect(none).toMatchObject({ rows: 2, nulls: 2, distinct: 0, ...nothing });
  const [empty] = await profiled({ fee: "numeric" }, []);
  expect(empty).toMatchObject({ rows: 0, nulls: 0, distinct: 0, ...nothing });
  const [infinite] = await profiled({ fee: "float8" }, [["Infinity"], ["NaN"], ["-Infinity"], [1]]);
  expect(infinite).toMatchObject({ min: "-Infinity", max: "NaN", mean: "NaN", histogram: { under: 1, over: 2 } });
  const [long] = await profiled({ word: "text" }, [["x".repeat(1000)]]);
  expect(long?.min).toHaveLength(200);
  expect(long?.max).toEndWith("…");
});
