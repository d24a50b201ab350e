import type { Sql } from "../../postgres/connection/connect.ts";
import { openDatabase } from "../../postgres/connection/open.ts";
import type { Watch } from "../../postgres/live/written-so-far.ts";

/** Milliseconds between two looks at a statement that goes on. */
const glanceMs = 250;

/** From where a run is looked at while it waits or is busy. */
export interface Outside extends Pick<Watch, "during">, AsyncDisposable {
  /** Rejects, this and each time, where there is no connection for it. */
  connection(this: void): Promise<Sql>;
}

/** A connection of its own, so that the run does not have to do without one: made when it is first needed, and once. */
export function fromOutside(url: string): Outside {
  let opening: Promise<Sql> | null = null;
  let opened: Sql | null = null;
  let isOver = false;
  const open = async () => {
    opened = await openDatabase(url, { max: 1, once: true });
    // It may have been long in coming.
    if (isOver) void opened.end();
    return opened;
  };
  const connection = () => {
    opening ??= open();
    return opening;
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
      isOver = true;
      await opened?.end({ timeout: 1 });
    },
  };
}
