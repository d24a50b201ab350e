import { addresses } from "./addresses.ts";
import { disk } from "./disk.ts";
import { drops } from "./drops.ts";
import type { Fault } from "./fault.ts";
import { operators } from "./operators.ts";
import { processes } from "./processes.ts";
import { restored } from "./restored.ts";
import { roles } from "./roles.ts";
import { screens } from "./screens.ts";
import { server } from "./server.ts";
import { tables } from "./tables.ts";
import { words } from "./words.ts";

/** Every fault there is, besides those of the sweep. */
export const catalogue: readonly Fault[] = [
  ...processes,
  ...screens,
  ...server,
  ...disk,
  ...operators,
  ...roles,
  ...addresses,
  ...drops,
  ...tables,
  ...restored,
  ...words,
];
