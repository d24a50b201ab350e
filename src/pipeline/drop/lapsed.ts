import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import type { Past } from "./past.ts";

/**
 * Columns that this file leaves out, as the manifest lets it, and that drops before it carried: in its rows they are NULL, live
 * as in the snapshot. What no drop ever carried is not the drops', and what fills itself is the table's own.
 */
export function lapsedColumns(
  { name, manifest, live }: LoadTable,
  carried: readonly string[],
  { publications }: Pick<Past, "publications">,
): string[] {
  const before = new Set(
    publications.flatMap(({ files }) =>
      files.filter(({ table }) => table === name).flatMap(({ columns }) => columns ?? []),
    ),
  );
  const isOwn = (column: string) => carried.includes(column) || live.selfFilling.includes(column);
  return manifest.absent.filter((column) => before.has(column) && !isOwn(column));
}
