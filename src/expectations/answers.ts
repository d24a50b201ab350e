import type { Answer } from "./plan.ts";

export interface Limits<Value> {
  min_value?: Value | null | undefined;
  max_value?: Value | null | undefined;
  strict_min?: boolean | null | undefined;
  strict_max?: boolean | null | undefined;
}

/** Whether a metric lies between bounds; a metric that is missing, not a number or infinite does not. */
export function within<Value extends number | string>(metric: Value | null, limits: Limits<Value>): Answer {
  if (metric === null || Number.isNaN(metric)) return { success: false, observed: null };
  if (typeof metric === "number" && !Number.isFinite(metric)) return { success: false, observed: String(metric) };
  if (/^-?infinity$/.test(String(metric))) return { success: false, observed: metric };
  const { min_value: min, max_value: max, strict_min: strictMin, strict_max: strictMax } = limits;
  const above = min == null || (strictMin ? metric > min : metric >= min);
  const below = max == null || (strictMax ? metric < max : metric <= max);
  return { success: above && below, observed: metric };
}

/** A number, or the number in a text; null for nothing, NaN for anything else. */
export function asNumber(given: unknown): number | null {
  if (given === null || given === undefined) return null;
  if (typeof given === "number") return given;
  return typeof given === "string" && given.trim() !== "" ? Number(given) : Number.NaN;
}
