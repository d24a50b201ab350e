import type { Column } from "../../core/columns.ts";
import type { ProfileKind } from "../../core/messages/profiles.ts";
import { cell, type Fragment, sql } from "../connection/fragments.ts";
import { isNumber } from "../drift/distance-figures.ts";

const times = new Set(["date", "timestamp", "timestamptz"]);

export function kindOf(column: Column): ProfileKind {
  if (column.own) return "category";
  if (isNumber(column)) return "number";
  if (times.has(column.type)) return "time";
  return column.type === "bool" ? "boolean" : "category";
}

/** True where values have an order that means something, so that there are quantiles and a histogram. */
export function isOrdered(column: Column): boolean {
  return ["number", "time"].includes(kindOf(column));
}

/**
 * A cell as it is counted, in a form that every server can group and put in order in the same way: what is neither ordered
 * nor a boolean by its text, and texts byte by byte, whatever their collation takes for equal.
 */
export function countable(column: Column): Fragment {
  const value = cell("s", column);
  if (isOrdered(column) || kindOf(column) === "boolean") return value;
  // Not by a cast, for somebody may have made one; a row of NULLs is no NULL.
  if (column.own) return sql`(case when num_nulls(${value}) = 0 then format('%s', ${value}) end) collate "C"`;
  return sql`${value}::text collate "C"`;
}

/** The types under which values are put in order and written down, each for columns of one or several types. */
export type Family = "numeric" | "float4" | "float8" | "date" | "timestamp" | "timestamptz" | "text";

export function familyOf(column: Column): Family {
  if (!isOrdered(column)) return "text";
  return families.find((family) => family === column.type) ?? "numeric";
}

const families: readonly Family[] = ["float4", "float8", "date", "timestamp", "timestamptz"];

/** What `countable` has made of a cell, as its family has it. */
export function ofFamily(value: Fragment, family: Family): Fragment {
  return family === "text" ? sql`${value}::text collate "C"` : sql`${value}::${sql.unsafe(family)}`;
}

/** So much of a value is kept. */
const longest = 200;

/** A value as it is written down. */
export function written(value: Fragment, family: Family): Fragment {
  if (family === "numeric") return sql`trim_scale(${value})::text`;
  if (family !== "text") return sql`${value}::text`;
  return sql`case when length(${value}) > ${longest}::int then left(${value}, ${longest - 1}::int) || '…' else ${value} end`;
}

/** A number to add up: sums of floats may overflow; as numerics, of the 15 digits that they are good for, they do not. */
export function summable(value: Fragment, type: string): Fragment {
  return type === "numeric" ? value : sql`${value}::numeric`;
}

/** A hash of 64 bits that equal values share. */
export function hashed(column: Column): Fragment {
  const value = countable(column);
  if (column.type === "numeric" && !column.own) return sql`hash_numeric_extended(${value}, 0)`;
  if (kindOf(column) === "category") return sql`hashtextextended(${value}, 0)`;
  return sql`hash_record_extended(row(${value}), 0)`;
}
