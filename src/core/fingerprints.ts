/**
 * How the rows under a seal were hashed; a fingerprint tells by how it begins. The first ones, of a row's text, began
 * with nothing.
 *
 * - `text` and `cells` have 64 bits and PostgreSQL's own hashes in them: changes there are that they do not show.
 * - `exact` has SHA-256 of every cell's exact value, and sums of 256 bits.
 */
export const hashings = { exact: "3-", cells: "2-", text: "" } as const;
export type Hashing = keyof typeof hashings;

export function hashingOf(fingerprint: string): Hashing {
  if (fingerprint.startsWith(hashings.exact)) return "exact";
  return fingerprint.startsWith(hashings.cells) ? "cells" : "text";
}

/** True for a seal of an older kind: what it vouches for may have changed without a sign. */
export function isWeak({ fingerprint }: { fingerprint: string }): boolean {
  return hashingOf(fingerprint) !== "exact";
}

/** Puts seals of the newest kind in the place of weak ones, month by month, wherever the rows still agree with the drop. */
export const renewal = "--all --backfill --force";
