import type { ExpectationValidationResult, SuiteValidationResult } from "../../src/expectations/results/result.ts";
import { validateTable } from "../../src/expectations/validate.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";

export type Kwargs = Record<string, unknown>;
export type Asked = [type: string, kwargs: Kwargs];

/** The answers to some expectations on one table, asked as one suite. */
export async function ask(sql: Sql, table: string, asked: readonly Asked[]): Promise<ExpectationValidationResult[]> {
  return (await validate(sql, table, asked)).results;
}

export async function validate(sql: Sql, table: string, asked: readonly Asked[]): Promise<SuiteValidationResult> {
  const suite = { name: "asked", expectations: asked.map(([type, kwargs]) => ({ type, kwargs })) };
  return validateTable(sql, {
    suiteText: JSON.stringify(suite),
    suitePath: "asked.json",
    table,
    parameters: {},
    resultFormat: "COMPLETE",
  });
}

/** In a few words: `ok`, `2 of 5: a, b`, `ok: 3.5`, or `error: …` without the suite's name. */
export function inShort({ success, result, exception_info: info }: ExpectationValidationResult): string {
  if (info.raised_exception) return `error: ${info.exception_message?.replace(/^.*?\(\w+\): /, "")}`;
  const { observed_value: observed, unexpected_count: unexpected, unexpected_list: list } = result;
  const verdict = success ? "ok" : "no";
  if (observed !== undefined) return `${verdict}: ${JSON.stringify(observed)}`;
  if (unexpected === undefined) return verdict;
  if (unexpected === 0) return verdict;
  const values = (list ?? []).map((value) => JSON.stringify(value)).sort();
  return `${verdict}, ${unexpected} of ${(result.element_count ?? 0) - (result.missing_count ?? 0)}: ${values.join(" ")}`;
}
