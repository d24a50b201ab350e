import { metLater } from "../../core/errors.ts";
import type { Sql } from "../../postgres/connection/connect.ts";
import { tryLock, unlock } from "../../postgres/connection/lock.ts";
import { openDatabase } from "../../postgres/connection/open.ts";
import { isPooled, requireSessions } from "../../postgres/connection/pooler.ts";
import { settleSession } from "../../postgres/connection/settings.ts";
import type { Waiting } from "../../postgres/embedded/waiting.ts";
import { requireOwnTables } from "../../postgres/ledger/ownership.ts";
import { markCrashed } from "../../postgres/ledger/records.ts";
import { missingRights } from "../../postgres/roles/rights.ts";
import { requireNodesOf, settled, watchNodesOf } from "./cluster.ts";
import type { Session } from "./session.ts";

/**
 * Begin to connect, to be the dataset's one writer: a connection of its own, which is closed when it is disposed of, and
 * not replaced when it is lost, for the lock is lost with it. Whatever is looked at meanwhile is looked at without the lock.
 */
export function openWriter({ url }: Pick<Session, "url">) {
  let connected: Sql | null = null;
  let isDisposed = false;
  const connect = async () => {
    const sql = await openDatabase(url, { max: 1, once: true });
    // Nobody waits for what comes too late.
    if (isDisposed) void sql.end();
    connected = sql;
    return sql;
  };
  const connecting = metLater(connect());
  let locked: string | null = null;
  const crashed: number[] = [];
  return {
    /** Runs that were found dead when the lock was taken, and not before. */
    crashed,
    /**
     * Take the dataset's lock, which is held for as long as the connection lasts. Throws when somebody else is at work, and
     * before anything is written where the role lacks a right.
     */
    async lock(session: Session, signal?: AbortSignal): Promise<Sql> {
      const sql = await connecting;
      const { name } = session.dataset;
      if (isPooled(sql)) {
        await requireSessions(sql, session.sql);
        await settleSession(sql);
      }
      // On its way with the first, whose refusal counts.
      const owned = metLater(requireOwnTables(sql, session.dataset));
      await requireRights(sql, session);
      await owned;
      await takeLock(sql, session, signal);
      locked = name;
      crashed.push(...(await markCrashed(sql, name)));
      return sql;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      isDisposed = true;
      const isFree = connected === null || locked === null || (await unlock(connected, locked).catch(() => false));
      const ended = connected?.end({ timeout: 1 });
      // Who takes the lock next must find it free; for no more than that the server is waited for.
      if (!isFree) await ended;
    },
  };
}

async function requireRights(sql: Sql, { tables }: Session): Promise<void> {
  // Who has every right need not be asked. The server tells with each change of role; by way of a pooler, of somebody's.
  if (sql.parameters.is_superuser === "on" && !isPooled(sql)) return;
  const rights = await missingRights(sql, tables);
  if (rights.browsing.length === 0 && rights.running.length === 0) return;
  const { refusalOf } = await import("../../postgres/roles/lacking.ts");
  throw refusalOf(rights);
}

/** Work as the dataset's one writer. Throws when somebody else is at work. */
export async function asWriter<Result>(
  session: Session,
  work: (sql: Sql) => Promise<Result>,
  waiting?: Waiting,
): Promise<Result> {
  await using writer = openWriter(session);
  const sql = await writer.lock(session);
  await settled(session, waiting);
  const letGo = () => void sql.end({ timeout: 0 });
  await using nodes = await watchNodesOf(session, { tell: waiting?.tell, letGo });
  return await nodes.during(work(sql));
}

async function takeLock(sql: Sql, session: Session, signal?: AbortSignal): Promise<void> {
  if (await tryLock(sql, session.dataset.name)) return;
  // Who holds it may be waiting for a node that is away, and be past ending.
  await requireNodesOf(session);
  const { waitForHolder } = await import("./holder.ts");
  await waitForHolder(sql, session, signal);
}
