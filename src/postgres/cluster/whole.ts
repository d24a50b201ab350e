import { ConsoleError } from "../../core/errors.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import { isPlaced, placings } from "./plan.ts";

/** Throws where some of the tables were spread over a cluster's nodes, and others are yet to be: the two cannot be joined. */
export function requireWhole(tables: readonly LoadTable[]): void {
  const all = placings(tables);
  const left = all.filter((one) => !isPlaced(one)).map(({ table }) => table.name);
  if (left.length === 0 || left.length === all.length) return;
  throw new ConsoleError(
    "schema_mismatch",
    `Of the tables some are spread over the cluster's nodes, and not ${left.join(", ")}.`,
    {
      hint: "`doctor --distribute --yes` goes on where that ended.",
    },
  );
}
