import { expect, setDefaultTimeout, test } from "bun:test";
import { categoryBounds, numberBounds } from "../../src/pipeline/drift/bounds.ts";
import { beyondOf, meanOf, missingOf, psiOfMany, variationOfMany } from "../helpers/distances.ts";

/** How many populations are drawn; `DRIFT_BOUNDS=5000` for a soak. */
const populations = Number(process.env.DRIFT_BOUNDS ?? 20);
const limits = { distance: 0.2, beyond: 0.1, missing: 0.1, mean: 0.5 };
setDefaultTimeout(24 * 3_600_000);

type Figure = keyof typeof limits;

function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    let t = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    t = Math.imul(t ^ (t >>> 12), 0x297a2d39);
    return ((t ^ (t >>> 15)) >>> 0) / 2 ** 32;
  };
}

type Cells = (number | null)[];

/** Columns of every shape, moved in every way, by as much as brings most figures near their limits. */
function drawPopulation(draw: () => number): { from: Cells; to: Cells } {
  const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(draw() * items.length)] as Item;
  const atom = draw();
  const place = normal();
  const levels = 2 + Math.floor(draw() * 12);
  const value = pick([
    normal,
    () => Math.exp(1.5 * normal()),
    () => Math.floor(levels * draw() * draw()),
    () => (draw() < atom ? 0 : Math.round(1000 * draw())),
    () => (draw() < 0.3 ? place : normal()),
    () => Math.round(20 * normal()) / 10,
  ]);
  const [by, share, target] = [draw() * 0.8, draw() * 0.4, pick([place, 3, 999_999, null])];
  const move = pick([
    (one: number) => one,
    (one: number) => one + by,
    (one: number) => one * (1 + by),
    (one: number) => (draw() < share ? target : one),
    (one: number) => (draw() < 0.0004 * by ? 1e6 : one),
    (one: number) => (one > 0.5 && draw() < share ? place : one),
  ]);
  const rows = 60_000;
  const missing = pick([0, 0, 0.02, 0.5]);
  const cells = (make: () => number | null) => Array.from({ length: rows }, () => (draw() < missing ? null : make()));
  return { from: cells(value), to: cells(() => move(value())) };
}

function sample(cells: Cells, draw: () => number): Cells {
  return cells.filter(() => draw() < 16_000 / cells.length);
}

test("no bound that a sample gives is below the figure of all rows", () => {
  const wrong: string[] = [];
  const sum = { quiet: 0, acquitted: 0 };
  for (let seed = 1; seed <= populations; seed++) {
    const draw = drawing(seed * 7_919);
    const { from, to } = drawPopulation(draw);
    const present = to.filter((cell) => cell !== null);
    const mean = present.reduce((all, cell) => all + cell / present.length, 0);
    const bounds = numberBounds({ from: sample(from, draw), to: sample(to, draw), mean });
    const exact: Record<Figure, number | null> = {
      distance: psiOfMany(from, to),
      beyond: beyondOf(from, to),
      missing: missingOf(from, to),
      mean: meanOf(from, to),
    };
    for (const figure of Object.keys(limits) as Figure[]) {
      const value = exact[figure];
      if (value !== null && bounds[figure] < value) wrong.push(`${seed}: ${figure} ${value} > ${bounds[figure]}`);
      if (value !== null && value < limits[figure] / 2) {
        sum.quiet++;
        if (bounds[figure] < limits[figure]) sum.acquitted++;
      }
    }
  }
  console.error(
    `${populations} populations: ${sum.acquitted} of ${sum.quiet} figures below half their limit acquitted`,
  );
  expect(wrong).toEqual([]);
  expect(sum.acquitted / sum.quiet).toBeGreaterThan(0.9);
});

test("categories are acquitted when the sample has the same keys, however many there are", () => {
  const draw = drawing(5);
  const from = Array.from({ length: 40_000 }, () => Math.floor(draw() * 10_000));
  const to = from.map((cell) => (draw() < 0.05 ? Math.floor(draw() * 10_000) : cell));
  const bound = categoryBounds({ from, to }).distance;
  expect(bound).toBeGreaterThan(variationOfMany(from, to));
  expect(bound).toBeLessThan(0.1);
});
