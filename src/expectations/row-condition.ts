import type { Column, TableShape } from "../core/columns.ts";
import { ordered } from "./plan/bounds.ts";
import { compared, name, type Operator, q, type Sql } from "./plan/sql.ts";
import { comparable, constantFor, familyOf, suiteError, temporal } from "./plan/values.ts";

const parsers = ["great_expectations", "great_expectations__experimental__"];

const forms = `col("name") == 5, col("name") != "text", col("name") >= date("2024-01-31") or col("name").notnull()`;

const grammar =
  /^\s*col\("(?<column>[^"]+)"\)\s*(?:(?<notnull>\.notnull\(\))|(?<operator>[=!<>]=|[<>])\s*(?<operand>\S.*?))\s*$/is;

/**
 * The rows that a `row_condition` picks; null for none given. Great Expectations' grammar: `col("name")`, then
 * `.notnull()`, or `== != < <= > >=` and a number, a text in quotes or `date("…")`. What does not fit is refused.
 */
export function parseRowCondition(given: unknown, parser: unknown, shape: TableShape): Sql | null {
  if (given === undefined || given === null) return null;
  if (typeof parser !== "string" || !parsers.includes(parser)) {
    throw suiteError("condition_parser", `it must be "great_expectations" for a condition in PostgreSQL`);
  }
  const parts = typeof given === "string" ? grammar.exec(given)?.groups : undefined;
  if (parts === undefined) throw suiteError("row_condition", `${JSON.stringify(given)} cannot be read; write ${forms}`);
  const column = shape.columns.find((one) => one.name === parts.column);
  if (column === undefined || column.name.includes(".")) {
    throw suiteError("row_condition", `table ${shape.name} has no column "${parts.column}"`);
  }
  if (parts.notnull !== undefined) return q`${name(column.name)} is not null`;
  const operator = operators[parts.operator ?? ""];
  if (operator === undefined) throw suiteError("row_condition", `there is no operator "${parts.operator}"`);
  const subject = familyOf(column) === "text" ? ordered(column) : comparable(column);
  return q`(${compared(subject, operator, operandOf(parts.operand ?? "", column))})`;
}

const operators: Record<string, Operator> = { "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" };

function operandOf(text: string, column: Column): Sql {
  if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text)) return constantFor(column, "row_condition", Number(text));
  const [, double, single] = /^(?:"([^"']*)"|'([^"']*)')$/.exec(text) ?? [];
  const literal = double ?? single;
  if (literal !== undefined) return constantFor(column, "row_condition", literal);
  const date = /^date\(\s*["']([^"']*)["']\s*\)$/.exec(text)?.[1];
  if (date !== undefined && temporal.includes(familyOf(column))) return constantFor(column, "row_condition", date);
  throw suiteError("row_condition", `${text} is no number, text in quotes or date for ${column.name}; write ${forms}`);
}
