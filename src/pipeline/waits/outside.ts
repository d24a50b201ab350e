import type { Sql } from "../../postgres/connection/connect.ts";
import { openDatabase } from "../../postgres/connection/open.ts";
import type { Watch } from "../../postgres/live/written-so-far.ts";

/** Milliseconds between two looks at a statement that goes on. */
const glanceMs = 250;

/** From where what we do is looked at while it waits or is busy. */
export interface Outside extends Pick<Watch, "during">, AsyncDisposable {
  /** Rejects, this and each time, where there is no connection for it. */
  connection(this: void): Promise<Sql>;
}

/** A connection, by where it leads, and how many look by it. */
interface Shared {
  opening: Promise<Sql>;
  opened: Sql | null;
  users: number;
}

const shared = new Map<string, Shared>();

/**
 * A connection of its own, so that what is looked at does not have to do without one: made when it is first needed, and one
 * for all who look.
 */
export function fromOutside(url: string): Outside {
  let own: Shared | null = null;
  const connection = () => {
    own ??= join(url);
    return own.opening;
  };
  return {
    connection,
    async during(work, look) {
      let isLooking = false;
      const glance = async () => {
        if (isLooking) return;
        isLooking = true;
        // What cannot be seen now may be later, and is told by the statement itself in the end.
        await connection()
          .then(look)
          .catch(() => undefined);
        isLooking = false;
      };
      const timer = setInterval(glance, glanceMs);
      void glance();
      try {
        return await work;
      } finally {
        clearInterval(timer);
      }
    },
    async [Symbol.asyncDispose]() {
      if (own !== null) await leave(url, own);
    },
  };
}

function join(url: string): Shared {
  const found = shared.get(url) ?? opened(url);
  found.users++;
  return found;
}

function opened(url: string): Shared {
  const one: Shared = { opening: openDatabase(url, { max: 1 }), opened: null, users: 0 };
  shared.set(url, one);
  const keep = async () => {
    one.opened = await one.opening;
    // It may have been long in coming.
    if (one.users === 0) void one.opened.end();
  };
  // Whoever looks next tries again.
  keep().catch(() => forget(url, one));
  return one;
}

async function leave(url: string, one: Shared): Promise<void> {
  one.users--;
  if (one.users > 0) return;
  forget(url, one);
  await one.opened?.end({ timeout: 1 });
}

function forget(url: string, one: Shared): void {
  if (shared.get(url) === one) shared.delete(url);
}
