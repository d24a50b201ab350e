import { type ConsoleError, codeOf } from "../../core/errors.ts";
import type { Settings } from "../../core/settings.ts";
import { whyReadOnly } from "../../postgres/catalog/read-only.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { isLost, translate } from "../../postgres/connection/errors.ts";

/** A database that was reached. */
interface Place {
  settings: Settings;
  sql: Queryable;
}

/** SQLSTATE read_only_sql_transaction. */
const readOnly = "25006";

/**
 * What a failure is, in the operator's words; where the error alone does not tell, the database is asked that it is of. There
 * is none to ask where none was reached.
 */
export async function explained(thrown: unknown, place: Place | null): Promise<ConsoleError> {
  const error = translate(thrown);
  const found = place && (await causeOf(error, place).catch(() => null));
  return found ?? error;
}

async function causeOf(error: ConsoleError, { settings, sql }: Place): Promise<ConsoleError | null> {
  if (codeOf(error.cause) === readOnly) return whyReadOnly(sql, error.cause);
  if (settings.database !== null || !isLost(error)) return null;
  const { endedServer } = await import("../../postgres/embedded/reach.ts");
  return endedServer(settings.home, error.cause);
}
