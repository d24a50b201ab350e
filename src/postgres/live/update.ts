import type { Column } from "../../core/columns.ts";
import { codeOf } from "../../core/errors.ts";
import { type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { RuledTable } from "../catalog/ruled-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { cell, type Fragment, list, qualified, sameKey, some, sql } from "../connection/fragments.ts";
import { differs } from "../snapshots/exact.ts";
import { exchangeRows } from "./exchange.ts";
import { partsOf } from "./insert.ts";
import { lettingGo, mayWait, waitsForNobody } from "./waiting.ts";

/** The columns that the file carried and that are not the key. */
export function payload({ live }: LoadTable, carried: readonly string[]): Column[] {
  return live.columns.filter(({ name }) => carried.includes(name) && !live.key.includes(name));
}

/** True where the staged row would change the live one. */
export function changes(columns: readonly Column[]): Fragment {
  return sql`(${some(columns.map((column) => differs("s", "l", column)))})`;
}

/** Rows that are written by one statement where so many are: each of the statements has to read the live table. */
const updatedAtOnce = 250_000;

/**
 * Write the rows that differ, of which there are so many. Where a row cannot be written until another one has let go of what
 * is unique, or stands where a foreign key leads, those that wait for nobody are written first, and then those that waited for
 * them; who goes round in a circle lets go of it for a moment, or is taken out and put back. What waits for rows that are yet to be added is left.
 */
export async function updateChanged(
  tx: Transaction,
  table: RuledTable,
  carried: readonly string[],
  { updated }: { updated: number },
  onProgress: (rows: number) => void,
): Promise<number> {
  if (!mayWait(table)) return updateOnce(tx, table, carried, updated, sql`true`, onProgress);
  const isReady = waitsForNobody(table, carried);
  let written = 0;
  let hasLetGo = false;
  while (written < updated) {
    const before = written;
    written += await updateOnce(tx, table, carried, updated, isReady, (rows) => onProgress(before + rows));
    if (written > before) continue;
    const isCircling = sql`${changes(payload(table, carried))} and not ${isReady}`;
    if (hasLetGo || !(await letGo(tx, table, carried, isCircling))) {
      const exchanged = await exchangeRows(tx, table, carried, isCircling);
      onProgress(written + exchanged);
      return written + exchanged;
    }
    hasLetGo = true;
  }
  return written;
}

/** False where no row can, or a rule of the table wants a value where there would be none for a moment. */
async function letGo(
  tx: Transaction,
  table: RuledTable,
  carried: readonly string[],
  isCircling: Fragment,
): Promise<boolean> {
  const free = lettingGo(table, carried);
  if (free === null) return false;
  try {
    await tx.savepoint(
      (inner) => inner`
        update ${qualified(table.live)} l set ${free} from ${twinOf(table)} s
         where ${sameKey("l", "s", table.live.key)} and ${isCircling}`,
    );
    return true;
  } catch (thrown) {
    if (/^23/.test(codeOf(thrown))) return false;
    throw thrown;
  }
}

async function updateOnce(
  tx: Transaction,
  table: LoadTable,
  carried: readonly string[],
  updated: number,
  condition: Fragment,
  onProgress: (rows: number) => void,
): Promise<number> {
  const columns = payload(table, carried);
  const assignments = columns.map((column) => tx`${tx(column.name)} = ${cell("s", column)}`);
  let written = 0;
  for (const part of await partsOf(tx, table, updated, updatedAtOnce)) {
    const { count } = await tx`
      update ${qualified(table.live)} l set ${list(assignments)}
        from ${twinOf(table)} s
       where ${sameKey("l", "s", table.live.key)} and ${changes(columns)} and ${part} and ${condition}`;
    written += count;
    onProgress(written);
  }
  return written;
}
