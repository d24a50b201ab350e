import type { Column } from "../../core/columns.ts";
import { numberKey } from "../../core/exact-number.ts";
import { type Family, familyOf, sortableMoment } from "../../expectations/plan/values.ts";

/**
 * The one form of a key of these columns, which a file may write in another way than a result does: `007`, `1.50`,
 * `2024-01-31 10:00`. A key of several columns is a JSON array of their values.
 */
export function keyForm(columns: readonly Column[]): (key: string) => string {
  const [first] = columns;
  if (first === undefined || columns.every((column) => forms[familyOf(column)] === undefined)) return (key) => key;
  if (columns.length === 1) return (key) => formOf(first, key);
  return (key) => {
    const values: string[] = JSON.parse(key);
    return JSON.stringify(columns.map((column, at) => formOf(column, values[at] ?? "")));
  };
}

function formOf(column: Column, text: string): string {
  return forms[familyOf(column)]?.(text, column) ?? text;
}

const forms: Partial<Record<Family, (text: string, column: Column) => string>> = {
  integer: numberForm,
  numeric: numberForm,
  float: (text, { type }) => String(type === "float4" ? Math.fround(Number(text)) : Number(text)),
  date: sortableMoment,
  timestamp: sortableMoment,
  timestamptz: sortableMoment,
  bool: (text) => text.toLowerCase(),
};

/** Zeros before and after it are of no account. */
function numberForm(text: string): string {
  return numberKey(text.replace(/^(-?)0*(?=\d)/, "$1").replace(/^(-?)\./, "$10."));
}
