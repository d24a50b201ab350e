import type { Column } from "../../../src/core/columns.ts";
import type { Queryable, Sql } from "../../../src/postgres/connection/connect.ts";
import { type Fragment, list } from "../../../src/postgres/connection/fragments.ts";
import { versionOf } from "../../../src/postgres/connection/open.ts";
import { type Sealed, seal } from "../../../src/postgres/snapshots/fingerprint.ts";
import type { NamedType, Row } from "./values.ts";
import { writtenFor } from "./written.ts";

/** A column whose limits and NULLs are of no matter here. */
export function columnOf({ name, type, own }: NamedType): Column {
  return { name, type, ...(own && { own }), precision: null, scale: null, length: null, nullable: true };
}

/** Of the server that was asked something before. */
export function majorOf(sql: Sql): number {
  return Number.parseInt(versionOf(sql), 10);
}

/** What the server says of a relation, `(select …)`, whose rows are named by column `key`, an int4. */
export function sealed(
  sql: Queryable,
  relation: Fragment,
  columns: readonly NamedType[],
  serverMajor: number,
): Promise<Sealed> {
  const key = [columnOf({ name: "key", type: "int4" })];
  return seal(sql, relation, { key, columns: columns.map(columnOf), hashing: "exact", serverMajor });
}

/** A column of a selection: the store's column of this index, by another name or as another type perhaps. */
export interface Selected extends NamedType {
  from: number;
}

/**
 * Rows of one width, each stored once however many selections have it: thousands of tables that differ by a row are
 * sealed without being written anew.
 */
export class Store {
  private stored = 0;

  private constructor(
    private readonly sql: Sql,
    private readonly name: string,
    private readonly columns: readonly NamedType[],
  ) {}

  static async create(sql: Sql, name: string, columns: readonly NamedType[]): Promise<Store> {
    const cells = columns.map((column) => sql`${sql(column.name)} pg_catalog.${sql(column.type)}`);
    await sql`create table ${sql(name)} (key int4 primary key, ${list(cells)})`;
    // The plan that is kept for a statement is made when the table is all but empty.
    await sql`set enable_seqscan = off`;
    return new Store(sql, name, columns);
  }

  /** Writes each of the rows once, and gives their keys. */
  async write(rows: Iterable<Row>): Promise<Map<Row, number>> {
    const keys = new Map<Row, number>();
    const written: Record<string, string | number | null>[] = [];
    for (const row of rows) {
      if (keys.has(row)) continue;
      const key = ++this.stored;
      keys.set(row, key);
      const cells = this.columns.map(({ name, type }, index) => [name, writtenFor(type, row[index] ?? null)]);
      written.push({ key, ...Object.fromEntries(cells) });
    }
    const { sql, name } = this;
    await sql`insert into ${sql(name)} select * from jsonb_populate_recordset(null::${sql(name)}, ${sql.json(written)})`;
    return keys;
  }

  seal(keys: readonly number[], columns: readonly Selected[], serverMajor = majorOf(this.sql)): Promise<Sealed> {
    const { sql } = this;
    const cells = columns.map(({ from, name, type }) => {
      const stored = this.columns[from];
      if (stored === undefined) throw new RangeError(`no column ${from}`);
      const cell = sql`r.${sql(stored.name)}`;
      return sql`${type === stored.type ? cell : sql`${cell}::pg_catalog.${sql(type)}`} as ${sql(name)}`;
    });
    const relation = sql`
      (select r.key, ${list(cells)} from ${sql(this.name)} r where r.key = any(${keys}::int4[]))`;
    return sealed(sql, relation, columns, serverMajor);
  }
}
