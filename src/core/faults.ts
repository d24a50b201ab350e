import { type } from "./arktype.ts";
import { type FaultCode, faultCodes } from "./fault-codes.ts";

export { type FaultCode, faultCodes } from "./fault-codes.ts";

/**
 * One thing wrong with a drop. `line` is 1-based, counts physical lines, and is where the record starts;
 * `value` is as written, escaped and cut to be shown. What does not apply is absent.
 */
export const Fault = type({
  file: "string",
  "line?": "number",
  "column?": "string",
  "value?": "string",
  code: type.enumerated(...(Object.keys(faultCodes) as FaultCode[])),
  reason: "string",
});

export type Fault = typeof Fault.infer;
