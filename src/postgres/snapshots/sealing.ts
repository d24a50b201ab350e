import type { Column } from "../../core/columns.ts";
import { hashingOf } from "../../core/messages/seals.ts";
import { keyColumns } from "../catalog/dataset-tables.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { type Sealed, type Sealing, seal } from "./fingerprint.ts";
import type { LedgerSeal, SealedColumn } from "./seals.ts";
import { type Frozen, frozenRows, sealedColumns, stagedRows } from "./snapshots.ts";

/** How a seal set now would be made: of every column that is frozen. */
export function newestSealing(table: Frozen): Sealing {
  const { serverMajor } = table.snapshot.table;
  return { key: keyColumns(table), columns: sealedColumns(table), hashing: "exact", serverMajor };
}

/** The columns that a seal covers, as it writes them down. */
export function named({ columns }: Sealing): SealedColumn[] {
  return columns.map(({ name, type }) => [name, type]);
}

/** The columns that a seal vouches for, as the table has them now, and those that it lost or changed the type of. */
interface Covered {
  columns: Column[];
  lost: string[];
}

/**
 * What a seal covers, as it wrote down. One that wrote down nothing, as the first ones did, covers what was there when it
 * was set: columns that were added since stand at the table's end, so that `added` of them are left out.
 */
export function coveredBy(table: Frozen, { columns: sealed }: Pick<LedgerSeal, "columns">, added = 0): Covered {
  const now = sealedColumns(table);
  if (sealed === null) {
    const own = table.snapshot.columns;
    const since = new Set(own.slice(own.length - added).map(({ name }) => name));
    return { columns: now.filter(({ name }) => !since.has(name)), lost: [] };
  }
  const find = ([name, type]: SealedColumn) => now.find((column) => column.name === name && column.type === type);
  return {
    columns: sealed.flatMap((column) => find(column) ?? []),
    lost: sealed.filter((column) => find(column) === undefined).map(([name]) => name),
  };
}

/**
 * The rows now in the snapshot, sealed like the seal they are held against, and the columns that it covers. For a seal
 * that did not write them down, those with which it matches, or all.
 */
export async function sealLike(
  sql: Queryable,
  table: Frozen,
  standing: Pick<LedgerSeal, "as_of" | "rows" | "fingerprint" | "columns">,
): Promise<{ found: Sealed; covered: Covered }> {
  const hashing = hashingOf(standing.fingerprint);
  const sealWithout = async (added: number) => {
    const covered = coveredBy(table, standing, added);
    const sealing = { ...newestSealing(table), columns: covered.columns, hashing };
    return { covered, found: await sealSnapshot(sql, table, standing.as_of, sealing) };
  };
  const all = await sealWithout(0);
  if (standing.columns !== null || all.found.rows !== standing.rows) return all;
  let fewer = all;
  const most = table.snapshot.columns.length - table.live.key.length;
  for (let added = 1; fewer.found.fingerprint !== standing.fingerprint; added++) {
    if (added > most) return all;
    fewer = await sealWithout(added);
  }
  return fewer;
}

/** What the seal of the staged rows would be. */
export function sealStaged(
  tx: Transaction,
  table: Frozen,
  month: string,
  sealing = newestSealing(table),
): Promise<Sealed> {
  return seal(tx, stagedRows(table, month, sealing.columns), sealing);
}

/** What the seal of the rows now in the snapshot would be; no rows when it was never taken. */
export function sealSnapshot(
  sql: Queryable,
  table: Frozen,
  asOf: string,
  sealing = newestSealing(table),
): Promise<Sealed> {
  return seal(sql, frozenRows(table, asOf, sealing.columns), sealing);
}
