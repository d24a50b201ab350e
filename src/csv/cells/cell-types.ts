import type { Column } from "../../core/columns.ts";
import { formatCount } from "../../core/format.ts";
import type { CellType, DateRange, MakeCellType, Wrong } from "./cell-type.ts";
import { dateType, plainTimestampType, zonedTimestampType } from "./dates.ts";
import { floatType, integerType, numericType } from "./numbers.ts";

const notOfType = (reason: string): Wrong => ({ code: "not_of_type", reason });

/** text, varchar(length), bpchar(length): anything that fits, counted in characters as PostgreSQL does. */
const textType: MakeCellType = ({ length }) => ({
  isText: true,
  pattern: /^/,
  within: length === null ? undefined : (value) => value.length <= length || characters(value) <= length,
  explain: (value) =>
    notOfType(`${formatCount(characters(value))} characters, where the column holds ${formatCount(length ?? 0)}`),
});

function characters(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

const truth = /^(?:true|false)$/i;
const yes = new Set(["true", "yes", "y", "t", "on", "1", "1.0"]);
const no = new Set(["false", "no", "n", "f", "off", "0", "0.0"]);

const booleanType: MakeCellType = () => ({
  pattern: truth,
  explain(value) {
    const word = value.trim().toLowerCase();
    const hint = yes.has(word) || no.has(word) ? `; did you mean ${yes.has(word) ? "True" : "False"}?` : "";
    return { code: "not_boolean", reason: `not True or False${hint}` };
  },
});

/** uuid: the canonical form, in either case. */
const uuidType: MakeCellType = () => ({
  pattern: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  explain: () => notOfType("not a UUID such as 5b30857f-0bfa-48b5-ac0b-5c64e28078d1"),
});

function jsonType(keeps: (value: string) => boolean): MakeCellType {
  return () => ({
    pattern: /\S/,
    within: (value) => isJson(value) && keeps(value),
    explain: (value) =>
      notOfType(isJson(value) ? "JSON with a character or a number that PostgreSQL cannot keep" : "not JSON"),
  });
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** jsonb cannot keep the character NUL, nor half of a surrogate pair: JavaScript writes just these as such escapes. */
function hasSoundText(value: string): boolean {
  return !/\\u(?:0000|d[89a-f])/.test(JSON.stringify(JSON.parse(value)).replaceAll("\\\\", ""));
}

/** jsonb keeps numbers as numeric, whose digits are limited; this is well within the limits. */
function hasSoundNumbers(value: string): boolean {
  // Digits are counted from the first of them: tried at each, as many as are allowed would cost the square of that.
  return !/e[+-]?\d{5}|(?<!\d)\d{5000}/i.test(value.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, ""));
}

/** By the catalog's name of the type (`pg_type.typname`). */
const cellTypes = new Map<string, MakeCellType>([
  ["text", textType],
  ["varchar", textType],
  ["bpchar", textType],
  ["bool", booleanType],
  ["int2", integerType(2)],
  ["int4", integerType(4)],
  ["int8", integerType(8)],
  ["numeric", numericType],
  ["float4", floatType(Math.fround)],
  ["float8", floatType((value) => value)],
  ["date", dateType],
  ["timestamp", plainTimestampType],
  ["timestamptz", zonedTimestampType],
  ["uuid", uuidType],
  ["json", jsonType(() => true)],
  ["jsonb", jsonType((value) => hasSoundText(value) && hasSoundNumbers(value))],
]);

/** A type that the reader does not know is any text here: PostgreSQL judges it, when the row is copied. */
export function cellTypeOf(column: Column, dates: DateRange): CellType {
  return (cellTypes.get(column.type) ?? textType)(column, dates);
}

/** False for a type that the reader knows nothing of. */
export function isKnownType({ type, own }: Column): boolean {
  return own !== true && cellTypes.has(type);
}
