import type { Glyphs } from "./glyphs.ts";
import { type Span, span, type Tone } from "./spans.ts";

/** Where values lie: between the least and the greatest of what is to be seen, the bounds among it. */
export interface Scale {
  least: number;
  greatest: number;
}

export function scaleOf(values: readonly (number | null)[]): Scale | null {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return known.length === 0 ? null : { least: Math.min(...known), greatest: Math.max(...known) };
}

/** The column of a value among `width` ones; all alike stand in the middle. */
export function placeOf(value: number, { least, greatest }: Scale, width: number): number {
  if (greatest === least) return Math.floor(width / 2);
  return Math.round(((value - least) / (greatest - least)) * (width - 1));
}

/** One line of a plot: the bounds as bars, and the value as a mark, which covers them. */
export function plotLine(
  value: number | null,
  bounds: readonly number[],
  scale: Scale | null,
  width: number,
  tone: Tone,
  glyphs: Glyphs,
): Span[] {
  if (scale === null || width < 1) return [];
  const cells = Array.from({ length: width }, () => " ");
  for (const bound of bounds) cells[placeOf(bound, scale, width)] = glyphs.between;
  if (value === null || !Number.isFinite(value)) return [span(cells.join(""), "dim")];
  const at = placeOf(value, scale, width);
  return [span(cells.slice(0, at).join(""), "dim"), span(glyphs.mark, tone), span(cells.slice(at + 1).join(""), "dim")];
}

/** What lies between two values. */
export interface Stretch {
  from: number;
  to: number;
}

/** One line of a plot: the stretch of nearly all values, over it that of the middle half, and a mark in their middle. */
export function spreadLine(
  { whole, half, middle }: { whole: Stretch; half: Stretch; middle: number },
  scale: Scale,
  width: number,
  glyphs: Glyphs,
): Span[] {
  if (width < 1) return [];
  const cells = Array.from({ length: width }, () => " ");
  const fill = ({ from, to }: Stretch, sign: string) =>
    cells.fill(sign, placeOf(from, scale, width), placeOf(to, scale, width) + 1);
  fill(whole, glyphs.whole);
  fill(half, glyphs.half);
  const at = placeOf(middle, scale, width);
  return [
    span(cells.slice(0, at).join(""), "accent"),
    span(glyphs.mark, "strong"),
    span(cells.slice(at + 1).join(""), "accent"),
  ];
}
