import { between, bounded } from "../plan/bounds.ts";
import { columnMap, type Entry, Mostly, onColumn, StrictBounds } from "../plan/entry.ts";
import type { Known } from "../plan/plan.ts";
import { name, q } from "../plan/sql.ts";
import { anyValue, isAmong, noValue } from "../plan/values.ts";

const ValueSet = { value_set: "unknown[] | null" } as const;

/** Column map expectations on the values themselves, and on their declared type. */
export const columnMapValues: readonly Entry[] = [
  columnMap("expect_column_values_to_not_be_null", {}, null, (column) => ({
    expected: q`${name(column.name)} is not null`,
    countsNulls: true,
    refusesNulls: true,
  })),

  columnMap("expect_column_values_to_be_null", {}, null, (column) => ({
    expected: q`${name(column.name)} is null`,
    countsNulls: true,
  })),

  columnMap("expect_column_values_to_be_between", StrictBounds, bounded, between),

  columnMap("expect_column_values_to_be_in_set", ValueSet, null, (column, { value_set: set }) => {
    if (set === null) return anyValue(column);
    if (set.length === 0) return noValue(column);
    // With a NULL among the values no row is certain to be unexpected.
    const expected = isAmong(column, "value_set", set);
    return set.includes(null) ? q`(${expected}) or null` : expected;
  }),

  columnMap("expect_column_values_to_not_be_in_set", ValueSet, null, (column, { value_set: set }) =>
    set === null || set.length === 0 ? anyValue(column) : q`not (${isAmong(column, "value_set", set)})`,
  ),

  // The catalog answers these.
  onColumn(
    "expect_column_values_to_be_of_type",
    { ...Mostly, type_: "string > 0" },
    null,
    ({ type }, { type_: wanted }) => ofType(type, [wanted]),
  ),

  onColumn(
    "expect_column_values_to_be_in_type_list",
    { ...Mostly, type_list: "string[] | null" },
    null,
    ({ type }, { type_list: wanted }) => ofType(type, wanted),
  ),
];

function ofType(typname: string, wanted: readonly string[] | null): Known {
  const [found, ...kinds] = typeClasses(typname);
  const success = wanted === null || [found, ...kinds].some((known) => wanted.includes(known));
  return { kind: "known", answer: { success, observed: found } };
}

/** PostgreSQL's types (`pg_type.typname`) that SQLAlchemy calls by the same name, in capitals. */
const sameName = new Set(
  (
    "numeric text varchar date time timestamp interval uuid json jsonpath bytea bit inet cidr macaddr macaddr8 money oid " +
    "regclass regconfig hstore tsvector tsquery int4range int8range numrange daterange tsrange tstzrange int4multirange " +
    "int8multirange nummultirange datemultirange tsmultirange tstzmultirange"
  ).split(" "),
);

/** The others, for suites name types as SQLAlchemy does: the class it reads a column as, and the classes that is a kind of. */
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
