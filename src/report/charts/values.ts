import { formatPercent } from "../../core/format.ts";
import type { Profile, ProfileKind } from "../../core/messages/profiles.ts";
import { figure } from "./numbers.ts";

/** A column in two months, to be laid over one another. */
export interface Compared {
  title: string;
  now: Profile;
  before: Profile | null;
  /** Whose they are. */
  names: { now: string; before: string };
  /** Whether values of the data are written. */
  values: boolean;
}

/** Where a value lies on an axis; null for what has no place there, such as infinity. */
export function placeOf(kind: ProfileKind, text: string | null): number | null {
  if (text === null) return null;
  const place = kind === "time" ? momentOf(text) : Number(text);
  return Number.isFinite(place) ? place : null;
}

/** PostgreSQL writes a time with a blank, and hours beside UTC in two digits. */
function momentOf(text: string): number {
  const iso = text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
  return Date.parse(iso.includes("T") && !/(Z|[+-]\d\d:\d\d)$/.test(iso) ? `${iso}Z` : iso);
}

/** How a place on that axis is written. */
export function formatOf(kind: ProfileKind): (place: number) => string {
  return kind === "time" ? (place) => new Date(place).toISOString().slice(0, 10) : figure;
}

/** A share as a percentage. */
export function percent(share: number): string {
  return formatPercent(100 * share);
}

export function knownOf({ rows, nulls }: Pick<Profile, "rows" | "nulls">): number {
  return rows - nulls;
}
