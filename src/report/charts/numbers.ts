import { type AnyNumber, isAnyNumber } from "../../core/exact-number.ts";
import { formatCount } from "../../core/format.ts";

/** A figure for a chart's edge or a cell: whole as it is, others with as many digits as one can tell apart. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return formatCount(value);
  const digits = Math.abs(value) >= 1000 ? 6 : 4;
  return formatCount(Number(value.toPrecision(digits)));
}

/** The number that JavaScript has for it: near enough to be drawn. */
export function drawn(value: unknown): number | null {
  if (!isAnyNumber(value)) return null;
  const number = Number(String(value as AnyNumber));
  return Number.isFinite(number) ? number : null;
}
