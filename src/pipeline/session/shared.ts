import type { Settings } from "../../core/settings.ts";
import type { Waiting } from "../../postgres/embedded/waiting.ts";
import { type Reached, reachDatabase } from "./reach.ts";
import type { LedgerSession, Session } from "./session.ts";

/**
 * One session for all requests, and the database before that. A failed attempt is told by the request that it was made
 * for, and forgotten then, so that the next one tries again.
 */
export function sharedSession(settings: Settings, wait: () => Waiting) {
  let reaching: Promise<Reached> | null = null;
  let opening: Promise<Session> | null = null;
  const reach = () => {
    if (reaching !== null) return reaching;
    const attempt = reachDatabase(settings, wait());
    attempt.catch(() => {
      if (reaching === attempt) reaching = null;
    });
    reaching = attempt;
    return attempt;
  };
  const loading = () => import("./session.ts");
  const begin = () => {
    const begun = Promise.all([reach(), loading()]).then(([reached, { openSession }]) => openSession(reached));
    begun.catch(() => {
      reaching = null;
      opening = null;
    });
    opening = begun;
    return begun;
  };
  return {
    reach,
    /** With the tables as they are now: to find that out takes longer than most answers from the ledger do. */
    async open(): Promise<Session> {
      if (opening === null) return begin();
      const { refreshed } = await loading();
      return refreshed(await opening);
    },
    async openLedger(): Promise<LedgerSession> {
      return opening ?? begin();
    },
    /** The database that was reached, with the dataset where that was read; null when there is none. */
    async known(): Promise<Reached | Session | null> {
      return (await opening?.catch(() => null)) ?? (await reaching?.catch(() => null)) ?? null;
    },
    /** Let go of a database whose server ended: whoever asks next starts it anew. */
    async renew(): Promise<void> {
      const ended = reaching;
      const reached = await ended?.catch(() => null);
      if (!reached?.hasEnded() || reaching !== ended) return;
      reaching = null;
      opening = null;
      await reached.close();
    },
    async close(): Promise<void> {
      await opening?.catch(() => null);
      const reached = await reaching?.catch(() => null);
      await reached?.close();
    },
  };
}
