import { mix } from "./random.ts";

/** Seven letters, so few that no id of the real export is made of them alone: a generated user is never a real one. */
const alphabet = "CHPRTVW";
const idDigits = 10_000;
const idLetters = alphabet.length ** 5;

/** How many users one seed can name. */
export const userLimit = idDigits * idLetters;

/** Of the users of the first month, so many more join than leave in each later one. */
const joinShare = 0.026;
/** Months 0 and 1 hold the same users with the same subscriptions, as the real export does. */
export const firstMoves = 2;

/** What a drop is made from: so many users in the first month, everything else follows from the seed. */
export interface Population {
  seed: number;
  users: number;
  /** From this month on usage and support drift. */
  drift?: number;
}

const letterGroups = Array.from({ length: idLetters }, (_, number) => {
  let rest = number;
  let letters = "";
  for (let place = 0; place < 5; place++) {
    letters += alphabet.charAt(rest % alphabet.length);
    rest = Math.floor(rest / alphabet.length);
  }
  return letters;
});

/**
 * The id of the user at `index`, as `4821-TRVCP`, in no order. A Feistel network shuffles: each round moves one half by
 * a hash of the other, which can be undone, so two users never share an id.
 */
export function userId(seed: number, index: number): string {
  let digits = index % idDigits;
  let letters = Math.floor(index / idDigits);
  for (let round = 0; round < 4; round++) {
    digits = (digits + mix(letters ^ mix(seed + 2 * round))) % idDigits;
    letters = (letters + mix(digits ^ mix(seed + 2 * round + 1))) % idLetters;
  }
  return `${String(digits).padStart(4, "0")}-${letterGroups[letters]}`;
}

function joinersPerMonth(population: Population): number {
  return Math.round(population.users * joinShare);
}

/** Everybody who ever joined up to `month`; users who left keep their index. */
export function joinedBy(population: Population, month: number): number {
  return population.users + Math.max(0, month - firstMoves + 1) * joinersPerMonth(population);
}

/** The month in which the user at `index` is first seen. */
export function joinMonth(population: Population, index: number): number {
  if (index < population.users) return 0;
  return firstMoves + Math.floor((index - population.users) / joinersPerMonth(population));
}
