/** A row condition as a person would say it: `plan = "basic" and fee > 10`; nothing for none, a text as it stands. */
export function conditionInWords(condition: unknown): string {
  if (typeof condition === "string") return condition;
  if (typeof condition !== "object" || condition === null) return "";
  const { type, column, operator, parameter, is_null: isNull, conditions } = condition as Partial<Fields>;
  if (type === "nullity") return `${column?.name} is ${isNull ? "null" : "not null"}`;
  if (type === "comparison") return `${column?.name} ${operator} ${JSON.stringify(parameter)}`;
  if (!Array.isArray(conditions)) return "";
  const parts = conditions.map((one) => (isJoined(one) ? `(${conditionInWords(one)})` : conditionInWords(one)));
  return parts.join(` ${type} `);
}

/** What a condition may have; a suite that was not checked yet may leave out any of it. */
interface Fields {
  type: string;
  column: { name?: unknown };
  operator: string;
  parameter: unknown;
  is_null: boolean;
  conditions: unknown[];
}

function isJoined(condition: unknown): boolean {
  return typeof condition === "object" && condition !== null && "conditions" in condition;
}
