import postgres from "postgres";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { waitForLocks } from "../connection/lock.ts";
import { keepOthersOut } from "../live/other-writers.ts";

/** Less than what the server takes two who wait for each other for. */
const patience = "500ms";

/** Lock_not_available, and a deadlock that was broken. */
const inUse = new Set(["55P03", "40P01"]);

/**
 * Keep others than consoles from reading the tables until the commit is done on every node, which takes a moment. Where one of
 * them reads for longer than that already it is not waited for: it may see some nodes before and others after the commit.
 */
export async function holdForCommit(tx: Transaction, tables: readonly LoadTable[]): Promise<void> {
  const all = tables.flatMap(({ live, snapshot }) => (snapshot === null ? [live] : [live, snapshot.table]));
  try {
    await tx.savepoint(async (inner) => {
      await waitForLocks(inner, patience);
      await keepOthersOut(inner, all, "reading");
    });
    await waitForLocks(tx, null);
  } catch (thrown) {
    if (!(thrown instanceof postgres.PostgresError && inUse.has(thrown.code))) throw thrown;
  }
}
