import type { Column } from "../../../src/core/columns.ts";
import type { TableSource } from "../../../src/csv/source.ts";

export const table = "usage_agg_30d";

const columnOf = (name: string, type: string, nullable = true): Column => {
  return { name, type, nullable, precision: null, scale: null, length: null };
};

/** That some files have besides. */
const days = [columnOf("last_seen", "date"), columnOf("is_trial", "bool")];

/** A file of the table that is read, as the catalog describes it: no database is needed to read alone. */
export function sourceIn(path: string): TableSource {
  const key = ["user_id"];
  const columns = [
    columnOf("user_id", "text", false),
    columnOf("watch_hours_30d", "numeric"),
    columnOf("avg_session_mins_7d", "numeric"),
    columnOf("unique_devices_30d", "int4"),
    columnOf("skips_7d", "int4"),
    columnOf("rebuffer_events_7d", "int4"),
    ...days,
  ];
  const shape = { schema: "public", name: table, columns, key };
  return {
    path,
    shape,
    optional: new Set(days.map(({ name }) => name)),
    dates: { from: "1900-01-01", to: "2100-12-31" },
  };
}
