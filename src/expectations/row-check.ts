import type { Column } from "../core/columns.ts";
import type { RowCheck } from "./plan.ts";
import { all, any, name, q, type Sql } from "./sql.ts";

type Extras = Partial<
  Pick<RowCheck, "countsNulls" | "refusesNulls" | "interval" | "from" | "alone" | "unexpected" | "counts" | "obstacle">
>;

/** A check of one column, NULLs left out. `expected` is NULL where the column is: the screen finds NULLs by that. */
export function rowCheck(column: Column, mostly: number | undefined, expected: Sql, extras: Extras = {}): RowCheck {
  return {
    kind: "rows",
    columns: [column.name],
    show: "value",
    judged: null,
    expected,
    countsNulls: false,
    mostly: mostly ?? 1,
    alone: false,
    ...extras,
  };
}

/** A check of two columns together; by default rows where both are NULL are not judged. */
export function pairCheck(columns: readonly [string, string], args: PairArgs, expected: Sql): RowCheck {
  const present = columns.map((column) => q`${name(column)} is not null`);
  const judged = {
    both_values_are_missing: any(present),
    either_value_is_missing: all(present),
    neither: q`true`,
  }[args.ignore_row_if ?? "both_values_are_missing"];
  return { ...common(columns, args.mostly, expected), show: "pair", judged };
}

/** A check of several columns together; by default rows where all are NULL are not judged. */
export function recordCheck(columns: readonly string[], args: RecordArgs, expected: Sql): RowCheck {
  const present = columns.map((column) => q`${name(column)} is not null`);
  return { ...common(columns, args.mostly, expected), show: "record", judged: judgedRecords(args, present) };
}

/** The records that `ignore_row_if` leaves, by the conditions that each column holds a value. */
export function judgedRecords({ ignore_row_if: ignored }: RecordArgs, present: readonly Sql[]): Sql {
  if (ignored === "never") return q`true`;
  return ignored === "any_value_is_missing" ? all(present) : any(present);
}

interface PairArgs {
  mostly?: number;
  ignore_row_if?: "both_values_are_missing" | "either_value_is_missing" | "neither";
}

interface RecordArgs {
  mostly?: number;
  ignore_row_if?: "all_values_are_missing" | "any_value_is_missing" | "never";
}

function common(columns: readonly string[], mostly: number | undefined, expected: Sql) {
  return { kind: "rows" as const, columns, expected, countsNulls: false, mostly: mostly ?? 1, alone: false };
}

/** The condition that picks the unexpected rows, of those the scope speaks of. */
export function unexpectedRows({ judged, expected, unexpected }: RowCheck, rows: Sql | null): Sql {
  const conditions = [rows, judged].flatMap((one) => (one === null ? [] : [one]));
  return all([...conditions, unexpected ?? q`not (${expected})`]);
}
