import type { Reference } from "../../core/columns.ts";
import { type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { cell, cells, every, type Fragment } from "../connection/fragments.ts";
import { type Parents, placeOf, placesOfParents, standsIn } from "./parents.ts";

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

/** What the nodes of a cluster send are keys that are there twice, of which a sound drop has none. */
async function hasRepeatedKey(tx: Transaction, table: LoadTable): Promise<boolean> {
  const key = cells("s", table.live.key);
  const [row] = await tx<{ repeated: boolean }[]>`
    select exists (select 1 from ${twinOf(table)} s group by ${key} having count(*) > 1) as repeated`;
  return row?.repeated ?? false;
}

async function hasOrphan(tx: Transaction, table: LoadTable, reference: Reference, known: Known): Promise<boolean> {
  const { parent, parentColumns } = reference;
  const own = reference.columns.map((name) => cell("s", { name }));
  const isSame = (column: Fragment, index: number) => tx`${column} = ${own[index] ?? tx`null`}`;
  const isInDrop = known.tables.some(({ name }) => name === parent.name);
  const places = [
    ...(isInDrop ? [placeOf(twinOf({ ...table, name: parent.name }), parentColumns)] : []),
    ...placesOfParents(reference, known),
  ];
  // All are counted: for the first one alone the planner, which knows nothing of the stage, would try them one by one.
  const [row] = await tx<{ orphaned: boolean }[]>`
    select count(*) > 0 as orphaned from ${twinOf(table)} s
     where ${every(own.map((column) => tx`${column} is not null`))}
       and ${every(places.map((place) => tx`not ${standsIn(place, isSame)}`))}`;
  return row?.orphaned ?? false;
}
