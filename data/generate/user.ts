import manifest from "../../db/dataset.json";
import { asOfOf } from "../../src/core/month.ts";
import { Dice, streams } from "./random.ts";

export interface User {
  /** `YYYY-MM-DD`. */
  signup: string;
  gender: "Male" | "Female";
  senior: boolean;
  family: boolean;
  dependents: boolean;
}

const maleShare = 0.505;
const seniorShare = 0.162;
/** Cumulative shares of nobody, family and dependents, family alone; the rest has dependents alone. */
const households = { younger: [0.461, 0.743, 0.94], senior: [0.491, 0.564, 0.993] };

/** The real export counts sign-up back from this day, one day for each active month and 36 at most. */
const countedFrom = Date.UTC(2022, 1, 6);
const daysCounted = 36;
const dayMs = 86_400_000;
const signupDates = Array.from({ length: daysCounted + 1 }, (_, days) =>
  new Date(countedFrom - days * dayMs).toISOString().slice(0, 10),
);

/** The user at `index` who joined in month `joined` and had been active for `tenure` months when first seen. */
export function userOf(seed: number, index: number, joined: number, tenure: number): User {
  const dice = new Dice(seed, index, streams.user);
  const gender = dice.chance(maleShare) ? "Male" : "Female";
  const senior = dice.chance(seniorShare);
  const household = dice.step(senior ? households.senior : households.younger);
  return {
    signup: joined > 0 ? dayIn(joined, 1 + dice.below(28)) : (signupDates[Math.min(tenure, daysCounted)] ?? ""),
    gender,
    senior,
    family: household === 1 || household === 2,
    dependents: household === 1 || household === 3,
  };
}

function dayIn(month: number, day: number): string {
  return `${asOfOf(month, manifest.first_month).slice(0, 7)}-${String(day).padStart(2, "0")}`;
}
