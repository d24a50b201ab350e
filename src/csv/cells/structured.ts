import type { CellType, MakeCellType } from "./cell-type.ts";

/** uuid: the canonical form, in either case. */
export const uuidType: MakeCellType = () => ({
  isText: false,
  pattern: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  within: null,
  explain: () => ({ code: "not_of_type", reason: "not a UUID such as 5b30857f-0bfa-48b5-ac0b-5c64e28078d1" }),
});

function jsonType(keeps: (value: string) => boolean): MakeCellType {
  const type: CellType = {
    isText: false,
    pattern: /\S/,
    within: (value) => isJson(value) && keeps(value),
    explain: (value) => ({
      code: "not_of_type",
      reason: isJson(value) ? "JSON with a character or a number that PostgreSQL cannot keep" : "not JSON",
    }),
  };
  return () => type;
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

export const plainJsonType = jsonType(() => true);
export const binaryJsonType = jsonType((value) => hasSoundText(value) && hasSoundNumbers(value));

/** jsonb cannot keep the character NUL, nor half of a surrogate pair: JavaScript writes just these as such escapes. */
function hasSoundText(value: string): boolean {
  return !/\\u(?:0000|d[89a-f])/.test(JSON.stringify(JSON.parse(value)).replaceAll("\\\\", ""));
}

/** jsonb keeps numbers as numeric, whose digits are limited; this is well within the limits. */
function hasSoundNumbers(value: string): boolean {
  return !/e[+-]?\d{5}|\d{5000}/i.test(value.replace(/"(?:[^"\\]|\\.)*"/g, ""));
}
