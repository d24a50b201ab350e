import { type FaultCode, faultCodes } from "./fault-codes.ts";

/**
 * What is wrong with a drop, as definitions for the gate where events enter. Apart from the rest that is known of faults:
 * whoever finds faults need not load what checks them.
 */

const code = ["===", ...(Object.keys(faultCodes) as FaultCode[])] as const;

/**
 * One thing wrong with a drop. `line` is 1-based, counts physical lines, and is where the record starts;
 * `value` is as written, escaped and cut to be shown. What does not apply is absent.
 */
export const fault = {
  file: "string",
  "line?": "number",
  "column?": "string",
  "value?": "string",
  code,
  reason: "string",
} as const;

/** Where one fault stands, and the value as written. */
const place = { "line?": "number", "value?": "string" } as const;

/** All faults of one kind in one column of one file: how many there are, why, and where the first of them stand. */
export const faultGroup = {
  file: "string",
  "column?": "string",
  code,
  /** Of the first of them. */
  reason: "string",
  count: "number.integer > 0",
  first: [place, "[]"],
} as const;
