import { greys, levels } from "../drawing/contrast.ts";

/** The number of a colour, or of the nearest there is: a terminal with 256 of them knows no others for sure. */
export function numberOf(colour: number | string): number {
  if (typeof colour === "number") return colour;
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const [red = 0, green = 0, blue = 0] = parts.map((part) => nearest(levels, part));
  const cube = [red, green, blue].map((index) => levels[index] ?? 0);
  const grey = nearest(greys, parts.reduce((sum, part) => sum + part, 0) / 3);
  const ofGrey = parts.map(() => greys[grey] ?? 0);
  return distance(parts, ofGrey) < distance(parts, cube) ? 232 + grey : 16 + 36 * red + 6 * green + blue;
}

function nearest(all: readonly number[], wanted: number): number {
  const gaps = all.map((one) => Math.abs(one - wanted));
  return gaps.indexOf(Math.min(...gaps));
}

function distance(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, part, index) => sum + (part - (other[index] ?? 0)) ** 2, 0);
}
