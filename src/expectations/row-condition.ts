import type { Column, TableShape } from "../core/columns.ts";
import { ordered } from "./plan/bounds.ts";
import { NoColumn } from "./plan/no-column.ts";
import { all, compared, name, q, type Sql, some } from "./plan/sql.ts";
import { comparable, constantFor, familyOf, isAmong, suiteError } from "./plan/values.ts";
import { type Comparison, type RowCondition, readCondition, requireCondition } from "./row-condition-forms.ts";

const parsers = ["great_expectations", "great_expectations__experimental__"];

const operators = { "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" } as const;

/**
 * The rows that a `row_condition` picks; null for none given. It is an object, or a text in Great Expectations' grammar of
 * before 1.9, which needs a parser beside it. What does not fit is refused.
 */
export function parseRowCondition(given: unknown, parser: unknown, shape: TableShape): Sql | null {
  if (given === undefined || given === null) return null;
  if (typeof given === "object") return picked(requireCondition(given), shape);
  if (typeof parser !== "string" || !parsers.includes(parser)) {
    throw suiteError("condition_parser", `it must be "great_expectations" for a condition in PostgreSQL`);
  }
  return picked(readCondition(given), shape);
}

function picked(condition: RowCondition, shape: TableShape): Sql {
  if (condition.type === "and" || condition.type === "or") {
    const parts = condition.conditions.map((one) => picked(requireCondition(one), shape));
    return condition.type === "and" ? all(parts) : some(parts);
  }
  const column = shape.columns.find((one) => one.name === condition.column.name);
  if (column === undefined) throw new NoColumn("row_condition", shape, condition.column.name);
  if (condition.type === "nullity") return q`${name(column.name)} is ${condition.is_null ? q`null` : q`not null`}`;
  return comparison(column, condition);
}

function comparison(column: Column, { operator, parameter }: Comparison): Sql {
  if (operator === "IN" || operator === "NOT_IN") {
    if (!Array.isArray(parameter)) throw suiteError("row_condition", `${operator} wants a list as its parameter`);
    const among = isAmong(column, "row_condition", parameter);
    return operator === "IN" ? q`(${among})` : q`not (${among})`;
  }
  if (parameter === null) throw suiteError("row_condition", `nothing is ${operator} null; a "nullity" asks for it`);
  const subject = familyOf(column) === "text" ? ordered(column) : comparable(column);
  return q`(${compared(subject, operators[operator], constantFor(column, "row_condition", parameter))})`;
}
