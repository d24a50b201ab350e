import { leaveDurabilityToOthers } from "../../postgres/connection/settings.ts";
import { leaveStageEmpty } from "../../postgres/live/stage.ts";
import type { Session } from "./session.ts";
import { asWriter } from "./writer.ts";

/** Milliseconds that all of it may take: nobody waits for a server whose commits wait for a standby. */
const patienceMs = 4_000;

/**
 * Call those runs crashed that did not live to say how they ended, and take away what they left in the stage. Where that
 * cannot be done it is the next run's to do, and where somebody is at work by now, theirs.
 */
export async function tidyUp(session: Session): Promise<void> {
  const emptying = asWriter(session, (sql) =>
    sql.begin(async (tx) => {
      await leaveDurabilityToOthers(tx);
      await leaveStageEmpty(tx, session.tables);
    }),
  );
  // Whatever keeps it from being emptied, the next run meets and tells.
  await Promise.race([emptying.catch(() => undefined), Bun.sleep(patienceMs)]);
}
