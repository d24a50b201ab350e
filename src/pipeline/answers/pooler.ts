import { type Check, check } from "../../core/messages/listings.ts";
import { translate } from "../../postgres/connection/errors.ts";
import { openDatabase } from "../../postgres/connection/open.ts";
import { isPooled, requireSessions } from "../../postgres/connection/pooler.ts";
import type { Session } from "../session/session.ts";

/** Whether a run can work by way of the pooler that is in between; nothing where there is none. */
export async function checkPooler({ sql, url }: Pick<Session, "sql" | "url">): Promise<Check[]> {
  if (!isPooled(sql)) return [];
  try {
    // A run has two, too.
    const other = await openDatabase(url);
    await requireSessions(other, sql).finally(() => other.end({ timeout: 1 }));
    return [check("ok", "pooler", "keeps a session for each connection")];
  } catch (thrown) {
    const { title, hint } = translate(thrown);
    return [check("fail", "pooler", title, hint)];
  }
}
