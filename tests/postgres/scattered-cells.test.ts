import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { frozenSide } from "../../src/pipeline/drift/suspects.ts";
import { readerOf } from "../../src/postgres/connection/one-view.ts";
import { movesOf, spreadsOf } from "../../src/postgres/drift/column-moves.ts";
import { exactMeans, scatteredCells } from "../../src/postgres/drift/scattered-cells.ts";
import type { Frozen } from "../../src/postgres/snapshots/snapshots.ts";
import { allRows, countCells } from "../../src/postgres/snapshots/two-snapshots.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { from, makeWide, to } from "./drift/wide.ts";

setDefaultTimeout(60_000);

let database: TestDatabase;
let wide: Frozen;
beforeAll(async () => {
  database = await testDatabase();
  wide = await makeWide(database.sql);
});
afterAll(() => database.drop());

const columnNamed = (name: string) => wide.snapshot.columns.filter((column) => column.name === name);

async function fill(scores: readonly string[], asOf: string): Promise<void> {
  await database.sql`
    insert into wide_snapshots (user_id, score, amount, plan, as_of)
    select 'u' || i, score::float8, 1, 'a', ${asOf}
      from unnest(${scores as string[]}::text[]) with ordinality cells (score, i)`;
}

test("a sample takes about its share of the rows, cells of a row side by side, and words as numbers", async () => {
  const { sql } = database;
  await sql`truncate wide_snapshots`;
  await sql`
    insert into wide_snapshots (user_id, visits, amount, plan, as_of)
    select 'u' || i, i, case when i % 2 = 0 then i / 4.0 end, 'plan' || i % 3, ${from} from generate_series(1, 20000) i`;
  const [visits, amount, plan] = ["visits", "amount", "plan"].flatMap(columnNamed);
  if (!visits || !amount || !plan) throw new Error("a column is gone");
  const cells = await scatteredCells(sql, frozenSide(wide, { as_of: from, rows: 0 }).rows, 10, [visits, amount, plan]);
  const rows = cells[0]?.length ?? 0;
  expect(rows).toBeGreaterThan(1_700);
  expect(rows).toBeLessThan(2_300);
  expect(cells.map((column) => column.length)).toEqual([rows, rows, rows]);
  expect(new Set(cells[2]).size).toBe(3);
  expect(cells[1]).toEqual((cells[0] ?? []).map((visit) => ((visit ?? 0) % 2 === 0 ? (visit ?? 0) / 4 : null)));
  const [whole] = await scatteredCells(sql, frozenSide(wide, { as_of: from, rows: 0 }).rows, 100, [visits]);
  expect(whole).toHaveLength(20_000);
});

test("floats at the ends of their range, NaN and infinities break no figure", async () => {
  const { sql } = database;
  const columns = columnNamed("score");
  const sides: [string[], string[]][] = [
    [
      ["1e308", "-1e308", "1e308"],
      ["1.7e308", "1e308"],
    ],
    [["5e-324", "1e-310"], ["1e-320"]],
    [["NaN", "1", "2"], ["3"]],
    [
      ["Infinity", "1"],
      ["-Infinity", "2"],
    ],
  ];
  for (const [before, after] of sides) {
    await sql`truncate wide_snapshots`;
    await fill(before, from);
    await fill(after, to);
    const rows = allRows(wide, from, to);
    const cells = await scatteredCells(sql, frozenSide(wide, { as_of: from, rows: 0 }).rows, 100, columns);
    expect(cells).toEqual([before.map(Number)]);
    const [mean = null] = await exactMeans(sql, rows.to, columns);
    expect(mean === null || Number.isFinite(mean)).toBe(true);
    const [spread] = (await spreadsOf(sql, rows, columns)).values();
    expect(spread?.beyond).toBeGreaterThanOrEqual(0);
    expect(spread?.mean === null || Number.isFinite(spread?.mean)).toBe(true);
    const counted = await countCells(sql, rows, columns);
    const [moves] = await movesOf(readerOf(sql), rows, counted);
    expect(moves?.distance).toBeGreaterThanOrEqual(0);
  }
});
