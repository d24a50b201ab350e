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
      reason: isJson(value) ? "JSON with a character that PostgreSQL cannot keep" : "not JSON",
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
/** jsonb cannot keep the character NUL, nor half of a surrogate pair: JavaScript writes just these as such escapes. */
export const binaryJsonType = jsonType(
  (value) => !/\\u(?:0000|d[89a-f])/.test(JSON.stringify(JSON.parse(value)).replaceAll("\\\\", "")),
);
