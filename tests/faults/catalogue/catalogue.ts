import type { Fault } from "./fault.ts";
import { processes } from "./processes.ts";

/** Every fault there is, besides those of the sweep. */
export const catalogue: readonly Fault[] = [...processes];
