import type { Column } from "../../core/columns.ts";
import { formatCount } from "../../core/format.ts";
import type { CellType, DateRange, MakeCellType } from "./cell-type.ts";
import { dateType, plainTimestampType, zonedTimestampType } from "./dates.ts";
import { floatType, integerType, numericType } from "./numbers.ts";

/** text, varchar(length), bpchar(length): anything that fits, counted in characters as PostgreSQL does. */
export const textType: MakeCellType = ({ length }) => {
  const type: CellType = {
    isText: true,
    pattern: /^/,
    within: length === null ? null : (value) => value.length <= length || characters(value) <= length,
    explain: (value) => ({
      code: "not_of_type",
      reason: `${formatCount(characters(value))} characters, where the column holds ${formatCount(length ?? 0)}`,
    }),
  };
  return type;
};

function characters(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

/** A type that the reader does not know: PostgreSQL judges it, when the row is copied. */
export const anyType: MakeCellType = () => ({
  isText: true,
  pattern: /^/,
  within: null,
  explain: () => ({ code: "not_of_type", reason: "not a value of the column's type" }),
});

const pattern = /^(?:true|false)$/i;

const meant: Record<string, string> = { yes: "True", y: "True", t: "True", on: "True", "1": "True", "1.0": "True" };
for (const word of ["no", "n", "f", "off", "0", "0.0"]) meant[word] = "False";

export const booleanType: MakeCellType = () => ({
  isText: false,
  pattern,
  within: null,
  explain(value) {
    const word = value.trim().toLowerCase();
    const mended = pattern.test(word) ? (word === "true" ? "True" : "False") : meant[word];
    return {
      code: "not_boolean",
      reason: `not True or False${mended === undefined ? "" : `; did you mean ${mended}?`}`,
    };
  },
});

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

/** By the catalog's name of the type (`pg_type.typname`). */
const cellTypes: Record<string, MakeCellType> = {
  text: textType,
  varchar: textType,
  bpchar: textType,
  bool: booleanType,
  int2: integerType(2),
  int4: integerType(4),
  int8: integerType(8),
  numeric: numericType,
  float4: floatType(Math.fround),
  float8: floatType((value) => value),
  date: dateType,
  timestamp: plainTimestampType,
  timestamptz: zonedTimestampType,
  uuid: uuidType,
  json: plainJsonType,
  jsonb: binaryJsonType,
};

export function cellTypeOf(column: Column, dates: DateRange): CellType {
  const make = Object.hasOwn(cellTypes, column.type) ? cellTypes[column.type] : undefined;
  return (make ?? anyType)(column, dates);
}
