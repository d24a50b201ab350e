import type { Column } from "../../core/columns.ts";
import { type Alias, cell, type Fragment, sql } from "../connection/fragments.ts";

/**
 * The exact value of a cell, as an expression whose binary form (the type's `…send`) is the same for equal values alone
 * and depends on no setting of the session. Numerics that are equal are one value whatever their scale (16.0 and 16.00);
 * everything else is told apart by what is stored: -0 from 0, `1 mon` from `30 days`, trailing blanks. A NULL stays NULL.
 * Types that PostgreSQL does not ship are taken by their text, which `settleTransaction` (settings.ts) keeps the same.
 */
export function exactValue(value: Fragment, { type, own }: Column): Fragment {
  // Not by a cast, for somebody may have made one; a row of NULLs is no NULL.
  if (own) return sql`case when num_nulls(${value}) = 0 then convert_to(format('%s', ${value}), 'UTF8') end`;
  return shippedValue(value, type);
}

function shippedValue(value: Fragment, type: string): Fragment {
  // A domain would be framed with its own number in the catalog.
  if (binary.has(type)) return sql`${value}::pg_catalog.${sql(type)}`;
  if (type === "numeric") return sql`trim_scale(${value})`;
  // Its cast to text would cut blanks off.
  if (type === "bpchar") return sql`convert_to(textin(bpcharout(${value})), 'UTF8')`;
  const bound = boundOfRange[type.replace("multirange", "range")];
  if (bound !== undefined) return type.includes("multi") ? multirange(value, bound) : range(value, bound);
  if (type.startsWith("_")) return array(value, type.slice(1));
  // The bytes as they are sent would depend on the client's encoding.
  return sql`convert_to(${value}::text, 'UTF8')`;
}

/** Types whose binary form is exact, as PostgreSQL's source says (pg_type.dat and the `…send` functions there). */
const binary = new Set([
  ...["bool", "int2", "int4", "int8", "float4", "float8", "money", "uuid", "bytea", "bit", "varbit", "char"],
  ...["date", "time", "timetz", "timestamp", "timestamptz", "interval", "inet", "cidr", "macaddr", "macaddr8"],
  ...["point", "line", "lseg", "box", "path", "polygon", "circle", "pg_lsn", "pg_snapshot", "txid_snapshot"],
  ...["oid", "xid", "xid8", "cid", "tid", "int2vector", "oidvector", "regclass", "regcollation", "regconfig"],
  ...["regdictionary", "regnamespace", "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype"],
]);

const boundOfRange: Record<string, string> = {
  int4range: "int4",
  int8range: "int8",
  numrange: "numeric",
  daterange: "date",
  tsrange: "timestamp",
  tstzrange: "timestamptz",
};

function range(value: Fragment, bound: string): Fragment {
  const [lower, upper] = [shippedValue(sql`lower(${value})`, bound), shippedValue(sql`upper(${value})`, bound)];
  return sql`case when ${value} is not null then record_send(row(isempty(${value}), lower_inc(${value}),
    upper_inc(${value}), lower_inf(${value}), upper_inf(${value}), ${lower}, ${upper})) end`;
}

function multirange(value: Fragment, bound: string): Fragment {
  return sql`case when ${value} is not null then coalesce((
    select string_agg(${range(sql`part.v`, bound)}, ''::bytea order by part.n)
      from unnest(${value}) with ordinality part(v, n)), ''::bytea) end`;
}

/** Its dimensions, lower bounds included, and its elements in their order. */
function array(value: Fragment, element: string): Fragment {
  return sql`case when ${value} is not null then record_send(row(convert_to(array_dims(${value}), 'UTF8'), (
    select string_agg(record_send(row(${shippedValue(sql`part.v`, element)})), ''::bytea order by part.n)
      from unnest(${value}) with ordinality part(v, n)))) end`;
}

/** Types whose own equality is that of what is stored, and cheaper than to compare exact values. */
const comparedByThemselves = new Set([
  ...["bool", "int2", "int4", "int8", "numeric", "text", "varchar", "name", "char", "date", "time", "timetz"],
  ...["timestamp", "timestamptz", "uuid", "bytea", "bit", "varbit", "inet", "cidr", "macaddr", "macaddr8", "money"],
  "oid",
]);

/** True where two relations' rows differ in a column, be it in what the type's own equality overlooks. */
export function differs(left: Alias, right: Alias, column: Column): Fragment {
  return sql`${comparable(left, column)} is distinct from ${comparable(right, column)}`;
}

function comparable(alias: Alias, column: Column): Fragment {
  const { type, own } = column;
  const value = cell(alias, column);
  if (own || !comparedByThemselves.has(type)) return exactValue(value, column);
  // A collation may hold different texts for equal.
  return type === "text" || type === "varchar" ? sql`${value} collate "C"` : value;
}

/** Numbers whose decimals may have passed through a float on one side. */
export function mayBeRounded({ type }: Column): boolean {
  return type === "numeric" || type === "float8";
}

/**
 * True where two relations' numbers differ by no more than a float of 64 bits rounds: it keeps 15 digits at least, so that
 * the difference is below 1e-14 of the larger.
 */
export function isRounding(left: Alias, right: Alias, column: Column): Fragment {
  const [one, other] = [cell(left, column), cell(right, column)];
  // NaN is above Infinity here. One product alone, which neither overflows nor comes to nothing.
  return sql`
    (case when abs(${one}) < 'Infinity' and abs(${other}) < 'Infinity' and sign(${one}) = sign(${other})
          then least(abs(${one}), abs(${other})) >= greatest(abs(${one}), abs(${other})) * 0.99999999999999
          else false end)`;
}
