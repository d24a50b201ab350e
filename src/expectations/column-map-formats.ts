import { columnOf, type Entry, entry, OnRowsOfColumn } from "./entry.ts";
import { fault } from "./fault.ts";
import { isJson } from "./is-json.ts";
import { rowCheck } from "./row-check.ts";
import { name } from "./sql.ts";
import { matchesTime } from "./strftime.ts";

/** Column map expectations on texts that are written in some format. */
export const columnMapFormats: readonly Entry[] = [
  entry("expect_column_values_to_be_json_parseable", OnRowsOfColumn, ({ column, mostly }, scope) => {
    const subject = columnOf(scope, "column", column, ["text"]);
    return rowCheck(subject, mostly, isJson(name(column), scope.serverVersion));
  }),

  entry(
    "expect_column_values_to_match_strftime_format",
    { ...OnRowsOfColumn, strftime_format: "string > 0" },
    ({ column, mostly, strftime_format: format }, scope) => {
      const subject = columnOf(scope, "column", column, ["text"]);
      const expected = matchesTime(name(column), format, (reason) => fault("strftime_format", reason));
      return rowCheck(subject, mostly, expected);
    },
  ),
];
