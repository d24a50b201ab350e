import type { Transaction } from "../connect.ts";
import { list } from "../fragments.ts";
import { dropPatience } from "../snapshots.ts";
import { dependents } from "./dependents.ts";
import { keysWithout } from "./keys.ts";
import { nameOf, type Target } from "./relation.ts";
import { missingRights } from "./rights.ts";
import { takenNames } from "./taken-names.ts";
import { traits } from "./traits.ts";

/** What a partitioned table could not keep, and what to do about it. */
export interface Obstacle {
  table: string;
  what: string;
  remedy: string;
}

const searches = [
  {
    find: dependents,
    remedy: "Drop what depends on the table, convert it, and make that again.",
  },
  {
    find: keysWithout,
    remedy: "Keys of a partitioned table contain the column that it is partitioned by: give it such keys alone.",
  },
  {
    find: traits,
    remedy: "A partitioned table cannot have that as it is: reset, validate or remove it first.",
  },
  {
    find: takenNames,
    remedy: "Rename or drop what has the name of a partition.",
  },
];

/**
 * Lock the tables for as long as the transaction lasts, and find all that stands in the way of their conversion. Who may
 * not convert them is told that first, for nobody else may lock them. From here on the transaction writes and reads
 * definitions with every name qualified.
 */
export async function lockAndSearch(tx: Transaction, targets: readonly Target[]): Promise<Obstacle[]> {
  await tx`set local search_path = ''`;
  const obstacles: Obstacle[] = [];
  const note = (table: string, remedy: string, found: readonly string[]) => {
    obstacles.push(...found.map((what) => ({ table, what, remedy })));
  };
  for (const target of targets) {
    note(target.name, "Connect as the owner, or as a superuser.", await missingRights(tx, target));
  }
  if (obstacles.length > 0) return obstacles;
  const tables = targets.map((target) => nameOf(tx, target));
  await tx`set local lock_timeout = ${tx.unsafe(`'${dropPatience}'`)}`;
  await tx`lock table ${list(tx, tables)} in access exclusive mode`;
  for (const target of targets) {
    for (const { find, remedy } of searches) note(target.name, remedy, await find(tx, target));
  }
  return obstacles;
}
