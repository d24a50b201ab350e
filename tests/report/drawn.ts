import { expect } from "bun:test";
import { placeOf } from "../../src/client/profiles.ts";
import type { Profile } from "../../src/core/messages/profiles.ts";
import { formatOf } from "../../src/report/charts/values.ts";
import type { ReadPage, ReadPicture, Shape } from "./reading.ts";

/** Pictures measured: whether what is drawn stands where its figure is. */

/** Coordinates are written to a tenth of a pixel. */
const rounding = 0.16;

export interface Drawn {
  as_of: string;
  value: number;
  isGood?: boolean;
}

export function pictureOf({ pictures }: ReadPage, title: string): ReadPicture {
  const found = pictures.filter((one) => one.title === title);
  if (found.length === 0) throw new Error(`no picture "${title}" in ${pictures.map((one) => one.title).join("; ")}`);
  return found[0] as ReadPicture;
}

function numbersIn(text = ""): number[] {
  return [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
}

function shapesOf({ shapes }: ReadPicture, name: string): Shape[] {
  return shapes.filter((shape) => shape.class === name);
}

/** Corners of a path of straight lines. */
export function cornersOf(picture: ReadPicture, name: string): { x: number; y: number }[] {
  const numbers = shapesOf(picture, name).flatMap(({ d }) => numbersIn(d));
  return Array.from({ length: numbers.length / 2 }, (_, at) => ({
    x: numbers[2 * at] ?? 0,
    y: numbers[2 * at + 1] ?? 0,
  }));
}

/** Lengths of a kind of bars, by one of their attributes. */
export function barsOf(picture: ReadPicture, name: string, attribute: "width" | "height"): number[] {
  return shapesOf(picture, name).map((shape) => Number(shape[attribute]));
}

/** The places are those of the values, on whatever scale from one to the other. */
function expectPlaced(places: readonly number[], values: readonly number[], what: string): void {
  expect({ what, count: places.length }).toEqual({ what, count: values.length });
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [lowest = 0, highest = 0] = [places[values.indexOf(low)], places[values.indexOf(high)]];
  const wanted = values.map((value) =>
    high === low ? lowest : lowest + ((highest - lowest) * (value - low)) / (high - low),
  );
  const wrong = places.filter((place, at) => Math.abs(place - (wanted[at] ?? 0)) > 2 * rounding);
  expect({ what, wrong, distinct: high === low || highest !== lowest }).toEqual({ what, wrong: [], distinct: true });
}

/** Lengths that begin at nothing, as shares do. */
export function expectLengths(lengths: readonly number[], values: readonly number[], what: string): void {
  expectPlaced([...lengths, 0], [...values, 0], what);
}

/** A line over the months, and its words. */
export function expectLine(
  page: ReadPage,
  title: string,
  points: readonly Drawn[],
  format: (value: number) => string,
  { low = null, high = null }: { low?: number | null; high?: number | null } = {},
): void {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) {
    expect(page.text).toContain(`${title}: no figure is kept.`);
    return;
  }
  const picture = pictureOf(page, title);
  const values = points.map(({ value }) => value);
  const missed = points.filter(({ isGood }) => isGood === false).map(({ as_of }) => as_of);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)].map(format);
  const told = [
    points.length === 1
      ? `${format(last.value)} at ${last.as_of}.`
      : `From ${format(first.value)} at ${first.as_of} to ${format(last.value)} at ${last.as_of}, between ${lowest} and ${highest}.`,
    low === null ? "" : `At least ${format(low)}.`,
    high === null ? "" : `At most ${format(high)}.`,
    missed.length === 0 ? "" : `Marked as not passed: ${missed.join(", ")}.`,
  ];
  expect({ title, told: picture.told }).toEqual({ title, told: told.filter(Boolean).join(" ") });
  expect({ title, crosses: shapesOf(picture, "miss").length }).toEqual({ title, crosses: missed.length });
  if (points.length === 1) return;
  const corners = cornersOf(picture, "line");
  expectPlaced(
    corners.map(({ y }) => y),
    values,
    title,
  );
  expectPlaced(
    corners.map(({ x }) => x),
    points.map(({ as_of }) => Date.parse(as_of)),
    `${title}, months`,
  );
}

/** An area between two figures of each month, on the scale of the line before it. */
export function expectSpread(
  picture: ReadPicture,
  name: string,
  line: readonly number[],
  spread: readonly [number, number][],
): void {
  const drawn = cornersOf(picture, name).map(({ y }) => y);
  // There along the upper edge, and back along the lower.
  const values = [...spread.map(([, high]) => high), ...spread.map(([low]) => low).toReversed()];
  const places = cornersOf(picture, "line").map(({ y }) => y);
  expectPlaced([...places, ...drawn], [...line, ...values], `${picture.title}, ${name}`);
}

/** Cells of a distribution over months: as many as there are bins that hold something, the darker the more. */
export function expectCells(picture: ReadPicture, months: readonly (readonly number[])[]): void {
  const cells = shapesOf(picture, "bar").flatMap(({ d = "", opacity }) =>
    d
      .split("M")
      .filter(Boolean)
      .map((cell) => {
        const [x = 0, y = 0] = numbersIn(cell);
        return { x, y, opacity: Number(opacity) };
      }),
  );
  // Month after month, from low values, which stand at the bottom, to high ones.
  const drawn = cells.toSorted((a, b) => a.x - b.x || b.y - a.y).map(({ opacity }) => opacity);
  const shares = months.flatMap((bins) => bins.filter((share) => share > 0));
  expect({ title: picture.title, cells: drawn.length }).toEqual({ title: picture.title, cells: shares.length });
  const byShare = shares
    .map((share, at) => ({ share, opacity: drawn[at] ?? 0 }))
    .sort((a, b) => a.share - b.share || a.opacity - b.opacity);
  const wrong = byShare.filter(({ opacity }, at) => opacity < (byShare[at - 1]?.opacity ?? 0));
  expect({ title: picture.title, wrong }).toEqual({ title: picture.title, wrong: [] });
}

/** Where most values lie: between which edges, or beyond the last of them. */
export function peakOf({ histogram, kind, rows, nulls }: Profile): { share: number; place: string } {
  const { edges, counts, under, over } = histogram ?? { edges: [], counts: [], under: 0, over: 0 };
  const names = edges.map((edge) => formatOf(kind)(placeOf(kind, edge) ?? Number.NaN));
  const bins = [
    { count: under, place: `below ${names[0]}` },
    ...counts.map((count, bin) => ({ count, place: `${names[bin]} to ${names[bin + 1]}` })),
    { count: over, place: `${names.at(-1)} and above` },
  ];
  const { count, place } = bins.reduce((best, bin) => (bin.count > best.count ? bin : best));
  return { share: count / (rows - nulls), place };
}
