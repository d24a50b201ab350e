import type { Column } from "../../core/columns.ts";
import { histogramBins } from "../../core/messages/profiles.ts";

/** The lowest and the highest value of a column, or of a sample: numbers as they are, times as seconds since 1970. */
export interface Extent {
  low: string;
  high: string;
}

/**
 * The edges of a histogram that covers such values, of two significant digits' width; null where there are none, as between
 * infinities.
 */
export function edgesFor(column: Column, extent: Extent): string[] | null {
  const [low, high] = [Number(extent.low), Number(extent.high)];
  if (!(Number.isFinite(low) && Number.isFinite(high - low))) return null;
  const edges = isTime(column) ? timeEdges(column, low, high) : numberEdges(column, low, high);
  // Numbers that lie closer together than JavaScript tells apart.
  return new Set(edges).size === edges.length ? edges : null;
}

function isTime({ type }: Column): boolean {
  return type === "date" || type.startsWith("timestamp");
}

const bins = Array.from({ length: histogramBins + 1 }, (_, index) => index);

function numberEdges(column: Column, low: number, high: number): string[] {
  const isWhole = column.type.startsWith("int");
  const width = widthOf(low, high, isWhole);
  const digits = Math.floor(Math.log10(width)) - 1;
  const exponent = isWhole ? Math.max(digits, 0) : digits;
  // Whole units of ten to the exponent: decimals that are exact when they are written down.
  const unit = Number(`1e${exponent}`);
  let step = Math.max(1, Math.ceil(Number((width / unit).toPrecision(12))));
  // One value alone stands in the middle, unless that is nothing.
  const from = low === high && low !== 0 && !isWhole ? low - (histogramBins / 2) * step * unit : low;
  const start = Math.floor(Number((from / unit).toPrecision(15)));
  while ((start + histogramBins * step) * unit <= high) step++;
  return bins.map((bin) => String(Number(`${start + bin * step}e${exponent}`)));
}

function widthOf(low: number, high: number, isWhole: boolean): number {
  if (isWhole) return Math.max(1, (high - low + 1) / histogramBins);
  if (low < high) return (high - low) / histogramBins;
  return low === 0 ? 0.1 : 10 ** (Math.floor(Math.log10(Math.abs(low))) - 1);
}

/** Seconds of what a bin may be whole numbers of; the first that a width is at least. */
const units = [86_400, 3600, 60, 1];

function timeEdges(column: Column, low: number, high: number): string[] {
  const isDate = column.type === "date";
  const width = (high - low + (isDate ? 86_400 : 1)) / histogramBins;
  const unit = isDate ? 86_400 : (units.find((one) => width >= one) ?? 1);
  const step = Math.ceil(width / unit) * unit;
  const start = Math.floor(low / unit) * unit;
  const span = start + histogramBins * step > high ? step : step + unit;
  return bins.flatMap((bin) => timeText(start + bin * span, column) ?? []);
}

/** As PostgreSQL takes it; null for years that have more or fewer than four digits. */
function timeText(seconds: number, { type }: Column): string | null {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return null;
  const iso = moment.toISOString();
  if (!/^\d{4}-/.test(iso)) return null;
  if (type === "date") return iso.slice(0, 10);
  const text = iso.slice(0, 19).replace("T", " ");
  return type === "timestamptz" ? `${text}+00` : text;
}
