import type { Column } from "../../core/columns.ts";
import type { Cell, CellType, TrainingColumn } from "../../core/messages/training.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { type Fragment, list, qualified, sql } from "../connection/fragments.ts";
import type { Frozen } from "./snapshots.ts";

/** What goes into a training set: features as of one day, the label as of a later one. Both days are known to be days. */
export interface TrainingSources {
  features: readonly Frozen[];
  label: Frozen;
  asOf: string;
  labelsFrom: string;
}

type Cells = TrainingColumn & { cell: Fragment };

const cellTypes: Record<string, CellType> = {
  bool: "boolean",
  int2: "int32",
  int4: "int32",
  int8: "int64",
  float4: "double",
  float8: "double",
  numeric: "double",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
};

/** How a column's cells are written in a training set. */
export function cellTypeOf({ type }: Column): CellType {
  return cellTypes[type] ?? "text";
}

/** Columns in their order: key, stamp, features as their tables come, label, the label's stamp. */
export function trainingColumns(sources: TrainingSources): TrainingColumn[] {
  return cellsOf(sources).map(({ name, type, source }) => ({ name, type, source }));
}

/** The statement that reads a training set: one row a key that any feature table has, in byte order of the keys. */
export async function trainingQuery(sql: Queryable, sources: TrainingSources): Promise<string> {
  const { string } = await select(sql, sources).describe();
  return string.replace(/\s+/g, " ").trim();
}

/** The rows, some thousand at a time; the server waits for whoever takes them. */
export function trainingRows(tx: Transaction, sources: TrainingSources): AsyncIterable<Cell[][]> {
  return select(tx, sources).values().cursor(5_000) as AsyncIterable<Cell[][]>;
}

function select(sql: Queryable, sources: TrainingSources) {
  const { features, label, asOf, labelsFrom } = sources;
  const cells = cellsOf(sources).map(({ name, cell }) => sql`${cell} as ${sql(name)}`);
  const key = list(label.live.key.map((name) => sql`${sql(name)}`));
  const joined = features
    .map((table, index) => sql`${slice(table, asOf)} ${sql(`f${index}`)}`)
    .reduce((all, one) => sql`${all} full join ${one} using (${key})`);
  return sql<Record<string, Cell>[]>`
    select ${list(cells)}
      from ${joined} left join ${slice(label, labelsFrom)} l using (${key})
     order by ${list(label.snapshot.columns.filter(({ name }) => label.live.key.includes(name)).map(orderOf))}`;

  function orderOf({ name, type }: Column): Fragment {
    return cellTypes[type] === undefined ? sql`${sql(name)}::text collate "C"` : sql`${sql(name)}`;
  }
}

/** Dates are written out, not passed as parameters: the statement stands in the manifest and must run as it is. */
function slice({ snapshot }: Frozen, asOf: string): Fragment {
  const { table, columns, asOfColumn } = snapshot;
  const names = columns.map(({ name }) => sql`${sql(name)}`);
  return sql`
    (select ${list(names)} from ${qualified(table)}
      where ${sql(asOfColumn)} = ${day(asOf)})`;
}

function day(date: string): Fragment {
  return sql.unsafe(`date '${date}'`);
}

function cellsOf({ features, label, asOf, labelsFrom }: TrainingSources): Cells[] {
  const isKey = ({ name }: Column) => label.live.key.includes(name);
  const { asOfColumn } = label.snapshot;
  const payloadOf = ({ snapshot }: Frozen, alias: string) =>
    snapshot.columns
      .filter((column) => !isKey(column))
      .map((column) => described(sql`${sql(alias)}.`, column, snapshot.table.name));
  const stamp = (name: string, date: string): Cells => ({ name, type: "date", source: null, cell: day(date) });
  const cells = [
    ...label.snapshot.columns.filter(isKey).map((column) => described(sql``, column, null)),
    stamp(asOfColumn, asOf),
    ...features.flatMap((table, index) => payloadOf(table, `f${index}`)),
    ...payloadOf(label, "l"),
    stamp(`label_${asOfColumn}`, labelsFrom),
  ];
  return distinctNames(cells);
}

/** A column that shares its name with another is called after its table, too. */
function distinctNames(cells: readonly Cells[]): Cells[] {
  const times = Map.groupBy(cells, ({ name }) => name);
  return cells.map((cell) =>
    cell.source === null || times.get(cell.name)?.length === 1
      ? cell
      : { ...cell, name: `${cell.source}_${cell.name}` },
  );
}

/** Equal numerics are written alike whatever their scale; what JavaScript has no number for travels as text. */
function described(prefix: Fragment, column: Column, source: string | null): Cells {
  const { name, type } = column;
  let cell = sql`${prefix}${sql(name)}`;
  if (type === "numeric") cell = sql`trim_scale(${cell})::text`;
  else if (type === "int8" || !(type in cellTypes)) cell = sql`${cell}::text`;
  return { name, type: cellTypeOf(column), source, cell };
}
