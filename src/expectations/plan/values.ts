import type { Column } from "../../core/columns.ts";
import { type AnyNumber, compareNumbers, exactly, isAnyNumber } from "../../core/exact-number.ts";
import { isDate } from "../../core/month.ts";
import { cast, type ElementType, list, name, q, type Sql, some, value } from "./sql.ts";

/** What columns' values are alike; each family compares in one way. `argument` is the type of its columns' constants. */
const families = [
  { name: "integer", word: "number", argument: "int8", types: ["int2", "int4", "int8"] },
  { name: "numeric", word: "number", argument: "numeric", types: ["numeric"] },
  { name: "float", word: "number", argument: "float8", types: ["float4", "float8"] },
  { name: "date", word: "date", argument: "date", types: ["date"] },
  { name: "timestamp", word: "time", argument: "timestamp", types: ["timestamp"] },
  { name: "timestamptz", word: "time", argument: "timestamptz", types: ["timestamptz"] },
  { name: "text", word: "text", argument: "text", types: ["text", "varchar", "bpchar", "name", "citext"] },
  { name: "bool", word: "boolean", argument: "bool", types: ["bool"] },
] as const;
const familyByType = new Map<string, (typeof families)[number]>(
  families.flatMap((family) => family.types.map((type) => [type, family] as const)),
);
export type Family = (typeof families)[number]["name"] | "other";

export const numeric: readonly Family[] = ["integer", "numeric", "float"];
export const temporal: readonly Family[] = ["date", "timestamp", "timestamptz"];

export function familyOf({ type }: Pick<Column, "type">): Family {
  return familyByType.get(type)?.name ?? "other";
}

/** The families as messages name them. */
export function inWords(kinds: readonly Family[]): string {
  const known = families.filter(({ name }) => kinds.includes(name));
  return [...new Set(known.map(({ word }) => word))].join(", ");
}

/** Types that are their columns' constants' own, where the family's would compare in another way. */
const exactTypes = new Set(["float4", "bpchar"]);

/** What the column's constants are cast to: its own type, or one of its family that holds more and compares in the same way. */
export function elementOf(column: Column): ElementType {
  const argument = familyByType.get(column.type)?.argument;
  if (argument === undefined) return isOrdered(column) ? column.type : "text";
  if (exactTypes.has(column.type)) return column.type;
  return argument === "text" ? patternOf(column) : argument;
}

/** What patterns for the column's texts are cast to. */
export function patternOf({ type }: Column): "text" | "named_text" {
  return type === "text" || type === "varchar" ? "text" : "named_text";
}

/** Types outside of the families whose values PostgreSQL compares and groups; others are compared by their text. */
const orderedTypes = new Set(
  (
    "bit bytea char cidr inet interval jsonb macaddr macaddr8 money oid pg_lsn tid time timetz tsquery tsvector uuid varbit " +
    "xid8 int4range int8range numrange daterange tsrange tstzrange int4multirange int8multirange nummultirange " +
    "datemultirange tsmultirange tstzmultirange"
  ).split(" "),
);

function isOrdered({ type, own }: Column): boolean {
  return own !== true && orderedTypes.has(type);
}

/** The column as it is compared with its constants, grouped and ordered. */
export function comparable(column: Column): Sql {
  return familyOf(column) === "other" && !isOrdered(column) ? q`${name(column.name)}::text` : name(column.name);
}

/** Whether a column's value is one of these, NULLs among them left out; null where the column is NULL. */
export function isAmong(column: Column, argument: string, values: readonly unknown[]): Sql {
  const texts = values
    .filter((element) => element !== null)
    .map((element) => textFor(column, argument, element))
    .filter((text) => isPossible(column, text));
  // An array of none would make it false for a NULL, too.
  if (texts.length === 0) return noValue(column);
  // A few comparisons cost less than a search through an array.
  if (texts.length <= 4) return some(texts.map((text) => q`${comparable(column)} = ${value(elementOf(column), text)}`));
  return q`${comparable(column)} = some(${constants(column, texts)})`;
}

/** Values in their text form as an array of the column's constants. */
export function constants(column: Column, texts: readonly string[]): Sql {
  return list(elementOf(column), texts);
}

/** A value of the column as its constants are. */
export function asConstant(column: Column, value: Sql): Sql {
  return cast(value, elementOf(column));
}

/** One value as a constant of the column's type: of a time, a date column takes the day, as PostgreSQL does. */
export function constantFor(column: Column, argument: string, given: unknown): Sql {
  const text = textFor(column, argument, given);
  return value(isPossible(column, text) ? elementOf(column) : widerOf(column), text);
}

/** The type of constants that no value of the column is equal to. */
function widerOf(column: Column): ElementType {
  return familyOf(column) === "integer" ? "numeric" : "float8";
}

/** One value as a bound for the column's values: a time is a time, for a date column, too. */
export function boundFor(column: Column, argument: string, given: unknown): Sql {
  const text = textFor(column, argument, given);
  if (!temporal.includes(familyOf(column))) return constantFor(column, argument, given);
  // A day is one in UTC beside moments, whatever the time zone of the session that the SQL is pasted into.
  return value(column.type === "timestamptz" ? "timestamptz" : precisionOf(text), text);
}

/** True for every value; NULL where the column is NULL. */
export function anyValue(column: Column): Sql {
  return q`${name(column.name)} is not null or null`;
}

/** False for every value; NULL where the column is NULL. */
export function noValue(column: Column): Sql {
  return q`${name(column.name)} is null and null`;
}

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$/;
const booleans: Record<string, string> = { true: "true", t: "true", false: "false", f: "false" };

/** The value in the text form of the column's type. Throws where PostgreSQL would not compare the two. */
export function textFor(column: Column, argument: string, given: unknown): string {
  const family = familyOf(column);
  const text = typeof given === "string" ? given.trim() : String(given);
  if (numeric.includes(family)) {
    if (isAnyNumber(given) && Number.isFinite(Number(given))) return text;
    if (typeof given === "string" && numberText.test(text)) return text;
  } else if (family === "bool") {
    const known = booleans[text.toLowerCase()];
    if ((typeof given === "boolean" || typeof given === "string") && known !== undefined) return known;
  } else if (typeof given === "string") {
    if (temporal.includes(family)) return momentText(column, argument, text);
    return storable(argument, given);
  }
  throw suiteError(
    argument,
    `${JSON.stringify(given)} cannot be compared with ${column.name}, which is ${column.type}`,
  );
}

/** PostgreSQL's text holds no NUL and no half of a surrogate pair. */
export function storable(argument: string, text: string): string {
  if (text.includes("\0")) throw suiteError(argument, "it holds a NUL character, which PostgreSQL cannot store");
  if (!text.isWellFormed()) throw suiteError(argument, "it holds half of a surrogate pair, which is no character");
  return text;
}

const moment =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?) ?(Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?)?$/;

function momentText(column: Column, argument: string, text: string): string {
  const [, day, time, zone] = moment.exec(text) ?? [];
  if (day === undefined || day < "0001" || !isDate(day)) {
    throw suiteError(argument, `"${text}" is not a date (YYYY-MM-DD) or a time (YYYY-MM-DD HH:MM:SS)`);
  }
  if (time === undefined) return day;
  if (zone === undefined) return `${day} ${time}`;
  if (column.type !== "timestamptz" && !/^(Z|[+-]00(:?00)?)$/.test(zone)) {
    throw suiteError(argument, `"${text}" has a time zone, but ${column.name} has none`);
  }
  return column.type === "timestamptz" ? `${day} ${time}${zone}` : `${day} ${time}`;
}

function precisionOf(text: string): ElementType {
  if (text.length === "YYYY-MM-DD".length) return "date";
  return /[Z+-]/.test(text.slice(10)) ? "timestamptz" : "timestamp";
}

/** Whether any value of the column can be equal to it. */
export function isPossible(column: Column, text: string): boolean {
  if (column.type === "float4") return isFloat4(Number(text));
  return familyOf(column) !== "integer" || isInt8(text);
}

/** Whether PostgreSQL takes it for a float4, which is neither too large nor too small. */
function isFloat4(number: number): boolean {
  const nearest = Math.fround(number);
  return Number.isFinite(nearest) && (nearest !== 0 || number === 0);
}

const int8 = { least: exactly("-9223372036854775808"), most: exactly("9223372036854775807") };

function isInt8(text: string): boolean {
  const number = exactly(text);
  const isInside = compareNumbers(number, int8.least) >= 0 && compareNumbers(number, int8.most) <= 0;
  return isInside && /^[+-]?\d+$/.test(text);
}

/** An expectation that cannot be evaluated as it stands; whoever knows the suite tells which one it is. */
export class SuiteError extends Error {}

/** The error for an argument that an expectation cannot take. */
export function suiteError(argument: string | null, reason: string): SuiteError {
  return new SuiteError(argument === null ? reason : `argument "${argument}": ${reason}`);
}

/** A value as a validation result shows it. */
export type JsonValue = string | AnyNumber | boolean | null;

/** Types of which the driver makes something else than their texts, such as a JavaScript number of an int8. */
const remade = new Set(["int8", "oid", "bytea", "json", "jsonb"]);

/** A value of the column as `jsonValue` reads it. */
export function readable({ name: column, type }: Column, value: Sql = name(column)): Sql {
  return remade.has(type) || type.startsWith("_") ? q`${value}::text` : value;
}

/** A value that the driver read, as Great Expectations writes it into JSON: numbers as numbers, times in ISO 8601. */
export function jsonValue(column: Pick<Column, "type">, raw: unknown): JsonValue {
  if (raw === null || raw === undefined) return null;
  if (typeof raw === "boolean") return raw;
  const family = familyOf(column);
  if (!numeric.includes(family)) return temporal.includes(family) ? isoMoment(String(raw)) : String(raw);
  const number = exactly(String(raw));
  return typeof number !== "number" || Number.isFinite(number) ? number : String(number);
}

/** The order of values in results: numbers as numbers, others as texts by code unit, pairs and records by their members. */
export function compareShown(a: unknown, b: unknown): number {
  if (isAnyNumber(a) && isAnyNumber(b)) return compareNumbers(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.map((element, at) => compareShown(element, b[at])).find((order) => order !== 0) ?? 0;
  }
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `2024-01-31 10:00:00.5+00` as `2024-01-31T10:00:00.500000+00:00`; dates and infinity stay as they are. */
export function isoMoment(text: string): string {
  const [, day, time, fraction = "", zone = ""] = /^(\S+) ([\d:]+)(\.\d+)?([+-][\d:]+)?$/.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  const micros = fraction === "" ? "" : fraction.padEnd(7, "0");
  return `${day}T${time}${micros}${zone.length === 3 ? `${zone}:00` : zone}`;
}

/** A date or time as UTC text of fixed width: such texts compare as the moments do. */
export function sortableMoment(text: string): string {
  const [, day = "", time = "", fraction = "", zone = ""] =
    /^(\d+-\d{2}-\d{2})(?:[T ]([\d:]+)(\.\d+)?)? ?(Z|[+-][\d:]+)?$/.exec(text) ?? [];
  if (day === "") return text;
  const clock = time === "" ? "00:00:00" : time.padEnd("00:00:00".length, ":00");
  const parsed = new Date(`${day}T${clock}${zone === "" ? "Z" : zone.replace(/^([+-]\d{2})$/, "$1:00")}`);
  const moment = Number.isNaN(parsed.getTime()) ? `${day}T${clock}` : parsed.toISOString().slice(0, 19);
  return `${moment}${fraction.padEnd(7, fraction === "" ? ".000000" : "0")}`;
}
