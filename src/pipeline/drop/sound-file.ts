import type { Dataset } from "../../core/dataset.ts";
import type { Fault } from "../../core/faults.ts";
import { formatCounted } from "../../core/format.ts";
import type { Warning } from "../../core/messages/events.ts";
import { showValue } from "../../core/text.ts";
import { lineWordOf } from "../../core/written/file-names.ts";
import type { WholeRead } from "../../csv/parts/open.ts";
import type { Publication } from "../../postgres/ledger/queries.ts";
import type { Incoming } from "./months.ts";
import { rowCountTrouble } from "./row-counts.ts";

/** What is to be told of a file in which each row is sound. */
export function toTellOfRows(
  dataset: Dataset,
  before: Publication | null,
  one: Incoming,
  { rows, controls, rounded, parts }: Pick<WholeRead, "rows" | "controls" | "rounded" | "parts">,
): { fault: Fault | null; warnings: Warning[] } {
  const trouble = rowCountTrouble(dataset, before, one, rows);
  const isOfParts = parts.length > 1;
  const warnings = [
    ...controlWarnings(one.table.name, controls, isOfParts),
    ...roundingWarnings(one, rounded, isOfParts),
  ];
  if (trouble === null) return { fault: null, warnings };
  if ("fault" in trouble) return { fault: trouble.fault, warnings };
  return { fault: null, warnings: [trouble.warning, ...warnings] };
}

/** Which columns keep other digits than are written. */
function roundingWarnings({ table }: Incoming, rounded: WholeRead["rounded"], isOfParts: boolean): Warning[] {
  if (rounded.length === 0) return [];
  const typeOf = (name: string) => table.live.columns.find((column) => column.name === name)?.type ?? "float8";
  const places = rounded.map(({ column, line, file }) => {
    const type = typeOf(column) === "float4" ? "real" : "double precision";
    return `${showValue(column)} (${type}, first on ${lineWordOf(file)} ${line}${isOfParts ? ` of ${file}` : ""})`;
  });
  return [
    {
      title: `${table.name}: more digits than the column holds in ${places.join(", ")}.`,
      hint: "The nearest number that it holds is kept. If the digits count, make the column numeric.",
    },
  ];
}

/** Where texts hold characters that steer a terminal. */
function controlWarnings(table: string, controls: WholeRead["controls"], isOfParts: boolean): Warning[] {
  if (controls.length === 0) return [];
  const places = controls.map(({ column, count, line, file }) => {
    const first = `first on ${lineWordOf(file)} ${line}${isOfParts ? ` of ${file}` : ""}`;
    return `${showValue(column)} (${formatCounted(count, "value")}, ${first})`;
  });
  return [
    {
      title: `${table}: control characters in ${places.join(", ")}.`,
      hint: "A terminal that shows these values obeys them: ask the sender to leave them out.",
    },
  ];
}
