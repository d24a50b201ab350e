import { columnOf, type Entry, entry, OnRowsOfColumn } from "../plan/entry.ts";
import type { Known, Scope } from "../plan/plan.ts";

/** Expectations on a column's declared type: the catalog answers them. */
export const columnMapTypes: readonly Entry[] = [
  entry("expect_column_values_to_be_of_type", { ...OnRowsOfColumn, type_: "string > 0" }, (args, scope) =>
    ofType(scope, args.column, [args.type_]),
  ),

  entry("expect_column_values_to_be_in_type_list", { ...OnRowsOfColumn, type_list: "string[] | null" }, (args, scope) =>
    ofType(scope, args.column, args.type_list),
  ),
];

function ofType(scope: Scope, name: string, wanted: readonly string[] | null): Known {
  const found = typeClasses(columnOf(scope, "column", name).type);
  const success = wanted === null || found.some((known) => wanted.includes(known));
  return { kind: "known", answer: { success, observed: found[0] } };
}

/**
 * SQLAlchemy's names for PostgreSQL's types, for suites name types as SQLAlchemy does: by `pg_type.typname`, the class
 * that it reads a column as, and after it the classes which that is a kind of.
 */
const classes: Record<string, readonly [string, ...string[]]> = {
  int2: ["SMALLINT"],
  int4: ["INTEGER"],
  int8: ["BIGINT"],
  numeric: ["NUMERIC"],
  float4: ["REAL"],
  float8: ["DOUBLE_PRECISION"],
  text: ["TEXT"],
  varchar: ["VARCHAR"],
  bpchar: ["CHAR"],
  citext: ["CITEXT", "TEXT"],
  bool: ["BOOLEAN"],
  date: ["DATE"],
  time: ["TIME"],
  timetz: ["TIME"],
  timestamp: ["TIMESTAMP"],
  timestamptz: ["TIMESTAMP"],
  interval: ["INTERVAL"],
  uuid: ["UUID"],
  json: ["JSON"],
  jsonb: ["JSONB", "JSON"],
  jsonpath: ["JSONPATH"],
  bytea: ["BYTEA"],
  bit: ["BIT"],
  varbit: ["BIT"],
  inet: ["INET"],
  cidr: ["CIDR"],
  macaddr: ["MACADDR"],
  macaddr8: ["MACADDR8"],
  money: ["MONEY"],
  oid: ["OID"],
  regclass: ["REGCLASS"],
  regconfig: ["REGCONFIG"],
  hstore: ["HSTORE"],
  tsvector: ["TSVECTOR"],
  tsquery: ["TSQUERY"],
  int4range: ["INT4RANGE"],
  int8range: ["INT8RANGE"],
  numrange: ["NUMRANGE"],
  daterange: ["DATERANGE"],
  tsrange: ["TSRANGE"],
  tstzrange: ["TSTZRANGE"],
  int4multirange: ["INT4MULTIRANGE"],
  int8multirange: ["INT8MULTIRANGE"],
  nummultirange: ["NUMMULTIRANGE"],
  datemultirange: ["DATEMULTIRANGE"],
  tsmultirange: ["TSMULTIRANGE"],
  tstzmultirange: ["TSTZMULTIRANGE"],
};

/** The class of a column's type, and those it is a kind of; arrays are one class. */
export function typeClasses(typname: string): readonly [string, ...string[]] {
  if (typname.startsWith("_")) return ["ARRAY"];
  return Object.hasOwn(classes, typname) ? (classes[typname] ?? ["NullType"]) : ["NullType"];
}
