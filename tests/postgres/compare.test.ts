import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { Column } from "../../src/core/columns.ts";
import { readerOf } from "../../src/postgres/connection/one-view.ts";
import { type ColumnMoves, movesOf } from "../../src/postgres/drift/column-moves.ts";
import { distancesOf } from "../../src/postgres/drift/distance.ts";
import { rowChanges } from "../../src/postgres/snapshots/row-changes.ts";
import { type Frozen, isFrozen } from "../../src/postgres/snapshots/snapshots.ts";
import { allRows, countCells, sameKeys } from "../../src/postgres/snapshots/two-snapshots.ts";
import { migrated, tablesOf } from "../helpers/database.ts";
import { beyondOf, chanceOf, ksOf, meanOf, missingOf, psiOf, totalVariation } from "../helpers/distances.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

const from = "2024-01-31";
const to = "2024-02-29";
type Cells = readonly (number | string | boolean | null)[];

setDefaultTimeout(60_000);

let database: TestDatabase;
let tables: Frozen[];

beforeAll(async () => {
  database = await testDatabase(migrated);
  tables = (await tablesOf(database.sql)).filter(isFrozen);
  for (const { snapshot } of tables) {
    for (const [index, day] of [from, to].entries()) {
      const { sql } = database;
      await sql`create table ${sql(`${snapshot.table.name}_${index}`)}
        partition of ${sql(snapshot.table.name)} for values in (${sql.unsafe(`'${day}'`)})`;
    }
  }
});
afterAll(() => database.drop());

function frozen(name: string): Frozen {
  const table = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`${name} is not frozen`);
  return table;
}

/** Freeze these cells of one column, under keys u0, u1 and so on. */
async function freeze(table: Frozen, column: string, sides: readonly [Cells, Cells]): Promise<Column> {
  const { sql } = database;
  const { name } = table.snapshot.table;
  await sql`truncate ${sql(name)}`;
  for (const [index, cells] of sides.entries()) {
    const rows = cells.map((cell, user) => ({ user_id: `u${user}`, as_of: [from, to][index], [column]: cell }));
    await sql`insert into ${sql(name)} select * from jsonb_populate_recordset(null::${sql(name)}, ${sql.json(rows)})`;
  }
  const found = table.snapshot.columns.find((one) => one.name === column);
  if (found === undefined) throw new Error(`no column ${column}`);
  return found;
}

async function distance(name: string, column: string, sides: readonly [Cells, Cells]): Promise<ColumnMoves> {
  const { sql } = database;
  const table = frozen(name);
  const found = await freeze(table, column, sides);
  const rows = allRows(table, from, to);
  const [only] = await movesOf(readerOf(sql), rows, await countCells(sql, rows, [found]));
  if (only === undefined) throw new Error("no figures");
  return only;
}

const missingOfWords = (before: Cells, after: Cells) =>
  missingOf(...([before, after].map((side) => side.map((cell) => (cell === null ? null : 0))) as [null[], null[]]));
/** To nine digits, of what is beyond 1 to nine places in all. */
const near = (value: number | null) =>
  value === null ? null : expect.closeTo(value, 9 - Math.ceil(Math.max(Math.log10(Math.abs(value)), 0)));
const numbers = fc.oneof(
  // Ties and constants,
  fc.array(fc.option(fc.integer({ min: 0, max: 3 })), { maxLength: 60 }),
  // what only rounding tells apart,
  fc.array(fc.option(fc.constantFrom(0.1, 0.1 * (1 + 4e-16), -7, -7 * (1 + 9e-15), 1e-300, 2, 2 + 1e-13)), {
    maxLength: 60,
  }),
  // and values that hardly ever meet.
  fc.array(
    // Of few digits, so that sums of floats are what sums of decimals are.
    fc.option(fc.integer({ min: -1e9, max: 1e9 }).map((one) => one / 1000)),
    { maxLength: 60 },
  ),
);

test("the figures of numbers are what an independent computation gives, with NULLs, ties, constants and empty sides", async () => {
  const column = ["support_agg_90d", "ticket_avg_resolution_hrs_90d"] as const;
  await fc.assert(
    fc.asyncProperty(numbers, numbers, async (before, after) => {
      expect(await distance(...column, [before, after])).toEqual({
        measure: "psi",
        distance: near(psiOf(before, after)),
        chance: null,
        ks: near(ksOf(before, after)),
        beyond: near(beyondOf(before, after)),
        missing: near(missingOf(before, after)),
        mean: near(meanOf(before, after)),
      });
    }),
    {
      numRuns: 60,
      examples: [
        [[], []],
        [[null], [1]],
        [[7, 7, 7], [7]],
        [
          [7, 7],
          [8, 8],
        ],
      ],
    },
  );
});

test("a mean that is infinite is at no distance that could be told", async () => {
  const { sql } = database;
  await freeze(frozen("support_agg_90d"), "ticket_avg_resolution_hrs_90d", [
    [1, 2],
    [3, 4],
  ]);
  await sql`update support_agg_90d_snapshots set ticket_avg_resolution_hrs_90d = 'Infinity'
             where as_of = ${from} and user_id = 'u0'`;
  const table = frozen("support_agg_90d");
  const columns = table.snapshot.columns.filter(({ name }) => name === "ticket_avg_resolution_hrs_90d");
  const rows = allRows(table, from, to);
  const [found] = await movesOf(readerOf(sql), rows, await countCells(sql, rows, columns));
  expect(found?.mean).toBeNull();
});

test("a value that many rows share is what it was when rounding moved it, also where the sorting is cut in halves", async () => {
  const around = Array.from({ length: 28 }, (_, index) => (index < 14 ? 1 + index : 100 + index));
  const sharing = (value: number) => [...around, ...Array.from({ length: 12 }, () => value)];
  for (const factor of [1 + 1e-15, 1 - 1e-15, 1 + 1e-13]) {
    for (const sign of [1, -1]) {
      const [before, after] = [sharing(50.3), sharing(50.3 * factor)].map((side) => side.map((one) => sign * one));
      const sides = [before ?? [], after ?? []] as const;
      const { distance: psi, ks } = await distance("support_agg_90d", "ticket_avg_resolution_hrs_90d", sides);
      expect(ks === 0 && psi === 0).toBe(Math.abs(factor - 1) < 1e-14);
      expect({ psi, ks }).toEqual({ psi: near(psiOf(...sides)), ks: near(ksOf(...sides)) });
    }
  }
});

test("total variation is what an independent computation gives, for words and NULL", async () => {
  const cells = fc.array(fc.option(fc.constantFrom("DSL", "Fiber optic", "No", "")), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(cells, cells, async (before, after) => {
      const found = await distance("subscriptions", "net_service", [before, after]);
      expect(found).toEqual({
        ...{ measure: "tv", distance: near(totalVariation(before, after)), chance: near(chanceOf(before, after)) },
        ...{ ks: null, beyond: null, missing: near(missingOfWords(before, after)), mean: null },
      });
    }),
    { numRuns: 20 },
  );
});

test("for yes, no and NULL it comes from the counts alone", async () => {
  const cells = fc.array(fc.option(fc.boolean()), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(cells, cells, async (before, after) => {
      const found = await distance("subscriptions", "paperless_billing", [before, after]);
      expect(found).toEqual({
        ...{ measure: "tv", distance: near(totalVariation(before, after)), chance: near(chanceOf(before, after)) },
        ...{ ks: null, beyond: null, missing: near(missingOfWords(before, after)), mean: null },
      });
    }),
    { numRuns: 20 },
  );
});

test("known distances: nothing moved, all moved, half moved", async () => {
  const same = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const still = await distance("usage_agg_30d", "skips_7d", [same, same]);
  expect(still).toMatchObject({ measure: "psi", distance: 0, ks: 0, beyond: 0, missing: 0, mean: 0 });
  // A constant that becomes another: all rows leave one bin, none of the other's were there.
  const moved = await distance("usage_agg_30d", "skips_7d", [
    [29, 29],
    [30, 30],
  ]);
  expect(moved.ks).toBe(1);
  expect(moved.distance).toBeCloseTo(2 * (1 - 1e-4) * Math.log(1e4), 9);
  const half = await distance("usage_agg_30d", "skips_7d", [
    [0, 0],
    [0, null],
  ]);
  expect(half.ks).toBe(0);
  expect(half.distance).toBeCloseTo(0.5 * Math.log(2) + (0.5 - 1e-4) * Math.log(0.5 / 1e-4), 9);
});

test("rows and cells that changed are counted by key", async () => {
  const { sql } = database;
  const table = frozen("support_agg_90d");
  await freeze(table, "support_tickets_90d", [
    [1, null, 3, 4],
    [1, 2, null],
  ]);
  await sql`update support_agg_90d_snapshots set ticket_avg_resolution_hrs_90d = 1.0 where as_of = ${from}`;
  await sql`update support_agg_90d_snapshots set ticket_avg_resolution_hrs_90d = 1.00 where as_of = ${to}`;
  const changes = await rowChanges(sql, allRows(table, from, to), table.live.key, table.snapshot.columns);
  expect(changes).toMatchObject({ from_rows: 4, to_rows: 3, added: 0, removed: 1, changed: 2 });
  expect(changes.columns).toMatchObject([
    { column: { name: "support_tickets_90d" }, changed: 2, from: { values: 3 }, to: { values: 2 } },
    { column: { name: "ticket_avg_resolution_hrs_90d" }, changed: 0, from: { values: 4 }, to: { values: 3 } },
  ]);
});

test("a sample takes the same keys from both sides", async () => {
  const { sql } = database;
  const table = frozen("usage_agg_30d");
  const cells = Array.from({ length: 400 }, (_, index) => index);
  await freeze(table, "skips_7d", [cells, cells.map((cell) => cell + 1)]);
  const rows = sameKeys(table, allRows(table, from, to), 4);
  const sampled = [
    ...(await sql`select user_id, count(*) as sides from (
        select * from ${rows.from} f union all select * from ${rows.to} t) s group by user_id`),
  ];
  expect(new Set(sampled.map((row) => row.sides))).toEqual(new Set([2]));
  expect(sampled.length).toBeGreaterThan(50);
  expect(sampled.length).toBeLessThan(150);
});

test("columns that are measured together have the distances they have alone", async () => {
  const { sql } = database;
  const table = frozen("subscriptions");
  const { name } = table.snapshot.table;
  await sql`truncate ${sql(name)}`;
  for (const [day, salt] of [
    [from, 0],
    [to, 3],
  ] as const) {
    await sql`
      insert into ${sql(name)} (user_id, as_of, months_active, monthly_fee, paperless_billing, plan_stream_tv, net_service)
      select 'u' || i, ${day}, i % (11 + ${salt}::int), i + 20 * ${salt}::int, i % (3 + ${salt}::int) = 0,
             nullif(i % 5 > ${salt}::int, true), (array['DSL', 'No', null])[1 + i % (3 - ${salt}::int / 2)]
        from generate_series(1, 300) i`;
  }
  const rows = allRows(table, from, to);
  const read = readerOf(sql);
  const counted = await countCells(sql, rows, table.snapshot.columns.slice(1));
  const together = await distancesOf(read, rows, counted);
  expect(together.map(({ measure }) => measure)).toEqual(["psi", "psi", "tv", "tv", "tv", "tv"]);
  const alone = await Promise.all(counted.map((one) => distancesOf(read, rows, [one])));
  expect(together).toEqual(alone.flat());
  expect(new Set(together.map(({ distance }) => distance)).size).toBeGreaterThan(4);
  // More columns than GROUPING can tell apart in one statement.
  const many = Array.from({ length: 40 }, () => counted).flat();
  expect(await distancesOf(read, rows, many)).toEqual(Array.from({ length: 40 }, () => together).flat());
});
