/**
 * A cell as plain JavaScript has it:
 *
 * - int2, int4, float4, float8: a number; int8: a bigint or a number
 * - numeric: its digits, such as `-12.50`, `NaN`, `Infinity`; or an integer
 * - date: days since 2000-01-01, as a number; ±Infinity for PostgreSQL's own infinity
 * - timestamp, timestamptz: microseconds since 2000-01-01, as a bigint; ±Infinity
 * - text and its kin: a string; uuid: a string of small letters; bytea: bytes
 */
export type Value = string | number | bigint | boolean | Uint8Array | Interval | null;
export type Row = readonly Value[];

export interface Interval {
  months: number;
  days: number;
  microseconds: bigint;
}

export interface NamedType {
  name: string;
  type: string;
  own?: boolean;
}

/** Columns as `name: type`. */
export function named(types: Record<string, string>): NamedType[] {
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}

export function asNumber(value: Value): number {
  if (typeof value !== "number") throw new TypeError(`${String(value)} is no number`);
  return value;
}

export function asInteger(value: Value): bigint {
  if (typeof value !== "bigint" && typeof value !== "number") throw new TypeError(`${String(value)} is no integer`);
  return BigInt(value);
}

export function asText(value: Value): string {
  if (typeof value !== "string") throw new TypeError(`${String(value)} is no text`);
  return value;
}

export function asBytes(value: Value): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${String(value)} is not bytes`);
  return value;
}

export function asInterval(value: Value): Interval {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    throw new TypeError(`${String(value)} is no interval`);
  }
  return value;
}
