import type { Column } from "../../core/columns.ts";
import { isDate } from "../../core/month.ts";
import { type ElementType, list, name, q, type Sql, some, value } from "./sql.ts";

/**
 * What columns' values are alike; each family compares in one way. `argument` is the type that arguments are given for it:
 * other types are compared by their text.
 */
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
const other = { name: "other", argument: "text" } as const;
const familyByType = new Map<string, (typeof families)[number]>(
  families.flatMap((family) => family.types.map((type) => [type, family] as const)),
);
export type Family = (typeof families)[number]["name"] | "other";

export const numeric: readonly Family[] = ["integer", "numeric", "float"];
export const temporal: readonly Family[] = ["date", "timestamp", "timestamptz"];

export function familyOf({ type }: Column): Family {
  return (familyByType.get(type) ?? other).name;
}

/** The families as messages name them. */
export function inWords(kinds: readonly Family[]): string {
  const known = families.filter(({ name }) => kinds.includes(name));
  return [...new Set(known.map(({ word }) => word))].join(", ");
}

export function elementOf({ type }: Column): ElementType {
  const { argument } = familyByType.get(type) ?? other;
  return argument === "text" && familyByType.has(type) && type !== "text" && type !== "varchar"
    ? "named_text"
    : argument;
}

/** The column as it is compared with its family's arguments, and selected for `jsonValue` to read. */
export function comparable(column: Column): Sql {
  return familyOf(column) === "other" ? q`${name(column.name)}::text` : name(column.name);
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
  return q`${comparable(column)} = some(${list(elementOf(column), texts)})`;
}

/** One value as a constant of the column's type: of a time, a date column takes the day, as PostgreSQL does. */
export function constantFor(column: Column, argument: string, given: unknown): Sql {
  const text = textFor(column, argument, given);
  return value(familyOf(column) === "integer" && !isInt8(text) ? "numeric" : elementOf(column), text);
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
    if (typeof given === "number" && Number.isFinite(given)) return text;
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
  return familyOf(column) !== "integer" || isInt8(text);
}

function isInt8(text: string): boolean {
  const number = Number(text);
  return Number.isInteger(number) && /^[+-]?\d+$/.test(text) && Math.abs(number) < 2 ** 63;
}

/** An expectation that cannot be evaluated as it stands; whoever knows the suite tells which one it is. */
export class SuiteError extends Error {}

/** The error for an argument that an expectation cannot take. */
export function suiteError(argument: string | null, reason: string): SuiteError {
  return new SuiteError(argument === null ? reason : `argument "${argument}": ${reason}`);
}

/** A value as a validation result shows it. */
export type JsonValue = string | number | boolean | null;

/** A value that the driver read, as Great Expectations writes it into JSON: numbers as numbers, times in ISO 8601. */
export function jsonValue(column: Column, raw: unknown): JsonValue {
  if (raw === null || raw === undefined) return null;
  if (typeof raw === "boolean") return raw;
  const family = familyOf(column);
  if (!numeric.includes(family)) return temporal.includes(family) ? isoMoment(String(raw)) : String(raw);
  const number = Number(raw);
  if (Number.isFinite(number)) return number;
  return Number.isNaN(number) ? "NaN" : String(number);
}

/** The order of values in results: numbers as numbers, others as texts by code unit, pairs and records by their members. */
export function compareShown(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
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
