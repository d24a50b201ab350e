import type { Profile, ProfileKind } from "../core/messages/profiles.ts";

/** What is drawn of a profile, on paper and on the screen alike. */

/** Where a value lies on an axis; null for what has no place there, such as infinity. */
export function placeOf(kind: ProfileKind, text: string | null): number | null {
  if (text === null) return null;
  const place = kind === "time" ? momentOf(text) : Number(text);
  return Number.isFinite(place) ? place : null;
}

/** PostgreSQL writes a time with a blank, and hours beside UTC in two digits; a day has neither. */
function momentOf(text: string): number {
  const [day = "", time] = text.split(" ");
  if (time === undefined) return Date.parse(day);
  const zoned = time.replace(/([+-]\d\d)$/, "$1:00");
  return Date.parse(`${day}T${/[+-]\d\d:\d\d$/.test(zoned) ? zoned : `${zoned}Z`}`);
}

export function knownOf({ rows, nulls }: Pick<Profile, "rows" | "nulls">): number {
  return rows - nulls;
}

/** Null where there is nothing that could be missing. */
export function missingOf({ rows, nulls }: Pick<Profile, "rows" | "nulls">): number | null {
  return rows === 0 ? null : nulls / rows;
}

export function quantileOf({ quantiles }: Pick<Profile, "quantiles">, share: number): string | null {
  return quantiles.find((one) => one.share === share)?.value ?? null;
}

/** A bin: between which values, and the share of all that are known. */
export interface Bin {
  from: number;
  to: number;
  share: number;
  /** It holds all that lies beyond the edges, however far: only where it begins, or ends, is a bound. */
  open?: "below" | "above";
}

type Format = (place: number) => string;

/** Where the values of a bin lie. */
export function binInWords({ from, to, open }: Bin, format: Format): string {
  if (open === "below") return `below ${format(to)}`;
  return open === "above" ? `${format(from)} and above` : `${format(from)} to ${format(to)}`;
}

/** What stands at the ends of an axis on which these bins are drawn. */
export function endsInWords(bins: readonly Bin[], format: Format, atLeast = "≥"): { low: string; high: string } {
  const [first] = bins;
  if (first === undefined) return { low: "", high: "" };
  const lowest = bins.reduce((low, bin) => (bin.from < low.from ? bin : low), first);
  const highest = bins.reduce((high, bin) => (bin.to > high.to ? bin : high), first);
  return {
    low: lowest.open === "below" ? `< ${format(lowest.to)}` : format(lowest.from),
    high: highest.open === "above" ? `${atLeast} ${format(highest.from)}` : format(highest.to),
  };
}

/** The bins of a column, those below and above the edges at the ends; null where they have no place on an axis. */
export function binsOf(profile: Profile): Bin[] | null {
  const { histogram, kind } = profile;
  if (histogram === null || knownOf(profile) === 0) return null;
  const edges = histogram.edges.map((edge) => placeOf(kind, edge));
  const [first, second] = edges;
  const last = edges.at(-1);
  if (edges.includes(null) || first == null || second == null || last == null) return null;
  const step = second - first || 1;
  const all = knownOf(profile);
  const inner = histogram.counts.map((count, index) => ({
    from: edges[index] ?? first,
    to: edges[index + 1] ?? last,
    share: count / all,
  }));
  const below: Bin = { from: first - step, to: first, share: histogram.under / all, open: "below" };
  const above: Bin = { from: last, to: last + step, share: histogram.over / all, open: "above" };
  return [...(histogram.under > 0 ? [below] : []), ...inner, ...(histogram.over > 0 ? [above] : [])];
}
