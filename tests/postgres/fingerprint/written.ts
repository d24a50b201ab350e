import { plainDecimal } from "./decimals.ts";
import { asBytes, asInteger, asInterval, asNumber, type Row, type Value } from "./values.ts";

/** 2000-01-01, when PostgreSQL's time begins, by JavaScript's. */
const epoch = Date.UTC(2000, 0, 1);
const dayMs = 86_400_000;
const dayMicroseconds = 86_400_000_000n;

/** A value as PostgreSQL reads it, exactly; null for NULL. */
export function writtenFor(type: string, value: Value): string | null {
  if (value === null) return null;
  if (type === "bytea") return `\\x${Buffer.from(asBytes(value)).toString("hex")}`;
  if (type === "interval") return writtenInterval(value);
  if (type === "date") return writtenDay(asNumber(value));
  if (type === "timestamp") return writtenTime(value, "");
  if (type === "timestamptz") return writtenTime(value, "+00");
  return Object.is(value, -0) ? "-0" : String(value);
}

function writtenInterval(value: Value): string {
  const { months, days, microseconds } = asInterval(value);
  return `${months} mons ${days} days ${microseconds < 0n ? "-" : ""}${seconds(microseconds)} secs`;
}

function seconds(microseconds: bigint): string {
  const digits = String(microseconds < 0n ? -microseconds : microseconds).padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function writtenDay(days: number): string {
  if (!Number.isFinite(days)) return days > 0 ? "infinity" : "-infinity";
  const { date, era } = calendar(days);
  return date + era;
}

function writtenTime(value: Value, zone: string): string {
  if (value === Infinity || value === -Infinity) return writtenDay(value);
  const microseconds = asInteger(value);
  const ofDay = ((microseconds % dayMicroseconds) + dayMicroseconds) % dayMicroseconds;
  const { date, era } = calendar(Number((microseconds - ofDay) / dayMicroseconds));
  const minutes = ofDay / 60_000_000n;
  const clock = [minutes / 60n, minutes % 60n].map((part) => String(part).padStart(2, "0")).join(":");
  return `${date} ${clock}:${seconds(ofDay % 60_000_000n)}${zone}${era}`;
}

/** PostgreSQL has no year 0: before the year 1 came 1 BC. */
function calendar(days: number): { date: string; era: string } {
  const date = new Date(epoch + days * dayMs);
  const year = date.getUTCFullYear();
  const parts = [date.getUTCMonth() + 1, date.getUTCDate()].map((part) => String(part).padStart(2, "0"));
  const written = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return { date: [written, ...parts].join("-"), era: year > 0 ? "" : " BC" };
}

/** One text for each row that a column's types can tell from others: numerics are the same whatever their scale. */
export function canonical(types: readonly string[], row: Row): string {
  const cells = types.map((type, index) => {
    const value = row[index] ?? null;
    return type === "numeric" && value !== null ? plainDecimal(String(value)) : writtenFor(type, value);
  });
  return JSON.stringify(cells);
}

export function isZero(type: string, value: Value): boolean {
  return canonical([type], [value]) === canonical([type], [zeroOf(type)]);
}

/** What a careless reader takes NULL for. */
export function zeroOf(type: string): Value {
  if (["text", "varchar", "bpchar"].includes(type)) return "";
  if (["timestamp", "timestamptz", "int8"].includes(type)) return 0n;
  if (type === "bool") return false;
  if (type === "numeric") return "0";
  if (type === "bytea") return new Uint8Array();
  if (type === "uuid") return "00000000-0000-0000-0000-000000000000";
  return type === "interval" ? { months: 0, days: 0, microseconds: 0n } : 0;
}
