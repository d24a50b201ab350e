/** How much of each result a validation tells, in Great Expectations' own words. */
export const resultFormats = ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"] as const;
export type ResultFormat = (typeof resultFormats)[number];
