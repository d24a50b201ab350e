import { numberKey } from "../../core/exact-number.ts";
import type { Attempt } from "../../postgres/connection/attempt.ts";
import type { RowsAsTexts } from "../../postgres/connection/rows-as-texts.ts";
import type { Match } from "../plan/plan.ts";
import type { FormatOptions } from "../plan/result-format.ts";
import { compareShown, familyOf, type JsonValue, jsonValue, numeric } from "../plan/values.ts";
import type { ResultFields } from "./result.ts";
import { type Place, selectTexts } from "./select.ts";

/** A row of a query: what it is matched by, which no other text is equal to where it is a symbol, and its values. */
interface Row {
  key: string | symbol;
  values: JsonValue[];
  shown: Record<string, JsonValue>;
}

/** Whether two queries give the same rows, in whatever order and however the columns are called. */
export async function matchOutcome(
  place: Place,
  plan: Match,
  { level }: FormatOptions,
): Promise<Attempt<{ success: boolean; result: ResultFields }>> {
  const base = await selectTexts(place, plan.base);
  if ("exception" in base) return base;
  const comparison = await selectTexts(place, plan.comparison);
  if ("exception" in comparison) return comparison;
  const [found, wanted] = [rowsOf(base.value), rowsOf(comparison.value)];
  const most = Math.max(found.length, wanted.length);
  const unexpectedRows = without(found, wanted);
  const matched = found.length - unexpectedRows.length;
  const success = most === 0 || matched / most >= plan.mostly;
  if (level === "BOOLEAN_ONLY") return { value: { success, result: {} } };
  const result = {
    unexpected_count: most - matched,
    unexpected_percent: most === 0 ? 0 : ((most - matched) / most) * 100,
  };
  if (level !== "COMPLETE") return { value: { success, result } };
  const details = { missing_rows: listed(without(wanted, found)), unexpected_rows: listed(unexpectedRows) };
  return { value: { success, result: { ...result, details } } };
}

function rowsOf({ columns, rows }: RowsAsTexts): Row[] {
  return rows.map((row) => {
    const cells = columns.map(({ name, type }, at) => ({ name, type, text: row[at] ?? null }));
    const values = cells.map(({ type, text }) =>
      jsonValue({ type }, type === "bool" && text !== null ? isTrue(text) : text),
    );
    const shown = Object.fromEntries(cells.map(({ name }, at) => [name, values[at] ?? null]));
    // Nothing equals NaN.
    const isAlone = cells.some(({ type, text }) => text === "NaN" && isNumber(type));
    return { key: isAlone ? Symbol() : JSON.stringify(cells.map(keyOf)), values, shown };
  });
}

function isTrue(text: string): boolean {
  return text === "t";
}

function isNumber(type: string): boolean {
  return numeric.includes(familyOf({ type }));
}

/** What values that are equal have in common: numbers and booleans are compared as numbers, others as texts of a type. */
function keyOf({ type, text }: { type: string; text: string | null }): string[] | null {
  if (text === null) return null;
  if (type === "bool") return ["number", numberKey(isTrue(text) ? 1 : 0)];
  return isNumber(type) ? ["number", numberKey(text)] : [type, text];
}

/** The rows of which the others have not as many. */
function without(rows: readonly Row[], others: readonly Row[]): Row[] {
  const left = new Map([...Map.groupBy(others, ({ key }) => key)].map(([key, alike]) => [key, alike.length]));
  return rows.filter(({ key }) => {
    const times = left.get(key) ?? 0;
    left.set(key, times - 1);
    return times <= 0;
  });
}

function listed(rows: readonly Row[]): Row["shown"][] {
  return rows.toSorted((a, b) => compareShown(a.values, b.values)).map(({ shown }) => shown);
}
