import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { DriftLimits, MovedColumn } from "../../src/core/drift.ts";
import { frozenSide } from "../../src/pipeline/drift/suspects.ts";
import { movedColumns } from "../../src/pipeline/stages/drift.ts";
import type { Frozen } from "../../src/postgres/snapshots/snapshots.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { judge } from "./drift/judge.ts";
import { type Change, columns, fillWide, from, makeWide, to } from "./drift/wide.ts";

/**
 * What a run tells of drift, against the figures of all rows. `DRIFT_TRIALS=200` makes it a soak, from `DRIFT_FIRST` on,
 * with up to `DRIFT_ROWS` (1,000,000) rows in some of the trials.
 */
const trials = Number(process.env.DRIFT_TRIALS ?? 3);
const firstTrial = Number(process.env.DRIFT_FIRST ?? 0);
const mostRows = Number(process.env.DRIFT_ROWS ?? (trials > 10 ? 1_000_000 : 60_000));
setDefaultTimeout(24 * 3_600_000);

const limits: Required<DriftLimits> = { psi: 0.2, beyond: 0.1, missing: 0.1, mean: 0.5 };

let database: TestDatabase;
let wide: Frozen;
beforeAll(async () => {
  database = await testDatabase();
  // As in a run.
  await database.sql`set jit = off`;
  wide = await makeWide(database.sql);
});
afterAll(() => database.drop());

async function told(): Promise<MovedColumn[]> {
  const { sql } = database;
  const rows = async (asOf: string) => (await sql`select 1 from wide_snapshots where as_of = ${asOf}`).count;
  const [before, now] = [
    frozenSide(wide, { as_of: from, rows: await rows(from) }),
    frozenSide(wide, { as_of: to, rows: await rows(to) }),
  ];
  const columns = await movedColumns(sql, wide, { before, now }, limits);
  return columns.filter(({ drifts }) => drifts.length > 0);
}

const still: Change = {
  ...{ rows: 2_000, seed: 1, left: 0, came: 0, clustered: false, redrawn: 0 },
  ...{ moved: 0, by: 0, how: "shifted", together: false, categories: 300 },
};

/** mulberry32: the same trials every time. */
function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function drawChange(trial: number): Change {
  const draw = drawing(trial + 1);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(draw() * items.length)] as Item;
  const rows = Math.round(60_000 * (mostRows / 60_000) ** (draw() ** 4));
  return {
    ...{ rows, seed: trial + 1, clustered: draw() < 0.4, left: pick([0, 0.01, 0.05]), came: pick([0, 0.01, 0.05]) },
    ...{ redrawn: pick([0, 0, 0.1, 1]), moved: pick([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1]), by: 0.1 + draw() },
    ...{ how: pick(["shifted", "replaced", "emptied"]), together: draw() < 0.3, categories: pick([50, 3_000, 10_000]) },
  };
}

test("a run tells what drifted: nothing below the limit, everything beyond 1.2 times the limit", async () => {
  const sum = { false: [] as string[], missed: [] as string[], right: 0, close: 0, seconds: 0, rows: 0 };
  for (let trial = firstTrial; trial < firstTrial + trials; trial++) {
    const change = drawChange(trial);
    await fillWide(database.sql, change);
    const start = performance.now();
    const drifted = await told();
    const seconds = (performance.now() - start) / 1000;
    sum.seconds += seconds;
    sum.rows += change.rows;
    const verdict = await judge(database.sql, drifted, limits);
    sum.false.push(...verdict.false.map((line) => `trial ${trial}: ${line}`));
    sum.missed.push(...verdict.missed.map((line) => `trial ${trial}: ${line}`));
    sum.right += verdict.right;
    sum.close += verdict.close;
    if (trials > 10) {
      const found = `${verdict.false.length} false, ${verdict.missed.length} missed`;
      console.error(`trial ${trial}, ${change.rows} rows: ${found}, ${seconds.toFixed(1)} s`);
    }
  }
  console.error(
    `${trials} trials: ${sum.false.length} false and ${sum.missed.length} missed warnings; ${sum.right} right ones; ` +
      `${sum.close} figures within a fifth of their limit; ${Math.round(sum.rows / trials)} rows and ${(sum.seconds / trials).toFixed(1)} s a table`,
  );
  expect({ false: sum.false, missed: sum.missed }).toEqual({ false: [], missed: [] });
});

test("rows that are drawn anew from what never changes are no drift, however few they are", async () => {
  for (const rows of [100, 500, 2_000]) {
    let alarms = 0;
    const months = trials * 2;
    for (let month = 0; month < months; month++) {
      await fillWide(database.sql, { ...still, rows, seed: 1_000 + month, redrawn: 1, left: 0.1, came: 0.1 });
      alarms += (await told()).length;
    }
    console.error(`${rows} rows drawn anew: ${alarms} false alarms in ${months} months of ${columns.length} columns`);
    expect(alarms).toBe(0);
  }
});

test.each([2_000, 25_000])("of %d rows a drift is told that a PSI alone would not tell", async (rows) => {
  const figures = async (change: Partial<Change>) => {
    await fillWide(database.sql, { ...still, rows, left: 0.01, ...change });
    return new Map((await told()).map(({ column, drifts }) => [column, drifts.map(({ figure }) => figure)]));
  };
  // 18 % of a column turned to 999999.
  expect((await figures({ moved: 0.18, how: "replaced" })).get("amount")).toEqual(["beyond", "mean"]);
  const halfNull = await figures({ moved: 0.5, how: "emptied" });
  for (const column of columns) expect(halfNull.get(column)).toContain("missing");
  // By 1.4 and by 0.7 former deviations.
  expect((await figures({ moved: 1, by: 1.6 })).get("amount")).toContain("mean");
  expect((await figures({ moved: 1, by: 0.8 })).get("amount")).toContain("mean");
  expect(await figures({})).toEqual(new Map());
});

test.each([
  ["before", { rows: 25_000, left: 0.8 }],
  ["now", { rows: 5_000, came: 4 }],
] as const)(
  "where only the month %s is large enough for a sample, what is told is that of all rows, too",
  async (_, size) => {
    await fillWide(database.sql, { ...still, ...size, moved: 0.3, how: "replaced" });
    const verdict = await judge(database.sql, await told(), limits);
    expect(verdict).toMatchObject({ false: [], missed: [] });
    expect(verdict.right).toBeGreaterThan(2);
  },
);

test("the same rows in another order are no drift, and neither are rows that differ by rounding", async () => {
  const { sql } = database;
  // One in a hundred users gone, days and words of many kinds.
  await fillWide(sql, { ...still, rows: trials > 10 ? 190_000 : 25_000, left: 0.01, categories: 10_000 });
  expect(await told()).toEqual([]);
  await sql`update wide_snapshots set amount = 0.1, score = 0.1 where as_of = ${from}`;
  await sql`update wide_snapshots set amount = 0.1 + 1e-16, score = 0.1 + 2e-17::float8 where as_of = ${to}`;
  await sql`update wide_snapshots set score = 0.10000000000000002 where as_of = ${to}`;
  expect(await told()).toEqual([]);
  await sql`update wide_snapshots set amount = 0.1 + 1e-14 where as_of = ${to}`;
  expect(await told()).toMatchObject([{ column: "amount", drifts: [{ figure: "psi" }, { figure: "beyond" }] }]);
});
