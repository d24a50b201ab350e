import type { Column, TableShape } from "../../core/columns.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { commas, counted, filtered, name, q, type Sql, toFragment } from "../plan/sql.ts";
import { familyOf } from "../plan/values.ts";
import { wholeTable } from "../results/select.ts";
import { type Categories, readCategories } from "./categories.ts";

/** What a table holds, as far as something may be proposed of it. */
export interface TableFacts {
  rows: number;
  columns: ColumnFacts[];
}

export interface ColumnFacts {
  column: Column;
  /** Rows in which it holds a value. */
  present: number;
  seen: Seen;
}

export type Seen =
  /** `odd`: how many are NaN or infinite; the others lie between the two, told digit by digit. */
  | { kind: "numbers"; odd: number; least: string | null; greatest: string | null }
  /** Years of the first and the last; `isPast` when none is yet to come. */
  | { kind: "moments"; odd: number; first: number | null; last: number | null; isPast: boolean }
  | { kind: "texts"; shortest: number | null; longest: number | null; blank: number; categories: Categories | null }
  | { kind: "other" };

/** Aggregates over a column, and what their values say. */
interface Probe {
  terms: readonly Sql[];
  read(values: readonly unknown[]): Seen;
}

/** Reads the table once, and of texts that may be categories their values by a second scan. */
export async function readFacts(tx: Transaction, table: TableName, shape: TableShape): Promise<TableFacts> {
  const probes = shape.columns.map((column) => ({ column, ...probeOf(column) }));
  // Counted, whatever is declared: not every constraint was held against what was there before it.
  const present = (column: Column) => counted(q`${name(column.name)} is not null`);
  const values = await scan(tx, table, [
    counted(),
    ...probes.flatMap(({ column, terms }) => [present(column), ...terms]),
  ]);
  const rows = Number(values.shift());
  const columns = probes.map(({ column, terms, read }): ColumnFacts => {
    const filled = Number(values.shift());
    return { column, present: filled, seen: read(values.splice(0, terms.length)) };
  });
  const texts = columns.flatMap(({ column, seen }) => (seen.kind === "texts" ? [column] : []));
  const categories = rows === 0 ? new Map() : await readCategories(tx, table, texts);
  for (const { column, seen } of columns) if (seen.kind === "texts") seen.categories = categories.get(column) ?? null;
  return { rows, columns };
}

/** A target list has 1,664 places at most. */
const widest = 1_600;

async function scan(tx: Transaction, table: TableName, terms: readonly Sql[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for (let at = 0; at < terms.length; at += widest) {
    const statement = q`select ${commas(terms.slice(at, at + widest))} from ${wholeTable}`;
    const [row = []] = await toFragment(tx, statement, table).values();
    values.push(...row);
  }
  return values;
}

const asText = (value: unknown) => (value === null || value === undefined ? null : String(value));
const asNumber = (value: unknown) => (value === null || value === undefined ? null : Number(value));

function probeOf(column: Column): Probe {
  const subject = name(column.name);
  const family = familyOf(column);
  if (family === "integer") return numbers(subject, null);
  if (family === "numeric" || family === "float") {
    // NaN is greater than all others.
    return numbers(subject, q`${subject} > '-Infinity' and ${subject} < 'Infinity'`);
  }
  if (family === "date" || family === "timestamp" || family === "timestamptz") return moments(subject);
  if (family === "text" && column.own !== true) return texts(subject);
  return { terms: [], read: () => ({ kind: "other" }) };
}

function numbers(subject: Sql, finite: Sql | null): Probe {
  const odd = finite === null ? q`0` : counted(q`not (${finite})`);
  return {
    terms: [odd, q`${filtered(q`min(${subject})`, finite)}::text`, q`${filtered(q`max(${subject})`, finite)}::text`],
    read: ([unusual, least, greatest]) => ({
      kind: "numbers",
      odd: Number(unusual),
      least: asText(least),
      greatest: asText(greatest),
    }),
  };
}

function moments(subject: Sql): Probe {
  const finite = q`isfinite(${subject})`;
  const [first, last] = [filtered(q`min(${subject})`, finite), filtered(q`max(${subject})`, finite)];
  const year = (moment: Sql) => q`extract(year from ${moment})::int`;
  return {
    terms: [counted(q`not ${finite}`), year(first), year(last), q`coalesce(${last} <= now(), false)`],
    read: ([odd, from, to, isPast]) => ({
      kind: "moments",
      odd: Number(odd),
      first: asNumber(from),
      last: asNumber(to),
      isPast: isPast === true,
    }),
  };
}

function texts(subject: Sql): Probe {
  const length = q`char_length(${subject})`;
  return {
    terms: [q`min(${length})`, q`max(${length})`, counted(q`${length} = 0`)],
    read: ([shortest, longest, blank]) => ({
      kind: "texts",
      shortest: asNumber(shortest),
      longest: asNumber(longest),
      blank: Number(blank),
      categories: null,
    }),
  };
}
