import { expect } from "bun:test";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import { ask, inShort, type Kwargs } from "./evaluate-one.ts";

/** An expectation and what it finds, in short. */
export type Row = [type: string, kwargs: Kwargs, found: string];

/** Asks all rows as one suite, and holds every answer against what its row says. */
export async function checkTable(sql: Sql, table: string, rows: readonly Row[]): Promise<void> {
  const answers = await ask(
    sql,
    table,
    rows.map(([type, kwargs]) => [type, kwargs]),
  );
  expect(rows.map(([type, kwargs], at) => [type, kwargs, inShort(answers[at] ?? never)])).toEqual([...rows]);
}

/** The same for expectations on columns, whose types are given without their common beginning. */
export function checkColumns(sql: Sql, table: string, rows: readonly Row[]): Promise<void> {
  return checkTable(
    sql,
    table,
    rows.map(([type, kwargs, found]): Row => [`expect_column_${type}`, kwargs, found]),
  );
}

const never = {
  success: false,
  expectation_config: { type: "", kwargs: {}, severity: "critical" },
  result: {},
  meta: {},
  exception_info: { raised_exception: true, exception_message: "no answer", exception_traceback: "no answer" },
} as const;

export const onRows = (condition: string): Kwargs => ({
  row_condition: condition,
  condition_parser: "great_expectations",
});
