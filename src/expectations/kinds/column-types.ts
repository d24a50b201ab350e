import type { Column } from "../../core/columns.ts";
import { type Entry, Mostly, onColumn } from "../plan/entry.ts";
import type { Known } from "../plan/plan.ts";

/** Expectations on a column's declared type: the catalog answers them. */
export const columnTypes: readonly Entry[] = [
  onColumn(
    "expect_column_values_to_be_of_type",
    { ...Mostly, type_: "string > 0" },
    null,
    (column, { type_: wanted }) => ofType(column, [wanted]),
  ),

  onColumn(
    "expect_column_values_to_be_in_type_list",
    { ...Mostly, type_list: "string[] | null" },
    null,
    (column, { type_list: wanted }) => ofType(column, wanted),
  ),

  onColumn("expect_column_type_to_be", { type_: "string > 0" }, null, (column, { type_: wanted }) =>
    ofType(column, [wanted]),
  ),
];

/** In small letters or capitals: a type has the name that SQL has for it, and those of SQLAlchemy's classes. */
function ofType(column: Column, wanted: readonly string[] | null): Known {
  const found = sqlName(column);
  const names = [found, ...typeClasses(column.type)].map((name) => name.toLowerCase());
  const success = wanted === null || wanted.some((name) => names.includes(name.toLowerCase()));
  return { kind: "known", answer: { success, observed: found } };
}

/** Types that SQL calls otherwise than the catalog (`pg_type.typname`) does; `()` is where their limits stand. */
const sqlNames: Record<string, string> = {
  int2: "SMALLINT",
  int4: "INTEGER",
  int8: "BIGINT",
  float4: "REAL",
  float8: "DOUBLE PRECISION",
  bpchar: "CHAR()",
  bool: "BOOLEAN",
  time: "TIME() WITHOUT TIME ZONE",
  timetz: "TIME() WITH TIME ZONE",
  timestamp: "TIMESTAMP() WITHOUT TIME ZONE",
  timestamptz: "TIMESTAMP() WITH TIME ZONE",
  varbit: "BIT VARYING()",
  char: "VARCHAR",
  name: "VARCHAR",
};

/** The type with its limits, such as `NUMERIC(10, 2)`, as Great Expectations reports it. */
export function sqlName(column: Column): string {
  const element = column.type.replace(/^_/, "");
  const name = Object.hasOwn(sqlNames, element) ? (sqlNames[element] ?? "") : `${element.toUpperCase()}()`;
  const limits = limitsOf(column);
  return `${name.replace("()", limits.length === 0 ? "" : `(${limits.join(", ")})`)}${element === column.type ? "" : "[]"}`;
}

/** What the catalog packs into the modifiers of other types, such as intervals and arrays, is no limit as it stands. */
const limitedByModifier = new Set("time timetz timestamp timestamptz bit varbit".split(" "));

function limitsOf({ type, precision, scale, length, modifier }: Column): number[] {
  if (precision !== null) return [precision, scale ?? 0];
  const limit = length ?? (limitedByModifier.has(type) ? modifier : undefined);
  return limit === undefined ? [] : [limit];
}

/** PostgreSQL's types (`pg_type.typname`) that SQLAlchemy calls by the same name, in capitals. */
const sameName = new Set(
  (
    "numeric text varchar date time timestamp interval uuid json jsonpath bytea bit inet cidr macaddr macaddr8 money oid " +
    "regclass regconfig hstore tsvector tsquery int4range int8range numrange daterange tsrange tstzrange int4multirange " +
    "int8multirange nummultirange datemultirange tsmultirange tstzmultirange"
  ).split(" "),
);

/** The others, for suites may name types as SQLAlchemy does: the class that it reads a column as, and those which that is a kind of. */
const otherNames: Record<string, readonly [string, ...string[]]> = {
  int2: ["SMALLINT"],
  int4: ["INTEGER"],
  int8: ["BIGINT"],
  float4: ["REAL"],
  float8: ["DOUBLE_PRECISION"],
  bpchar: ["CHAR"],
  citext: ["CITEXT", "TEXT"],
  bool: ["BOOLEAN"],
  timetz: ["TIME"],
  timestamptz: ["TIMESTAMP"],
  jsonb: ["JSONB", "JSON"],
  varbit: ["BIT"],
};

/** The class of a column's type, and those it is a kind of; arrays are one class. */
function typeClasses(typname: string): readonly [string, ...string[]] {
  if (typname.startsWith("_")) return ["ARRAY"];
  if (sameName.has(typname)) return [typname.toUpperCase()];
  return Object.hasOwn(otherNames, typname) ? (otherNames[typname] ?? ["NullType"]) : ["NullType"];
}
