import type { Column } from "../core/columns.ts";
import { comparableWith } from "./column-pair.ts";
import { columnOf, type Entry, entry, OnRowsOfColumns } from "./entry.ts";
import { fault } from "./fault.ts";
import type { Scope } from "./plan.ts";
import { noRepeats } from "./repeats.ts";
import { judgedRecords, recordCheck } from "./row-check.ts";
import { any, type ElementType, name, q, type Sql, value } from "./sql.ts";
import { comparable, type Family, familyOf, numeric } from "./values.ts";

/** Multicolumn expectations: on the values that one row has in several columns. */
export const multicolumns: readonly Entry[] = [
  entry("expect_multicolumn_sum_to_equal", { ...OnRowsOfColumns, sum_total: "number" }, (args, scope) => {
    const columns = columnsOf(scope, args.column_list, numeric);
    const sum = columns.map(addend).reduce((left, right) => q`${left} + ${right}`);
    const total = value(typeOfSum(columns, args.sum_total), String(args.sum_total));
    return recordCheck(args.column_list, args, q`${sum} = ${total}`);
  }),

  entry("expect_select_column_values_to_be_unique_within_record", OnRowsOfColumns, (args, scope) => {
    const columns = columnsOf(scope, args.column_list);
    const pairs = columns.flatMap((a, at) => columns.slice(at + 1).map((b) => [a, b] as const));
    return recordCheck(args.column_list, args, q`not ${any(pairs.map(([a, b]) => same(a, b)))}`);
  }),

  entry("expect_compound_columns_to_be_unique", OnRowsOfColumns, (args, scope) => {
    const columns = columnsOf(scope, args.column_list);
    const { expected, ...rest } = noRepeats(columns, scope, (present) => judgedRecords(args, present));
    return { ...recordCheck(args.column_list, args, expected), ...rest };
  }),
];

function columnsOf(scope: Scope, names: readonly string[], accepts?: readonly Family[]): Column[] {
  return names.map((column) => columnOf(scope, "column_list", column, accepts));
}

/** The type that the total is compared in. */
function typeOfSum(columns: readonly Column[], total: number): ElementType {
  if (columns.some((column) => familyOf(column) === "float")) return "float8";
  const isSmall = columns.every((column) => column.type === "int4" || column.type === "int2");
  return isSmall && Number.isSafeInteger(total) ? "int8" : "numeric";
}

/** Sums of integers must not overflow. */
function addend(column: Column): Sql {
  if (familyOf(column) !== "integer") return name(column.name);
  return column.type === "int8" ? q`${name(column.name)}::numeric` : q`${name(column.name)}::int8`;
}

function same(a: Column, b: Column): Sql {
  if (!comparableWith(a, b)) {
    throw fault("column_list", `${b.name} is ${b.type} and ${a.name} is ${a.type}: they cannot be compared`);
  }
  const [left, right] = [name(a.name), name(b.name)];
  return q`(${comparable(a)} = ${comparable(b)} or (${left} is null and ${right} is null))`;
}
