import { type } from "./arktype.ts";
import { type FaultCode, faultCodes } from "./fault-codes.ts";

/**
 * What is wrong with a drop, as schemas for the gate where events enter. Apart from the rest that is known of faults:
 * whoever finds faults need not load what checks them.
 */

const Code = type.enumerated(...(Object.keys(faultCodes) as FaultCode[]));

/**
 * One thing wrong with a drop. `line` is 1-based, counts physical lines, and is where the record starts;
 * `value` is as written, escaped and cut to be shown. What does not apply is absent.
 */
export const FaultSchema = type({
  file: "string",
  "line?": "number",
  "column?": "string",
  "value?": "string",
  code: Code,
  reason: "string",
});

/** Where one fault stands, and the value as written. */
const Place = type({ "line?": "number", "value?": "string" });

/** All faults of one kind in one column of one file: how many there are, why, and where the first of them stand. */
export const FaultGroupSchema = type({
  file: "string",
  "column?": "string",
  code: Code,
  /** Of the first of them. */
  reason: "string",
  count: "number.integer > 0",
  first: Place.array(),
});
