import { areDistributed } from "../../postgres/catalog/dataset-tables.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { keepCommitsOut, keepReadersOut } from "../../postgres/connection/lock.ts";
import { openDatabase } from "../../postgres/connection/open.ts";
import { settleTransaction } from "../../postgres/connection/settings.ts";
import type { Session } from "./session.ts";

type Tell = (text: string) => void;

/**
 * Read while nobody commits: what is committed on a cluster is so on one node after the other, and half of a month might be
 * seen. Nothing is read either while a node is away, or has yet to end what it prepared. Elsewhere a commit is one moment.
 */
export async function whileUndivided<Result>(
  session: Session,
  tell: Tell,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!areDistributed(session.tables)) return work();
  // A transaction of its own, which ends with its connection whatever becomes of those that read.
  const gate = await openDatabase(session.url, { max: 1 });
  try {
    const { value } = await gate.begin("isolation level read committed", async (tx) => {
      await settleTransaction(tx);
      await keepCommitsOut(tx, session.dataset.name);
      await settled(session, tell);
      return { value: await work() };
    });
    return value;
  } finally {
    await gate.end({ timeout: 1 });
  }
}

/** Throws where a node is away; waits until none has left what a commit prepared. */
export async function settled({ sql, tables }: Session, tell: Tell): Promise<void> {
  if (!areDistributed(tables)) return;
  const { settleNodes } = await import("../../postgres/cluster/recovery.ts");
  await settleNodes(sql, tell);
}

const lookAgainMs = 50;

/** Let those finish who read, and nobody begin until the transaction is committed on every node. The last thing before that. */
export async function keepUndivided(
  tx: Transaction,
  { dataset, tables }: Pick<Session, "dataset" | "tables">,
  signal?: AbortSignal,
): Promise<void> {
  if (!areDistributed(tables)) return;
  // By asking again, not in a queue, in which others who read would have to wait behind us.
  while (!(await keepReadersOut(tx, dataset.name))) {
    signal?.throwIfAborted();
    await Bun.sleep(lookAgainMs);
  }
  const { holdForCommit } = await import("../../postgres/cluster/commit.ts");
  await holdForCommit(tx, tables);
}
