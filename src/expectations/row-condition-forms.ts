import { requireMet } from "../core/checks.ts";
import { approximated, exactly } from "../core/exact-number.ts";
import { suiteError } from "./plan/values.ts";

const operators = ["==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN"] as const;

export interface Comparison {
  type: "comparison";
  column: { name: string };
  operator: (typeof operators)[number];
  parameter: unknown;
}

/** A condition as Great Expectations saves it since 1.9; what it saved before is read into one. */
export type RowCondition =
  | Comparison
  | { type: "nullity"; column: { name: string }; is_null: boolean }
  | { type: "and"; conditions: readonly unknown[] }
  | { type: "or"; conditions: readonly unknown[] };

const column = { name: "string > 0" } as const;

/** What a condition of each type has to look like. */
export const conditionForms: Record<string, object> = {
  comparison: {
    type: "'comparison'",
    column,
    operator: ["===", ...operators],
    parameter: "unknown",
  },
  nullity: { type: "'nullity'", column, is_null: "boolean" },
  and: { type: "'and'", conditions: "unknown[]" },
  or: { type: "'or'", conditions: "unknown[]" },
};

/** The condition that an object is. Throws for one that is none in PostgreSQL. */
export function requireCondition(given: unknown): RowCondition {
  const type = typeof given === "object" && given !== null && "type" in given ? String(given.type) : "";
  const definition = Object.hasOwn(conditionForms, type) ? conditionForms[type] : undefined;
  if (definition === undefined) {
    const known = Object.keys(conditionForms).join(", ");
    throw suiteError("row_condition", `there is no condition of the type "${type}" in PostgreSQL; there are ${known}`);
  }
  requireMet(definition, approximated(given), ({ summary }) =>
    suiteError("row_condition", summary.replaceAll("\n", "; ")),
  );
  return given as RowCondition;
}

/** The columns that a condition names, be it sound or not. */
export function columnsOf(condition: unknown): string[] {
  if (typeof condition !== "object" || condition === null) return [];
  if ("conditions" in condition && Array.isArray(condition.conditions)) return condition.conditions.flatMap(columnsOf);
  const named = "column" in condition ? condition.column : null;
  const name = typeof named === "object" && named !== null && "name" in named ? named.name : null;
  return typeof name === "string" ? [name] : [];
}

const forms = `col("name") == 5, col("name") != "text", col("name") >= date("2024-01-31") or col("name").notnull()`;

const grammar =
  /^\s*col\("(?<column>[^"]+)"\)\s*(?:(?<notnull>\.notnull\(\))|(?<operator>[=!<>]=|[<>])\s*(?<operand>\S.*?))\s*$/is;

/**
 * The condition that a text says in Great Expectations' grammar: `col("name")`, then `.notnull()`, or `== != < <= > >=` and
 * a number, a text in quotes or `date("…")`.
 */
export function readCondition(given: unknown): RowCondition {
  const parts = typeof given === "string" ? grammar.exec(given)?.groups : undefined;
  if (parts === undefined) throw suiteError("row_condition", `${JSON.stringify(given)} cannot be read; write ${forms}`);
  const column = { name: parts.column ?? "" };
  if (parts.notnull !== undefined) return { type: "nullity", column, is_null: false };
  const parameter = operandOf(parts.operand ?? "");
  if (parameter === undefined) {
    const wants = `is no number, text in quotes or date for ${column.name}; write ${forms}`;
    throw suiteError("row_condition", `${parts.operand} ${wants}`);
  }
  return { type: "comparison", column, operator: parts.operator as Comparison["operator"], parameter };
}

function operandOf(text: string): unknown {
  if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text)) return exactly(text);
  const [, double, single] = /^(?:"([^"']*)"|'([^"']*)')$/.exec(text) ?? [];
  return double ?? single ?? /^date\(\s*["']([^"']*)["']\s*\)$/.exec(text)?.[1];
}
