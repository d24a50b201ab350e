import { columnAggregates } from "./column-aggregate.ts";
import { columnMapValues } from "./column-map-values.ts";
import type { Entry } from "./entry.ts";
import { tableExpectations } from "./table.ts";

/** Every expectation there is, by name, in Great Expectations' groups. Adding one is one entry and one test. */
export const registry: ReadonlyMap<string, Entry> = new Map(
  [...columnMapValues, ...columnAggregates, ...tableExpectations].map((entry) => [entry.type, entry]),
);
