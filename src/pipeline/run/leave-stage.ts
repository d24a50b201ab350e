import { metLater } from "../../core/errors.ts";
import type { TableName } from "../../postgres/catalog/introspect.ts";
import { transact } from "../../postgres/connection/attempt.ts";
import type { Sql, Transaction } from "../../postgres/connection/connect.ts";
import { isLost } from "../../postgres/connection/errors.ts";
import { backendPid, lockHolder } from "../../postgres/connection/lock.ts";
import { isPooled } from "../../postgres/connection/pooler.ts";
import { foundAtOnce, type InStage, leaveEmpty, leaveStageEmpty } from "../../postgres/live/stage.ts";
import { tidyUp } from "../session/tidy.ts";
import { type MonthRun, requireProcess } from "./publish.ts";

/**
 * Empty a stage that was filled before the run's transaction, once the last word is said: nobody waits for that, and should
 * it not be possible the next run does it. A session that lost the lock cannot, for the stage may be another's by then: unless
 * the run is tried again, another session looks after it.
 */
export async function leaveStage(open: MonthRun, isFinal: boolean): Promise<void> {
  const { side, sql, session, tables, pid } = open;
  if (side === null) return;
  const asHolder = (work: (tx: Transaction) => Promise<void>) =>
    transact(sql, async (tx) => {
      requireProcess(await backendPid(tx), pid);
      await work(tx);
    });
  const alone = () => asHolder((tx) => leaveStageEmpty(tx, tables));
  // For each table the server waits for the disk several times, one after the other.
  const byBoth = async () => {
    let found: InStage = { full: [], built: [] };
    await asHolder(async (tx) => {
      found = await foundAtOnce(tx, tables);
    });
    const half = Math.floor(found.full.length / 2);
    const helped = metLater(emptyBeside(side, found.full.slice(0, half), open));
    await asHolder((tx) => leaveEmpty(tx, { ...found, full: found.full.slice(half) }));
    await helped.catch(alone);
  };
  // What else it was, such as an administrator's cancel, may not come twice.
  const emptied = (isPooled(side) ? alone() : byBoth()).catch(async (thrown) => {
    if (!isLost(thrown)) await alone();
    else if (isFinal) await tidyUp(session);
  });
  await emptied.catch(() => undefined);
}

/**
 * Empty some of its tables by a session that does not hold the lock: who holds it is asked once nobody else can write to them
 * any more. Should that be another run by then, it keeps what it has staged.
 */
export async function emptyBeside(
  side: Sql,
  full: readonly TableName[],
  { pid, dataset }: Pick<MonthRun, "pid" | "dataset">,
): Promise<void> {
  if (full.length === 0) return;
  await transact(side, async (tx) => {
    const [, holder] = await Promise.all([leaveEmpty(tx, { full, built: [] }), lockHolder(tx, dataset.name)]);
    requireProcess(holder ?? 0, pid);
  });
}
