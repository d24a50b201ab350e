import { areDistributed } from "../../postgres/catalog/dataset-tables.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import { keepCommitsOut, keepReadersOut, tryKeepCommitsOut } from "../../postgres/connection/lock.ts";
import { openDatabase, requireAnother } from "../../postgres/connection/open.ts";
import { settleTransaction } from "../../postgres/connection/settings.ts";
import type { Waiting } from "../../postgres/embedded/waiting.ts";
import type { Session } from "./session.ts";
import type { Silence, Watched } from "./silence.ts";

/**
 * Read while nobody commits: what is committed on a cluster is so on one node after the other, and half of a month might be
 * seen. Nothing is read either while a node is away, or has yet to end what it prepared. Elsewhere a commit is one moment.
 */
export async function whileUndivided<Result>(
  session: Session,
  waiting: Waiting,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!areDistributed(session.tables)) return work();
  // A transaction of its own, which ends with its connection whatever becomes of those that read.
  const gate = await openDatabase(session.url, { max: 1 });
  const letGo = () => {
    session.letGo();
    void gate.end({ timeout: 0 });
  };
  try {
    await using nodes = await watchNodesOf(session, { tell: waiting.tell, letGo });
    const reading = gate.begin("isolation level read committed", async (tx) => {
      await settleTransaction(tx);
      await requireAnother(session.sql, session.url);
      await awaitCommits(tx, session);
      return { value: await despiteLostNodes(session, waiting, work) };
    });
    return (await nodes.during(reading)).value;
  } finally {
    await gate.end({ timeout: 1 });
  }
}

/** Each failure takes one connection away that the coordinator kept to a node from before that was lost, until it uses it. */
const tries = 5;

/** Read with all nodes there; once more where one of them was lost, and is there again. */
async function despiteLostNodes<Result>(
  session: Session,
  waiting: Waiting,
  read: () => Promise<Result>,
): Promise<Result> {
  for (let left = tries; ; left--) {
    await settled(session, waiting);
    try {
      return await read();
    } catch (thrown) {
      const { isOfNode } = await import("../../postgres/remedies/remedies.ts");
      if (left === 1 || !isOfNode(thrown)) throw thrown;
    }
  }
}

/** A commit may be waiting for a node that is away: then nobody waits for it. */
async function awaitCommits(tx: Transaction, session: Session): Promise<void> {
  if (await tryKeepCommitsOut(tx, session.dataset.name)) return;
  await requireNodesOf(session);
  await keepCommitsOut(tx, session.dataset.name);
}

/** Throws where a node is away. */
export async function requireNodesOf({ sql, tables }: Session): Promise<void> {
  if (!areDistributed(tables)) return;
  const { requireNodes } = await import("../../postgres/cluster/recovery.ts");
  await requireNodes(sql);
}

/** Throws where a node is away; waits until none has left what a commit prepared. */
export async function settled({ sql, tables }: Session, waiting?: Waiting): Promise<void> {
  if (!areDistributed(tables)) return;
  const { settleNodes } = await import("../../postgres/cluster/recovery.ts");
  await settleNodes(sql, waiting);
}

/** One server's end is heard of by whoever works with it. */
const ofOneServer: Silence = {
  heard: () => {},
  reason: null,
  during: (work) => work,
  [Symbol.asyncDispose]: async () => {},
};

/** Ask the nodes whether they are there while they are worked with. */
export async function watchNodesOf(
  { url, tables }: Pick<Session, "url" | "tables">,
  watched: Pick<Watched, "tell" | "letGo">,
): Promise<Silence> {
  if (!areDistributed(tables)) return ofOneServer;
  const { watchNodes } = await import("./silence.ts");
  return watchNodes({ url, ...watched });
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
