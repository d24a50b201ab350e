import { parseManifest } from "../../../src/core/dataset.ts";
import { loadTables } from "../../../src/postgres/catalog/dataset-tables.ts";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { type Frozen, isFrozen } from "../../../src/postgres/snapshots/snapshots.ts";

/** A table of every kind of column that drift is told of, and its snapshots. */
export const columns = [...["amount", "score", "visits", "balance", "plan", "ticket", "born", "active"]] as const;
export type WideColumn = (typeof columns)[number];

export const from = "2024-01-31";
export const to = "2024-02-29";

/** Numbers with digits, a float, a count with few values, many zeros; few words, many words, days, yes and no. */
export async function makeWide(sql: Sql): Promise<Frozen> {
  const cells = `amount numeric, score float8, visits int, balance numeric, plan text, ticket text, born date, active boolean`;
  await sql.unsafe(`
    create table wide (user_id text primary key, ${cells});
    create table wide_snapshots (user_id text, ${cells}, as_of date, primary key (user_id, as_of))
      partition by list (as_of);
    create unlogged table wide_0 partition of wide_snapshots for values in ('${from}');
    create unlogged table wide_1 partition of wide_snapshots for values in ('${to}')`);
  const tolerance = { warn: 0.1, reject: 0.5 };
  const manifest = {
    ...{ name: "wide", schema: "public", first_month: "2024-01", as_of_column: "as_of" },
    dates: { from: "1900-01-01", to: "2100-12-31" },
    rows: { shrink: tolerance, grow: tolerance },
    tables: { wide: { file: "wide.csv", snapshot: "wide_snapshots" } },
  };
  const [table] = (await loadTables(sql, parseManifest(JSON.stringify(manifest), "wide.json"))).filter(isFrozen);
  if (table === undefined) throw new Error("wide is not frozen");
  // It is known by now, and keeping it is most of what it takes to fill the table.
  await sql`alter table wide_snapshots drop constraint wide_snapshots_pkey`;
  return table;
}

/** How one month differs from the one before. */
export interface Change {
  rows: number;
  /** Sets all that is drawn. */
  seed: number;
  /** Share of the users who left, and of those who came. */
  left: number;
  came: number;
  /** Rows lie in the order of what they hold, or in none. */
  clustered: boolean;
  /** Share of the cells that are drawn anew, from what never changes; the others stay as they are. */
  redrawn: number;
  /** Share of the users whose cells are moved: by so much, to so many other values, or to NULL. */
  moved: number;
  by: number;
  how: "shifted" | "replaced" | "emptied";
  /** The users who moved lie next to each other. */
  together: boolean;
  categories: number;
}

/** Fill both snapshots. A user's draws are hashes of the user, the column and the month, so that the same seed is the same. */
export async function fillWide(sql: Sql, change: Change): Promise<void> {
  const { rows, left, came, clustered } = change;
  await sql`truncate wide_snapshots`;
  const last = Math.round(rows * (1 + came));
  await fillSide(sql, change, { asOf: from, first: 0, last: rows, order: clustered ? "i" : "hashint8extended(i, 7)" });
  const order = clustered ? "i" : "hashint8extended(i, 8)";
  await fillSide(sql, change, { asOf: to, first: Math.round(rows * left), last, order });
}

interface Side {
  asOf: string;
  first: number;
  last: number;
  order: string;
}

async function fillSide(sql: Sql, change: Change, { asOf, first, last, order }: Side): Promise<void> {
  const isLater = asOf === to;
  const draws = Array.from({ length: 11 }, (_, index) => `${drawn(change, index + 1, isLater)} as u${index + 1}`);
  const cells = cellsFor(change, isLater);
  await sql.unsafe(`
    insert into wide_snapshots
    select 'u' || i, ${cells.join(", ")}, '${asOf}'
      from (select i, ${isMoved(change)} as is_moved, ${draws.join(", ")}
              from generate_series(${first}, ${last - 1}) i offset 0) drawn
     order by ${order}`);
}

const uniform = (salt: number) => `(((hashint8extended(i, ${salt}) & 1048575) + 0.5) / 1048576)`;

/** The same draw in both months, but for the cells that are drawn anew. What is clustered depends on where it lies. */
function drawn({ rows, seed, redrawn, clustered }: Change, salt: number, isLater: boolean): string {
  const [old, fresh] = [uniform(seed * 1000 + salt), uniform(seed * 1000 + 500 + salt)];
  const some = `case when ${uniform(seed * 1000 + 900 + salt)} < ${redrawn} then ${fresh} else ${old} end`;
  const draw = !isLater || redrawn === 0 ? old : redrawn === 1 ? fresh : some;
  return clustered ? `0.7 * i / ${rows}::float8 + 0.3 * ${draw}` : draw;
}

function isMoved({ rows, seed, moved, together }: Change): string {
  return together ? `i::float8 / ${rows} < ${moved}` : `${uniform(seed * 1000 + 400)} < ${moved}`;
}

function cellsFor({ moved, by, how, categories }: Change, isLater: boolean): string[] {
  const moving = (value: string, shifted: string, replaced: string) => {
    if (!isLater || moved === 0) return value;
    return `case when is_moved then ${{ shifted, replaced, emptied: "null" }[how]} else ${value} end`;
  };
  const number = (value: string, step: number, replaced: string) => moving(value, `${value} + ${by * step}`, replaced);
  const fewer = Math.max(0.2, 1 - by);
  const word = (name: string, count: number, draw: string) =>
    moving(
      `'${name}' || floor(${count} * ${draw})::int`,
      `'${name}' || floor(${count * fewer} * ${draw})::int`,
      `'new ${name}'`,
    );
  const days = (count: number) => `date '2010-01-01' + floor(${count} * u10)::int`;
  return [
    number("round((20 + 80 * u1)::numeric, 2)", 20, "999999"),
    number("exp(2 * u2 + u3)", 3, "-1"),
    `(${number("floor(6 * u4 * u5)", 2, "5")})::int`,
    number("case when u6 < 0.6 then 0 else round((1000 * u7)::numeric, 3) end", 300, "77.7"),
    word("plan", 4, "u8"),
    word("ticket", categories, "u9"),
    moving(days(categories), days(categories * fewer), "date '2024-02-29'"),
    moving("u11 < 0.3", `u11 < ${0.3 + 0.2 * by}`, "true"),
  ];
}

/** A column's cells as they lie in one snapshot: numbers, or words for all else. */
export async function cellsOf(sql: Sql, column: WideColumn, asOf: string): Promise<(number | string | null)[]> {
  const isNumber = ["amount", "score", "visits", "balance"].includes(column);
  const [row] = await sql<{ cells: (number | string | null)[] }[]>`
    select coalesce(json_agg(${isNumber ? sql`s.${sql(column)}` : sql`s.${sql(column)}::text`}), '[]') as cells
      from wide_snapshots s where as_of = ${asOf}`;
  return row?.cells ?? [];
}
