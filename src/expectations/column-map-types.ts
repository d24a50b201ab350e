import { columnOf, type Entry, entry, OnRowsOfColumn } from "./entry.ts";
import type { Known, Scope } from "./plan.ts";
import { typeClasses } from "./sqlalchemy-types.ts";

/** Expectations on a column's declared type: the catalog answers them. */
export const columnMapTypes: readonly Entry[] = [
  entry("expect_column_values_to_be_of_type", { ...OnRowsOfColumn, type_: "string > 0" }, (args, scope) =>
    ofType(scope, args.column, [args.type_]),
  ),

  entry("expect_column_values_to_be_in_type_list", { ...OnRowsOfColumn, type_list: "string[] | null" }, (args, scope) =>
    ofType(scope, args.column, args.type_list),
  ),
];

function ofType(scope: Scope, name: string, wanted: readonly string[] | null): Known {
  const found = typeClasses(columnOf(scope, "column", name).type);
  const success = wanted === null || found.some((known) => wanted.includes(known));
  return { kind: "known", answer: { success, observed: found[0] } };
}
