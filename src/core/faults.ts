import type { FaultSchema } from "./fault-schemas.ts";

export { type FaultCode, faultCodes } from "./fault-codes.ts";

/** One thing wrong with a drop. */
export type Fault = typeof FaultSchema.infer;
