import type { Column } from "../../core/columns.ts";
import { ConsoleError } from "../../core/errors.ts";
import { isDate } from "../../core/month.ts";
import { any, type ElementType, list, name, q, type Sql, value } from "./sql.ts";

/** What a column's values are alike; each family compares in one way. */
export type Family = "integer" | "numeric" | "float" | "text" | "bool" | "date" | "timestamp" | "timestamptz" | "other";

const families: Record<string, Family> = {
  int2: "integer",
  int4: "integer",
  int8: "integer",
  numeric: "numeric",
  float4: "float",
  float8: "float",
  text: "text",
  varchar: "text",
  bpchar: "text",
  name: "text",
  citext: "text",
  bool: "bool",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
};

export function familyOf(column: Column): Family {
  return Object.hasOwn(families, column.type) ? (families[column.type] ?? "other") : "other";
}

export const numeric: readonly Family[] = ["integer", "numeric", "float"];
export const temporal: readonly Family[] = ["date", "timestamp", "timestamptz"];

/** The type that arguments are given for a family; other types are compared by their text. */
const elements: Record<Family, ElementType> = {
  integer: "int8",
  numeric: "numeric",
  float: "float8",
  text: "text",
  bool: "bool",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  other: "text",
};

export function elementOf(column: Column): ElementType {
  const isOther = familyOf(column) === "text" && column.type !== "text" && column.type !== "varchar";
  return isOther ? "named_text" : elements[familyOf(column)];
}

/** The column as it is compared with its family's arguments. */
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
  if (texts.length === 0) return noValue(column.name);
  // A few comparisons cost less than a search through an array.
  if (texts.length <= 4) return any(texts.map((text) => q`${comparable(column)} = ${value(elementOf(column), text)}`));
  return q`${comparable(column)} = any(${list(elementOf(column), texts)})`;
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

/** False for every value; NULL where the column is NULL. */
export function noValue(column: string): Sql {
  return q`${name(column)} is null and null`;
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

/** The error for an argument that an expectation cannot take; whoever knows the suite puts its name in front. */
export function suiteError(argument: string | null, reason: string): ConsoleError {
  return new ConsoleError("suite_invalid", argument === null ? reason : `argument "${argument}": ${reason}`, {
    hint: "Correct the suite, then run again. Nothing was evaluated.",
  });
}

/** A value as a validation result shows it. */
export type JsonValue = string | number | boolean | null;

/** What to select to get a column's value in a form that `jsonValue` reads. */
export function shown(column: Column): Sql {
  return familyOf(column) === "other" ? q`${name(column.name)}::text` : name(column.name);
}

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
