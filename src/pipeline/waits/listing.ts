import { metLater } from "../../core/errors.ts";
import { areDistributed } from "../../postgres/catalog/dataset-tables.ts";
import { onOne, type Queryable } from "../../postgres/connection/connect.ts";
import { backendPid } from "../../postgres/connection/lock.ts";
import type { Waiting } from "../../postgres/embedded/waiting.ts";
import type { Session } from "../session/session.ts";

/** Most listings are there by then, and have nobody look after them. */
const soonMs = 100;

/**
 * Read what a listing is made of on one connection, and tell whom that waits for. Who attaches a partition has the one of all
 * other dates to itself until that is committed, and a commit may wait for a standby.
 */
export function tellingWaits<Result>(
  session: Session,
  { tell }: Pick<Waiting, "tell">,
  read: (one: Queryable) => Promise<Result>,
): Promise<Result> {
  return onOne(session.sql, async (one) => {
    const pid = metLater(backendPid(one));
    const over = Promise.withResolvers<void>();
    let watching: Promise<void> | undefined;
    const timer = setTimeout(() => {
      watching = watchUntil(over.promise, session, { pid, tell });
    }, soonMs);
    try {
      return await read(one);
    } finally {
      clearTimeout(timer);
      over.resolve();
      await watching;
    }
  });
}

async function watchUntil(
  over: Promise<void>,
  { url, tables }: Session,
  told: { pid: Promise<number>; tell(text: string): void },
): Promise<void> {
  const [{ fromOutside }, { watchWaits }] = await Promise.all([import("./outside.ts"), import("./waits.ts")]);
  await using outside = fromOutside(url);
  using _ = watchWaits({ ...told, outside, isSpread: areDistributed(tables), what: "The listing" });
  await over;
}
