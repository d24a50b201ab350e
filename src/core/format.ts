import type { AnyNumber } from "./exact-number.ts";

/** Numbers, sizes, times and text as both front ends show them. Pure; widths are terminal columns. */

/** 7120 → "7,120". */
export function formatCount(count: AnyNumber): string {
  // Intl.NumberFormat says the same, and takes 5 ms to load.
  return String(count).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
}

/** One of something or several: (1, "row") → "1 row", (0, "row") → "0 rows", (2, "entry", "entries") → "2 entries". */
export function formatCounted(count: number, one: string, several = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : several}`;
}

const byteUnits = ["B", "KB", "MB", "GB", "TB", "PB"];

/** Decimal units, three digits at most: 312_000 → "312 KB", 31_400_000 → "31.4 MB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be shown as 1000, so it belongs to the unit above.
  for (; value >= 999.5 && unit < byteUnits.length - 1; unit++) value /= 1000;
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${byteUnits[unit]}`;
}

/** Seconds as one reads them: 0.83 → "0.8 s", 65 → "1 m 05 s", 7380 → "2 h 03 m", 190_000 → "2 d 4 h". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "0.0 s";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Seconds as a running clock with tenths: 2.1 → "00:00:02.1". */
export function formatClock(seconds: number): string {
  const tenths = Math.max(0, Math.floor(seconds * 10));
  const whole = Math.floor(tenths / 10);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${tenths % 10}`;
}

/** A moment in UTC to the second, from ISO 8601: "2024-03-01 12:01:07Z". */
export function formatMoment(iso: string): string {
  return iso.replace("T", " ").replace(/(\.\d+)?Z$/, "Z");
}

/** Seconds of each unit. */
const ages = { d: 86_400, h: 3600, m: 60 };

/** How long ago, in one unit: "just now", "12 m ago", "3 h ago", "2 d ago". Both times in milliseconds since 1970. */
export function formatAge(then: number, now: number): string {
  const seconds = (now - then) / 1000;
  for (const [unit, size] of Object.entries(ages))
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return "just now";
}

/** A percentage, 0 to 100, that never rounds something to nothing or nearly all to all: 0.171 → "0.17 %". */
export function formatPercent(percent: number): string {
  if (percent > 0 && percent < 0.01) return "<0.01 %";
  if (percent < 100 && percent > 99.99) return ">99.99 %";
  return `${Number(percent.toFixed(percent < 10 ? 2 : 1))} %`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

export interface BarGlyphs {
  full: string;
  /** Growing parts of a full cell, without the empty and the full one: seven with eighth blocks, none in ASCII. */
  parts: readonly string[];
  empty: string;
}

export const blockBar: BarGlyphs = { full: "█", parts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉"], empty: "░" };
export const asciiBar: BarGlyphs = { full: "#", parts: [], empty: "." };

/** A bar of exactly `width` columns; full only at 1, and never empty once anything is done and a part can show it. */
export function bar(fraction: number, width: number, glyphs: BarGlyphs): string {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(fraction) ? fraction : 0));
  const steps = glyphs.parts.length + 1;
  const filled = Math.floor(clamped * width * steps);
  const whole = Math.floor(filled / steps);
  const part = glyphs.parts[(filled % steps) - 1] ?? "";
  return glyphs.full.repeat(whole) + part + glyphs.empty.repeat(Math.max(0, width - whole - part.length));
}
