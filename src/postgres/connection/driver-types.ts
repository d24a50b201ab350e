import { parseExactJson } from "../../core/exact-number.ts";

/** Object ids of PostgreSQL's own types (pg_type.dat); they never change. */
const oid = {
  bool: 16,
  int8: 20,
  int4: 23,
  text: 25,
  json: 114,
  jsonb: 3802,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
};
const arrayOid = {
  bool: 1000,
  name: 1003,
  int4: 1007,
  text: 1009,
  int8: 1016,
  date: 1182,
  timestamptz: 1185,
  numeric: 1231,
};

/**
 * How values pass between PostgreSQL and JavaScript where the driver's own way would lose something. Dates and times
 * stay text, for a Date shifts a day by the time zone; numerics are text by default. An int8 is a count here: whose rows may
 * hold larger ones reads them as text.
 */
export const driverTypes = {
  json: { to: oid.json, from: [oid.json, oid.jsonb], serialize: JSON.stringify, parse: parseExactJson },
  bigint: { to: oid.int8, from: [oid.int8], serialize: String, parse: Number },
  date: { to: oid.timestamptz, from: [oid.date, oid.timestamp, oid.timestamptz], serialize: toTime, parse: String },
  texts: arrayType(arrayOid.text, [arrayOid.name, arrayOid.date, arrayOid.timestamptz, arrayOid.numeric], String),
  integers: arrayType(arrayOid.int4, [arrayOid.int8], Number),
  booleans: arrayType(arrayOid.bool, [], (text) => text === "t"),
};

function toTime(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function arrayType<Value>(to: number, others: number[], parse: (text: string) => Value) {
  return {
    to,
    from: [to, ...others],
    serialize: arrayLiteral,
    parse: (text: string) => parseArray(text).map((element) => (element === null ? null : parse(element))),
  };
}

/** An array as PostgreSQL writes it, of one dimension. */
function arrayLiteral(values: unknown): string {
  if (!Array.isArray(values)) return String(values);
  const elements = values.map((value) =>
    value === null || value === undefined ? "null" : `"${String(value).replace(/[\\"]/g, "\\$&")}"`,
  );
  return `{${elements.join(",")}}`;
}

function parseArray(text: string): (string | null)[] {
  const elements = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return Array.from(elements, ([, quoted, plain]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, "$1");
    return plain === undefined || plain === "NULL" ? null : plain;
  });
}
