import { cumulative } from "./random.ts";

export type Contract = "Month-to-month" | "One year" | "Two year";

export interface Segment {
  service: "DSL" | "Fiber optic" | "No";
  contract: Contract;
  /** Of all users. */
  share: number;
  /** months_active at the quantiles 0, 0.1, … 1. */
  tenure: readonly number[];
  /** Cumulative shares of the streaming plans none, movies, tv; the rest has both. */
  plans: readonly number[];
  paperless: number;
  /** Chance of each extra that adds 5 to the fee. */
  extras: number;
}

/** Subscribers by service and contract, the two that tell most about everything else. */
// biome-ignore format: a table reads best with a row a line
export const segments: readonly [Segment, ...Segment[]] = [
  { service: "DSL", contract: "Month-to-month", share: 0.174, tenure: [1, 1, 2, 4, 6, 10, 14, 21, 29, 41, 72], plans: [0.63, 0.76, 0.88], paperless: 0.59, extras: 0.24 },
  { service: "DSL", contract: "One year", share: 0.081, tenure: [1, 15, 24, 29, 36, 41, 47, 52, 58, 64, 72], plans: [0.37, 0.55, 0.73], paperless: 0.53, extras: 0.52 },
  { service: "DSL", contract: "Two year", share: 0.089, tenure: [0, 35, 49, 57, 62, 66, 68, 70, 72, 72, 72], plans: [0.21, 0.36, 0.49], paperless: 0.49, extras: 0.72 },
  { service: "Fiber optic", contract: "Month-to-month", share: 0.302, tenure: [1, 1, 3, 7, 11, 16, 23, 30, 39, 52, 72], plans: [0.37, 0.53, 0.69], paperless: 0.79, extras: 0.3 },
  { service: "Fiber optic", contract: "One year", share: 0.076, tenure: [4, 29, 39, 46, 51, 55, 59, 63, 66, 69, 72], plans: [0.14, 0.27, 0.38], paperless: 0.74, extras: 0.56 },
  { service: "Fiber optic", contract: "Two year", share: 0.061, tenure: [24, 50, 60, 64, 68, 70, 71, 72, 72, 72, 72], plans: [0.09, 0.18, 0.27], paperless: 0.71, extras: 0.73 },
  { service: "No", contract: "Month-to-month", share: 0.074, tenure: [1, 1, 1, 1, 3, 5, 7, 11, 16, 25, 61], plans: [1, 1, 1], paperless: 0.33, extras: 0.09 },
  { service: "No", contract: "One year", share: 0.052, tenure: [0, 7, 12, 17, 22, 26, 33, 39, 48, 56, 72], plans: [1, 1, 1], paperless: 0.27, extras: 0.18 },
  { service: "No", contract: "Two year", share: 0.091, tenure: [0, 15, 27, 39, 47, 54, 60, 65, 69, 72, 72], plans: [1, 1, 1], paperless: 0.27, extras: 0.36 },
];

export const segmentSteps = cumulative(segments.map((segment) => segment.share));
