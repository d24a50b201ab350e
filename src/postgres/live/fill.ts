import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { insertStaged, partsOf } from "./insert.ts";
import {
  type Aside,
  asideOf,
  type Beforehand,
  constraintsOf,
  type Patience,
  putBack,
  serverFor,
  setAside,
} from "./set-aside.ts";
import { addedRows, type Watching, watched } from "./written-so-far.ts";

interface Filling extends Watching {
  beforehand: Beforehand;
  patience: Patience;
}

/**
 * Fill an empty live table with its foreign keys set aside, and its primary key where nobody refers to it meanwhile: they are
 * built again in the same transaction, under their own names, by one join and one sort instead of a look-up a row. Where the
 * server does not allow it, the rows are inserted as it is; `slower` tells why.
 */
export async function fillEmpty(
  tx: Transaction,
  table: LoadTable,
  carried: readonly string[],
  { inserted: planned }: { inserted: number },
  { watch, onProgress, patience, beforehand }: Filling,
): Promise<{ inserted: number; slower: string | null; locked: boolean }> {
  const together = beforehand.aside;
  const alone = asideLeft(table, together);
  const isDone = together !== null && constraintsOf(alone).length === 0;
  const { slower, isFilled, isLocked } = isDone
    ? lockedBefore
    : await setAside(tx, [alone], await serverFor(tx, [alone]), patience);
  const aside = slower === null && !isFilled ? joined(together, alone) : together;
  const locked = !isFilled && (together !== null || isLocked);
  const insert = async (tell: (rows: number) => void) => {
    let rows = 0;
    const isKeyed = aside === null || aside.key === null;
    for (const part of await partsOf(tx, table, planned, rowsAtOnce(table, aside, planned))) {
      rows += await insertStaged(tx, table, carried, part, isKeyed);
      tell(rows);
    }
    return rows;
  };
  // What is locked cannot be looked at.
  const look = locked || watch === null ? null : await addedRows(tx, table, planned);
  const inserted = isFilled ? 0 : await watched({ rows: planned, look }, { watch, onProgress }, insert);
  if (aside !== null) await putBack(tx, aside);
  return { inserted, slower: slower ?? beforehand.slower, locked };
}

const lockedBefore = { slower: null, isFilled: false, isLocked: true };

/** What is yet to be set aside of a table. */
function asideLeft({ live }: LoadTable, together: Aside | null): Aside {
  const alone = asideOf(live);
  if (together === null) return alone;
  const references = alone.references.filter((one) => !together.references.includes(one));
  return { live, key: null, references, isFree: false };
}

function joined(together: Aside | null, alone: Aside): Aside {
  if (together === null) return alone;
  return { ...together, references: [...together.references, ...alone.references] };
}

/**
 * An empty table is filled part by part at no cost. One that keeps its key is filled in the key's order, which begins anew
 * with each part, and rows that refer to others of the table come all at once.
 */
function rowsAtOnce({ live }: LoadTable, aside: Aside | null, planned: number): number {
  const isOfItself = live.references.some(
    (one) => one.parent.schema === live.schema && one.parent.name === live.name && !aside?.references.includes(one),
  );
  if (isOfItself) return planned;
  return aside === null || aside.key === null ? 250_000 : 25_000;
}
