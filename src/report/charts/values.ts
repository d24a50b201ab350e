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

/** How a place on that axis is written. */
export function formatOf(kind: ProfileKind): (place: number) => string {
  return kind === "time" ? (place) => new Date(place).toISOString().slice(0, 10) : figure;
}

/** A share as a percentage. */
export function percent(share: number): string {
  return formatPercent(100 * share);
}
