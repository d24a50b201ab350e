import { type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { cells, type Fragment, oidOf, qualified, sql } from "../connection/fragments.ts";

/**
 * Conditions that divide a table's staged rows into parts one after the other, so that what is done of so many rows shows as
 * it goes on. The rows of a distributed table lie in no one order.
 */
export async function partsOf(tx: Transaction, table: LoadTable, rows: number, atOnce: number): Promise<Fragment[]> {
  const parts = Math.ceil(rows / atOnce);
  if (parts < 2 || table.live.distribution !== null) return [sql`true`];
  const { schema, name } = { schema: table.stage, name: table.name };
  const [row] = await tx<{ pages: number }[]>`
    select pg_relation_size(${oidOf({ schema, name })}) / current_setting('block_size')::int as pages`;
  const step = Math.ceil((row?.pages ?? 0) / parts);
  const page = (part: number) => sql.unsafe(`'(${part * step},0)'::tid`);
  return Array.from({ length: parts }, (_, part) =>
    part === parts - 1 ? sql`s.ctid >= ${page(part)}` : sql`(s.ctid >= ${page(part)} and s.ctid < ${page(part + 1)})`,
  );
}

/** Key order keeps the primary key's index cheap to extend; where it is built afterwards, it is needless. */
export async function insertStaged(
  tx: Transaction,
  table: LoadTable,
  carried: readonly string[],
  condition: Fragment,
  inKeyOrder = true,
): Promise<number> {
  const { live } = table;
  const order = inKeyOrder ? tx`order by ${cells("s", live.key)}` : tx``;
  const all = live.columns.map((column) => column.name).filter((column) => carried.includes(column));
  const isAlways = live.alwaysIdentity.some((name) => all.includes(name));
  const { count } = await tx`
    insert into ${qualified(live)} (${tx(all)}) ${isAlways ? tx`overriding system value` : tx``}
    select ${cells("s", all)} from ${twinOf(table)} s where ${condition} ${order}`;
  return count;
}
