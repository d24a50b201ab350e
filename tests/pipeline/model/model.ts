import type { LoadTable } from "../../../src/postgres/catalog/dataset-tables.ts";
import type { Sql } from "../../../src/postgres/connection/connect.ts";
import type { Drop, File } from "./drops.ts";

/** A row of a table as text, a column each. */
type Values = Record<string, string | null>;
/** Every row of every live and snapshot table, by table. */
export type Contents = Record<string, Values[]>;

export interface Counts {
  table: string;
  rows: number;
  inserted: number;
  updated: number;
  unchanged: number;
  absent: number;
}

/** What the tables must hold, in plain maps: live rows by key, and for each snapshot the rows of its drop. */
export class Model {
  readonly #live = new Map<string, Map<string, Values>>();
  readonly #frozen = new Map<string, Map<string, Values[]>>();
  /** The columns that each month's file carried, by table: what it was published with last. */
  readonly #carried = new Map<string, Map<string, readonly string[]>>();

  constructor(readonly tables: readonly LoadTable[]) {
    for (const { name } of tables) this.#live.set(name, new Map());
    for (const { snapshot } of tables) if (snapshot !== null) this.#frozen.set(snapshot.table.name, new Map());
  }

  live(table: string): Map<string, Values> {
    return this.#live.get(table) as Map<string, Values>;
  }

  /** Rows of the drop are new or take the place of what was there; the others stay. */
  upsert(drop: Drop): void {
    for (const table of this.tables) {
      const live = this.live(table.name);
      const file = drop.get(table.name) as File;
      for (const key of file.rows.keys()) live.set(key, { ...(live.get(key) ?? {}), ...this.#said(table, file, key) });
    }
  }

  /** What a drop says of a row: columns that it leaves out, and another month carried, are NULL. */
  #said(table: LoadTable, file: File, key: string): Values {
    const ever = new Set([...this.#carried.values()].flatMap((month) => month.get(table.name) ?? []));
    const lapsed = table.manifest.absent.filter((column) => ever.has(column));
    return { ...Object.fromEntries(lapsed.map((column) => [column, null])), ...delivered(table, file, key) };
  }

  /** What an upsert of this drop would count. */
  counts(drop: Drop): Counts[] {
    return this.tables.map((table) => {
      const live = this.live(table.name);
      const file = drop.get(table.name) as File;
      const known = [...file.rows.keys()].filter((key) => live.has(key));
      const updated = known.filter((key) =>
        Object.entries(this.#said(table, file, key)).some(
          ([column, value]) => (live.get(key)?.[column] ?? null) !== value,
        ),
      ).length;
      return {
        table: table.name,
        rows: file.rows.size,
        inserted: file.rows.size - known.length,
        updated,
        unchanged: known.length - updated,
        absent: live.size - known.length,
      };
    });
  }

  /** The snapshots of this day hold the drop's rows and nothing else. */
  freeze(drop: Drop, month: string, asOf: string): void {
    this.#carried.set(month, new Map([...drop].map(([table, { carried }]) => [table, carried])));
    for (const table of this.tables) {
      if (table.snapshot === null) continue;
      const { table: target, asOfColumn, deliveredColumn } = table.snapshot;
      const file = drop.get(table.name) as File;
      const stamp = { [asOfColumn]: asOf, ...(deliveredColumn !== null && { [deliveredColumn]: month }) };
      const rows = [...file.rows.keys()].map((key) => ({ ...delivered(table, file, key), ...stamp }));
      this.#frozen.get(target.name)?.set(asOf, rows);
    }
  }

  contents(): Contents {
    const contents: Contents = {};
    for (const { name, live, snapshot } of this.tables) {
      contents[name] = inOrder(live.columns, [...this.live(name).values()]);
      if (snapshot === null) continue;
      const rows = [...(this.#frozen.get(snapshot.table.name)?.values() ?? [])].flat();
      contents[snapshot.table.name] = inOrder(snapshot.table.columns, rows);
    }
    return contents;
  }
}

/** A row of a file, with its key. */
function delivered({ live }: LoadTable, { carried, rows }: File, key: string): Values {
  const row = rows.get(key);
  const cells = carried.map((column) => [column, row?.[column]?.means ?? null]);
  return { ...Object.fromEntries(cells), [live.key[0] as string]: key };
}

/** What the tables do hold; numbers without zeros at their end. */
export async function contentsOf(sql: Sql, tables: readonly LoadTable[]): Promise<Contents> {
  const shapes = tables.flatMap(({ live, snapshot }) => (snapshot === null ? [live] : [live, snapshot.table]));
  const read = shapes.map(async ({ name, columns }) => {
    const cells = columns.map((column) => {
      const value = column.type === "numeric" ? sql`trim_scale(${sql(column.name)})` : sql`${sql(column.name)}`;
      return sql`${value}::text as ${sql(column.name)}`;
    });
    const rows = await sql<Values[]>`
      select ${cells.reduce((all, cell) => sql`${all}, ${cell}`)} from ${sql(name)}`;
    return [name, inOrder(columns, rows)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Rows with all of their columns, in one order whatever order they came in. */
function inOrder(columns: readonly { name: string }[], rows: readonly Values[]): Values[] {
  const whole = rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])));
  const place = (row: Values) => JSON.stringify(row);
  return whole.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
