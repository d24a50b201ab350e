import type { type } from "./arktype.ts";
import type { fault } from "./fault-schemas.ts";

export { type FaultCode, faultCodes } from "./fault-codes.ts";

/** One thing wrong with a drop. */
export type Fault = type.infer<typeof fault>;
