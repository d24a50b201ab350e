import type { SchemaElement } from "hyparquet";
import { shortest } from "../cells/rounding.ts";

/** A stored value as the text that stands for exactly it; null for a text that is none. */
type TextOf = (value: unknown) => string | null;

/** What a column's values are. */
export interface ParquetType {
  /** `text`: the sender's own words, read as a file's text would be. The others are values, whatever the file is written in. */
  kind: "text" | "number" | "float" | "boolean" | "date" | "timestamp" | "time" | "uuid";
  /** As Parquet calls it. */
  name: string;
  textOf: TextOf;
}

/** Null for a type that is not read. `wanted` is the column's in PostgreSQL. */
export function parquetType(element: SchemaElement, wanted: string): ParquetType | null {
  const { type = "BOOLEAN", logical_type: logical, converted_type: converted } = element;
  const annotated = logical?.type ?? converted;
  const name = annotated === undefined ? type : `${type} (${annotated})`;
  const as = (kind: ParquetType["kind"], textOf: TextOf): ParquetType => ({ kind, name, textOf });
  const [time, unit] = timeOf(element);
  if (logical?.type === "DECIMAL" || converted === "DECIMAL") {
    const scale = logical?.type === "DECIMAL" ? logical.scale : (element.scale ?? 0);
    return as("number", (value) => decimalText(unscaled(value), scale));
  }
  if (annotated === "DATE") return as("date", (value) => dayText(Number(value)));
  if (time === "TIMESTAMP") {
    const zone = isInUtc(element) ? "+00" : "";
    return as("timestamp", (value) => momentText(BigInt(value as bigint), unit, zone, wanted));
  }
  if (time === "TIME") return as("time", (value) => timeText(Number(value), unit));
  if (annotated === "UUID") return as("uuid", (value) => uuidText(value as Uint8Array));
  if (type === "INT32" || type === "INT64") {
    const isWhole = annotated === undefined || /^U?INT/.test(annotated);
    return isWhole ? as("number", wholeText(element)) : null;
  }
  if (type === "INT96") return as("timestamp", (value) => momentText(BigInt(value as bigint), "NANOS", "", wanted));
  if (type === "BOOLEAN") return as("boolean", String);
  if (type === "DOUBLE") return as("float", (value) => floatText(Number(value)));
  if (type === "FLOAT") return as("float", wanted === "float8" ? (value) => floatText(Number(value)) : shortestText);
  const isText = annotated === undefined || ["UTF8", "STRING", "ENUM", "JSON"].includes(annotated);
  return type === "BYTE_ARRAY" && isText ? as("text", (value) => utf8Text(value as Uint8Array)) : null;
}

type Unit = "MILLIS" | "MICROS" | "NANOS";

function timeOf({
  logical_type: logical,
  converted_type: converted,
}: SchemaElement): ["TIMESTAMP" | "TIME" | null, Unit] {
  if (logical?.type === "TIMESTAMP" || logical?.type === "TIME") return [logical.type, logical.unit];
  const [, kind, unit] = /^(TIMESTAMP|TIME)_(MILLIS|MICROS)$/.exec(converted ?? "") ?? [];
  return [(kind as "TIMESTAMP" | "TIME" | undefined) ?? null, (unit as Unit | undefined) ?? "MICROS"];
}

/** The older annotation is of instants alone. */
function isInUtc({ logical_type: logical }: SchemaElement): boolean {
  return logical?.type !== "TIMESTAMP" || logical.isAdjustedToUTC;
}

function wholeText({ type, logical_type: logical, converted_type: converted }: SchemaElement): TextOf {
  const isUnsigned = logical?.type === "INTEGER" ? !logical.isSigned : /^UINT/.test(converted ?? "");
  const bits = type === "INT64" ? 64 : 32;
  return isUnsigned ? (value) => String(BigInt.asUintN(bits, BigInt(value as bigint))) : String;
}

/** Stored as a number, or as the bytes of one in two's complement, the highest first. */
function unscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as bigint);
  if (value.length === 0) return 0n;
  return BigInt.asIntN(8 * value.length, BigInt(`0x${Buffer.from(value).toString("hex")}`));
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return String(value * 10n ** BigInt(-scale));
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const dayMs = 86_400_000;
/** Beyond these there is no date in JavaScript. */
const mostDays = 100_000_000;
const days = new Map<number, string>();

function dayText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (Math.abs(day) > mostDays) return `day ${day}`;
  const text = new Date(day * dayMs).toISOString().replace(/T.*/, "");
  if (days.size < mostKept) days.set(day, text);
  return text;
}
const mostKept = 100_000;

const perDay: Record<Unit, bigint> = { MILLIS: 86_400_000n, MICROS: 86_400_000_000n, NANOS: 86_400_000_000_000n };
const digitsOf: Record<Unit, number> = { MILLIS: 3, MICROS: 6, NANOS: 9 };

/** A date column takes the moment that a day begins, where no zone has a say in it. */
function momentText(value: bigint, unit: Unit, zone: string, wanted: string): string {
  const rest = ((value % perDay[unit]) + perDay[unit]) % perDay[unit];
  const day = dayText(Number((value - rest) / perDay[unit]));
  return wanted === "date" && rest === 0n && zone === "" ? day : `${day} ${timeText(Number(rest), unit)}${zone}`;
}

function timeText(value: number, unit: Unit): string {
  const perSecond = 10 ** digitsOf[unit];
  const seconds = Math.floor(value / perSecond);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(value % perSecond)
    .padStart(digitsOf[unit], "0")
    .replace(/0+$/, "");
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}${fraction === "" ? "" : `.${fraction}`}`;
}

function uuidText(value: Uint8Array): string {
  return Buffer.from(value)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The shortest decimal that is this number and no other, as programs write it. */
function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The same of a number of 32 bits, which is no other one of these. */
function shortestText(stored: unknown): string {
  const value = Number(stored);
  return Number.isFinite(value) && value !== 0 ? shortest(value) : floatText(value);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8Text(value: Uint8Array): string | null {
  try {
    return decoder.decode(value);
  } catch {
    return null;
  }
}
