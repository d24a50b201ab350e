import type { Reference } from "../core/columns.ts";
import { type LoadTable, stageSchema } from "./catalog.ts";
import type { Transaction } from "./connect.ts";
import { columnsOf, every, list } from "./fragments.ts";

/**
 * What a publication's own constraints would find, for a backfill, which writes no live table: a key that is staged
 * twice, and a row whose parent is neither staged nor live. Null when all is well.
 */
export async function stagedKeyFault(
  tx: Transaction,
  table: LoadTable,
  tables: readonly LoadTable[],
): Promise<"repeated" | "orphaned" | null> {
  if (await hasRepeatedKey(tx, table)) return "repeated";
  for (const reference of table.live.references) {
    if (await hasOrphan(tx, table, reference, tables)) return "orphaned";
  }
  return null;
}

async function hasRepeatedKey(tx: Transaction, { name, live }: LoadTable): Promise<boolean> {
  const key = list(tx, columnsOf(tx, "s", live.key));
  const [row] = await tx<{ repeated: boolean }[]>`
    select exists (select 1 from ${tx(stageSchema)}.${tx(name)} s group by ${key} having count(*) > 1) as repeated`;
  return row?.repeated ?? false;
}

async function hasOrphan(
  tx: Transaction,
  { name }: LoadTable,
  { parent, columns, parentColumns }: Reference,
  tables: readonly LoadTable[],
): Promise<boolean> {
  const matches = every(
    tx,
    columns.map((column, index) => tx`l.${tx(parentColumns[index] ?? "")} = s.${tx(column)}`),
  );
  const isWhole = every(
    tx,
    columns.map((column) => tx`s.${tx(column)} is not null`),
  );
  const isStaged = tables.some((table) => table.name === parent.name)
    ? tx`exists (select 1 from ${tx(stageSchema)}.${tx(parent.name)} l where ${matches})`
    : tx`false`;
  const isLive = tx`exists (select 1 from ${tx(parent.schema)}.${tx(parent.name)} l where ${matches})`;
  const [row] = await tx<{ orphaned: boolean }[]>`
    select exists (select 1 from ${tx(stageSchema)}.${tx(name)} s
                    where ${isWhole} and not ${isStaged} and not ${isLive}) as orphaned`;
  return row?.orphaned ?? false;
}
