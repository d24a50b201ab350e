import type { Column } from "../../core/columns.ts";
import type { CellType } from "../../core/messages/training.ts";
import type { Queryable } from "../connection/connect.ts";
import { every, type Fragment, list, qualified, sql } from "../connection/fragments.ts";
import type { Frozen } from "./snapshots.ts";
import { cellTypeOf, trainingColumns } from "./training.ts";

/**
 * Statements by which a feature store reads the snapshots as `export` does, at whatever moment: each row stands at midnight,
 * UTC, of its day. Days are those of which every feature table has a seal.
 */
export interface FeatureTables {
  features: readonly Frozen[];
  label: Frozen;
  dataset: string;
  firstMonth: string;
}

export interface SourceColumn {
  /** As the training set calls it. */
  name: string;
  type: CellType;
  column: Column;
}

/** The columns of the key, which every source has. */
export function keyOf({ label }: FeatureTables): SourceColumn[] {
  return label.snapshot.columns
    .filter(({ name }) => label.live.key.includes(name))
    .map((column) => ({ name: column.name, type: cellTypeOf(column), column }));
}

/** What a source gives beside key and day. */
export function payloadOf(table: Frozen, { features, label }: FeatureTables): SourceColumn[] {
  const source = table.snapshot.table.name;
  const payload = table.snapshot.columns.filter(({ name }) => !label.live.key.includes(name));
  // Which day is all the same to the names.
  return trainingColumns({ features, label, asOf: "", labelsFrom: "" })
    .filter((one) => one.source === source)
    .flatMap(({ name, type }, index) => payload.slice(index, index + 1).map((column) => ({ name, type, column })));
}

/**
 * The rows of each day, and an empty one for whoever was there the day before and is no more: whoever asks for the newest row
 * there is would else get an older one than `export` has.
 */
export async function featureQuery(on: Queryable, table: Frozen, tables: FeatureTables): Promise<string> {
  const { asOfColumn: day, table: source } = table.snapshot;
  const key = keyOf(tables);
  const payload = payloadOf(table, tables);
  const columns = (alias: string) => list(key.map(({ column }) => cellOf(alias, column)));
  const cells = payload.map(({ name, column }) => sql`, ${cellOf("s", column, name)}`);
  const nothing = payload.map(({ column }) => sql`, null::${castOf(column)}`);
  const isSame = every(key.map(({ name }) => sql`s.${sql(name)} = b.${sql(name)}`));
  return textOf(on`with ${daysOf(tables)},
pairs as (select as_of, lag(as_of) over (order by as_of) as before from days)
select ${columns("s")}, ${midnight(sql`s.${sql(day)}`)} as ${sql(day)}${joined(cells)}
from ${qualified(source)} s join days on days.as_of = s.${sql(day)}
union all
select ${columns("b")}, ${midnight(sql`pairs.as_of`)}${joined(nothing)}
from pairs join ${qualified(source)} b on b.${sql(day)} = pairs.before
where not exists (select from ${qualified(source)} s where ${isSame} and s.${sql(day)} = pairs.as_of)`);
}

/** The label that `export` sets beside the features of each day: that of the next day of a later month than all of them. */
export async function labelQuery(on: Queryable, tables: FeatureTables): Promise<string> {
  const { features, label } = tables;
  const { asOfColumn: day, table } = label.snapshot;
  const key = keyOf(tables).map(({ column }) => column);
  const users = features
    .map(
      ({ snapshot }) =>
        sql`select ${list(key.map(({ name }) => sql`${sql(name)}`))}, ${sql(day)} from ${qualified(snapshot.table)}`,
    )
    .reduce(
      (all, one) => sql`${all}
  union ${one}`,
    );
  const isSame = every(key.map(({ name }) => sql`l.${sql(name)} = u.${sql(name)}`));
  const cells = payloadOf(label, tables).map(({ name, column }) => sql`, ${cellOf("l", column, name)}`);
  return textOf(on`with ${daysOf(tables)},
pairs as (
  select days.as_of, min(seals.as_of) as label_as_of
  from days join console.seals on seals.as_of > days.as_of and ${monthOf(tables)} > days.month
  where seals.dataset = ${text(tables.dataset)} and seals.table_name = ${text(table.name)}
  group by days.as_of),
users as (
  ${users})
select ${list(key.map((column) => cellOf("u", column)))}, ${midnight(sql`pairs.as_of`)} as ${sql(day)}${joined(cells)},
  ${midnight(sql`pairs.label_as_of`)} as ${sql(`label_${day}`)}
from pairs join users u on u.${sql(day)} = pairs.as_of
left join ${qualified(table)} l on ${isSame} and l.${sql(day)} = pairs.label_as_of`);
}

/** The days that a training set can be made of: each with the newest month that any of its features is of. */
function daysOf(tables: FeatureTables): Fragment {
  const names = tables.features.map(({ snapshot }) => text(snapshot.table.name));
  return sql`days as (
  select as_of, max(${monthOf(tables)}) as month from console.seals
  where dataset = ${text(tables.dataset)} and table_name in (${list(names)})
  group by as_of having count(*) = ${sql.unsafe(String(names.length))})`;
}

/** The number of a seal's month, as `indexOfRecord` has it. */
function monthOf({ firstMonth }: FeatureTables): Fragment {
  const [year = 0, month = 0] = firstMonth.split("-").map(Number);
  return sql.unsafe(
    `coalesce(substring(seals.month from '^month_([0-9]+)$')::int, extract(year from seals.as_of)::int * 12 + extract(month from seals.as_of)::int - ${year * 12 + month})`,
  );
}

function midnight(day: Fragment): Fragment {
  return sql`${day}::timestamp at time zone 'UTC'`;
}

const casts: Record<CellType, string> = {
  text: "text",
  boolean: "bool",
  int32: "int4",
  int64: "int8",
  double: "float8",
  date: "timestamptz",
  timestamp: "timestamptz",
  timestamptz: "timestamptz",
};

function castOf(column: Column): Fragment {
  return sql.unsafe(casts[cellTypeOf(column)]);
}

/** A feature store knows moments, but no days, and doubles, but no decimals. */
function cellOf(alias: string, column: Column, name = column.name): Fragment {
  const cell = sql`${sql(alias)}.${sql(column.name)}`;
  const type = cellTypeOf(column);
  // As it is written: a float4 made into a float8 would get digits that nobody wrote.
  if (column.type === "float4") return sql`${cell}::text::float8 as ${sql(name)}`;
  if (type === "date" || type === "timestamp") return sql`${midnight(cell)} as ${sql(name)}`;
  return sql`${cell}::${castOf(column)} as ${sql(name)}`;
}

function joined(parts: readonly Fragment[]): Fragment {
  return parts.reduce((all, one) => sql`${all}${one}`, sql``);
}

/** Written out, not passed as a parameter: the statement stands in a file and must run as it is. */
function text(value: string): Fragment {
  return sql.unsafe(`'${value.replaceAll("'", "''")}'`);
}

async function textOf(query: { describe(): Promise<{ string: string }> }): Promise<string> {
  const { string } = await query.describe();
  return string;
}
