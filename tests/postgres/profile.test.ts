import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Column } from "../../src/core/columns.ts";
import { type Profile, quantileShares } from "../../src/core/messages/profiles.ts";
import { type Fragment, list } from "../../src/postgres/connection/fragments.ts";
import { profileRows } from "../../src/postgres/profiles/profile.ts";
import type { RowsOf } from "../../src/postgres/snapshots/snapshots.ts";
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
  { key = null as string | null, spread = false, former = new Map() } = {},
): Promise<Profile[]> {
  const { sql } = database;
  const columns = Object.entries(types).map(([name, type]) => columnOf(name, type));
  await sql`drop table if exists profiled`;
  await sql`create table profiled (${list(columns.map(({ name, type }) => sql`${sql(name)} ${sql.unsafe(type)}`))})`;
  const records = rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])));
  await sql`insert into profiled select * from jsonb_populate_recordset(null::profiled, ${sql.json(records as never)})`;
  const of: RowsOf = (_, sampled: Fragment = sql``) => sql`(select s.* from profiled s ${sampled})`;
  return profileRows(sql, { of, count: rows.length, isSpread: spread }, columns, key, former);
}

/** The same figures as plain SQL has them, column by column. */
async function bySql(column: Column, edges: readonly string[] | null): Promise<Record<string, unknown>> {
  const { sql } = database;
  const v = sql`${sql(column.name)}`;
  const isNumber = /^(int|float|numeric)/.test(column.type);
  const isOrdered = isNumber || /^(date|timestamp)/.test(column.type);
  const inOrder = isOrdered ? v : sql`(${v}::text collate "C")`;
  const text = column.type === "numeric" ? sql`trim_scale(v)::text` : sql`v::text`;
  const [row] = await sql<Record<string, unknown>[]>`
    select count(*) as rows, count(*) - count(${v}) as nulls, count(distinct ${inOrder}) as distinct,
           (select ${text} from (select min(${inOrder}) as v from profiled) x) as min,
           (select ${text} from (select max(${inOrder}) as v from profiled) x) as max,
           ${isNumber ? sql`avg(${v}::numeric)::text` : sql`null`} as mean,
           ${isNumber ? sql`stddev_pop(${v}::numeric)::text` : sql`null`} as stddev
      from profiled`;
  const quantiles = [];
  for (const share of isOrdered && row?.min !== null ? quantileShares : []) {
    const [one] = await sql<{ value: string }[]>`
      select ${text} as value from (select percentile_disc(${share}::float8) within group (order by ${v}) as v from profiled) x`;
    quantiles.push({ share, value: one?.value });
  }
  const type = sql.unsafe(column.type);
  const count = async (condition: Fragment) =>
    (await sql<{ n: number }[]>`select count(*) as n from profiled where ${condition}`)[0]?.n;
  const edge = (at: number) => sql`${edges?.at(at) ?? null}::text::${type}`;
  const counts = [];
  for (let bin = 0; bin < 20 && edges !== null; bin++) {
    counts.push(await count(sql`${v} >= ${edge(bin)} and ${v} < ${edge(bin + 1)}`));
  }
  const histogram = edges && {
    ...{ edges, counts },
    under: await count(sql`${v} < ${edge(0)}`),
    over: await count(sql`${v} >= ${edge(20)}`),
  };
  const many = Number(row?.distinct) > 20;
  const frequent = await sql`
    select ${text} as value, rows
      from (select ${inOrder} as v, count(*) as rows from profiled where ${v} is not null group by 1) x
     where rows > 1 or not ${many} order by rows desc, v limit 20`;
  return { ...row, quantiles, histogram, frequent: [...frequent] };
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
    const { column: name, type, kind: _, distinct_exact, ...figures } = profile;
    expect(distinct_exact).toBe(true);
    const edges = profile.histogram?.edges ?? null;
    expect([name, figures]).toEqual([name, (await bySql(columnOf(name, type), edges)) as never]);
  }
  const withHistogram = found.filter(({ histogram }) => histogram !== null).map(({ column }) => column);
  expect(withHistogram).toEqual(["id", "few", "wide", "fee", "ratio", "small", "day", "moment", "instant", "constant"]);
  for (const { histogram } of found) if (histogram) expect([histogram.under, histogram.over]).toEqual([0, 0]);
});
