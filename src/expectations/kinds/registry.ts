import type { Entry } from "../plan/entry.ts";
import { columnAggregates } from "./column-aggregate.ts";
import { columnMapFormats } from "./column-map-formats.ts";
import { columnMapOrder } from "./column-map-order.ts";
import { columnMapText } from "./column-map-text.ts";
import { columnMapValues } from "./column-map-values.ts";
import { columnSets } from "./column-sets.ts";
import { columnTypes } from "./column-types.ts";
import { columnPairs, multicolumns } from "./columns-by-row.ts";
import { cramersPhi } from "./cramers-phi.ts";
import { customQueries } from "./custom-queries.ts";
import { klDivergence } from "./kl-divergence.ts";
import { tableExpectations } from "./table.ts";

/** Every expectation there is, by name. Adding one is one entry and one test. */
export const registry: ReadonlyMap<string, Entry> = new Map(
  [
    ...[columnMapValues, columnMapText, columnMapFormats, columnMapOrder],
    ...[columnPairs, cramersPhi, multicolumns],
    ...[columnAggregates, columnSets, columnTypes, klDivergence],
    ...[tableExpectations, customQueries],
  ].flatMap((entries) => entries.map((entry) => [entry.type, entry] as const)),
);
