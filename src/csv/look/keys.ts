import type { Column } from "../../core/columns.ts";
import { hashed, isInteger, isMoment } from "./values.ts";

/** Columns that may tell rows apart, likely ones first, as far as a sample tells. */
export function likelyKeys(
  table: string,
  columns: readonly Column[],
  sample: readonly (readonly string[])[],
): number[][] {
  const usable = columns.flatMap((column, at) =>
    sample.length > 0 && column.type !== "bool" && sample.every((row) => row[at] !== "") ? [at] : [],
  );
  const rankOf = (at: number) => rank(table, columns[at]?.name ?? "", at);
  const ids = usable.filter(
    (at) => isPlain(columns[at]) && (rankOf(at) < notNamed || isSerial(columns[at]?.name ?? "")),
  );
  const singles = usable
    .filter((at) => isPlain(columns[at]) && rankOf(at) < notNamed)
    .sort((a, b) => rankOf(a) - rankOf(b));
  const pairs = ids.flatMap((one, place) => ids.slice(place + 1).map((other) => [one, other]));
  // Of what is measured, nothing tells rows apart but by chance.
  const telling = usable.filter((at) => isPlain(columns[at]) || isMomentAt(columns[at]));
  // Where rows are numbered within something, that alone does not tell them apart, though it may in one month.
  const numbered = pairs.filter((pair) => pair.some((at) => isSerial(columns[at]?.name ?? "")));
  const sure = singles.filter((at) => rankOf(at) === 0).map((at) => [at]);
  const all = [...sure, ...numbered, ...singles.map((at) => [at]), ...pairs, ids, telling, usable];
  const different = all.filter((one, at) => all.findIndex((other) => other.join() === one.join()) === at);
  const possible = different.filter(({ length }) => length > 0 && length <= mostColumns);
  return possible.filter((key) => tellApart(key, sample)).slice(0, mostTried);
}

/** What an index of PostgreSQL holds. */
const mostColumns = 31;
/** Keys that all rows are looked through for. */
const mostTried = 6;

function isPlain(column: Column | undefined): boolean {
  return column !== undefined && (isInteger(column) || column.type === "text" || column.type === "uuid");
}

function isMomentAt(column: Column | undefined): boolean {
  return column !== undefined && isMoment(column);
}

function tellApart(key: readonly number[], rows: readonly (readonly string[])[]): boolean {
  return new Set(rows.map((row) => keyOf(key, row))).size === rows.length;
}

export function keyOf(key: readonly number[], row: readonly string[]): number {
  return hashed(key.map((at) => row[at]).join("\u001f"));
}

const notNamed = 4;

/** How much a column's name and place say that it is the key: least for the most likely. */
function rank(table: string, name: string, at: number): number {
  if (name === "id" || name === `${table}_id` || name === `${singular(table)}_id`) return 0;
  if (isIdentifier(name)) return at === 0 ? 1 : 2;
  return at === 0 ? 3 : notNamed;
}

export function isIdentifier(name: string): boolean {
  return /(^|_)(?:id|uuid|guid|key|code|number|no|nr)$/.test(name);
}

export function isSerial(name: string): boolean {
  return /(^|_)(?:seq|sequence|sequential|line|item|position|pos|index|rank|nth|part)(_|$)/.test(name);
}

/** `orders` is of order_id, `cities` of city_id. */
export function singular(name: string): string {
  return name.replace(/ies$/, "y").replace(/(?<!s)s$/, "");
}
