import { codeOf } from "../../core/errors.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import { qualified } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";

/** How long to wait for those who are reading a table or a partition before giving up on changing what it is made of. */
export const lockPatienceMs = 5_000;

/** SQLSTATE lock_not_available. */
const inUse = "55P03";

/**
 * Lock all of these tables, with their partitions, against everybody until the transaction ends. While one is waited for none
 * of the others is held: whoever reads several in a transaction might else wait for us as we do for him, and the server would
 * end one of the two. Throws what the server says where one of them is in use for longer than that.
 */
export async function lockTogether(
  tx: Transaction,
  tables: readonly TableName[],
  patienceMs = lockPatienceMs,
): Promise<void> {
  const until = performance.now() + patienceMs;
  /** The one that was in use last, which is waited for. */
  let first = tables[0];
  while (first !== undefined) {
    await waitForLocks(tx, `${Math.max(1, Math.round(until - performance.now()))}ms`);
    const others = tables.filter((table) => table !== first);
    first = await taken(tx, first, others, performance.now() >= until);
  }
  await waitForLocks(tx, null);
}

/** Undefined where all of them could be had; else the one of the others that is in use, and none is held. */
async function taken(
  tx: Transaction,
  first: TableName,
  others: readonly TableName[],
  isLast: boolean,
): Promise<TableName | undefined> {
  let locking = first;
  try {
    await tx.savepoint(async (inner) => {
      await inner`lock table ${qualified(first)} in access exclusive mode`;
      for (locking of others) await inner`lock table ${qualified(locking)} in access exclusive mode nowait`;
    });
    return undefined;
  } catch (thrown) {
    if (codeOf(thrown) !== inUse || locking === first || isLast) throw thrown;
    return locking;
  }
}
