import type { Reference } from "../../core/columns.ts";
import { type LoadTable, stageSchema } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { columnsOf, every, list } from "../connection/fragments.ts";
import { isKnownParent, type Parents } from "./parents.ts";

/** The tables of the drop, and where else parents may be. */
interface Known {
  tables: readonly LoadTable[];
  parents: Parents;
}

/**
 * What a publication's own constraints would find, for a backfill, which writes no live table: a key that is staged
 * twice, and a row whose parent is neither staged nor known. Null when all is well.
 */
export async function stagedKeyFault(
  tx: Transaction,
  table: LoadTable,
  known: Known,
): Promise<"repeated" | "orphaned" | null> {
  if (await hasRepeatedKey(tx, table)) return "repeated";
  for (const reference of table.live.references) {
    if (await hasOrphan(tx, table, reference, known)) return "orphaned";
  }
  return null;
}

async function hasRepeatedKey(tx: Transaction, { name, live }: LoadTable): Promise<boolean> {
  const key = list(tx, columnsOf(tx, "s", live.key));
  const [row] = await tx<{ repeated: boolean }[]>`
    select exists (select 1 from ${tx(stageSchema)}.${tx(name)} s group by ${key} having count(*) > 1) as repeated`;
  return row?.repeated ?? false;
}

async function hasOrphan(tx: Transaction, { name }: LoadTable, reference: Reference, known: Known): Promise<boolean> {
  const { parent, columns, parentColumns } = reference;
  const matches = every(
    tx,
    columns.map((column, index) => tx`l.${tx(parentColumns[index] ?? "")} = s.${tx(column)}`),
  );
  const isWhole = every(
    tx,
    columns.map((column) => tx`s.${tx(column)} is not null`),
  );
  const isStaged = known.tables.some((table) => table.name === parent.name)
    ? tx`exists (select 1 from ${tx(stageSchema)}.${tx(parent.name)} l where ${matches})`
    : tx`false`;
  const isKnown = isKnownParent(tx, reference, known, (column, index) => tx`${column} = s.${tx(columns[index] ?? "")}`);
  // All are counted: for the first one alone the planner, which knows nothing of the stage, would try them one by one.
  const [row] = await tx<{ orphaned: boolean }[]>`
    select count(*) > 0 as orphaned from ${tx(stageSchema)}.${tx(name)} s
     where ${isWhole} and not ${isStaged} and not ${isKnown}`;
  return row?.orphaned ?? false;
}
