import type { Dataset } from "../../core/dataset.ts";
import { ConsoleError, codeOf } from "../../core/errors.ts";
import type { Settings } from "../../core/settings.ts";
import { whyReadOnly } from "../../postgres/catalog/read-only.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { isLost, translate } from "../../postgres/connection/errors.ts";
import { currentRole } from "../../postgres/connection/role.ts";
import { asksWhose, namesOfSession, withNames } from "../../postgres/remedies/names.ts";
import { parseUrl } from "../../postgres/target/url.ts";

/** A database that was reached. */
interface Place {
  settings: Settings;
  sql: Queryable;
  url: string;
  /** Whose tables may have been altered meanwhile; left out where they were not looked at yet. */
  dataset?: Dataset;
}

/** SQLSTATE read_only_sql_transaction. */
const readOnly = "25006";

/**
 * What a failure is, in the operator's words; where the error alone does not tell, the database is asked that it is of. There
 * is none to ask where none was reached.
 */
export async function explained(thrown: unknown, place: Place | null): Promise<ConsoleError> {
  const error = translate(thrown);
  if (place === null) return error;
  const found = await causeOf(error, place).catch(() => null);
  return found ?? (await naming(error, place));
}

async function causeOf(error: ConsoleError, { settings, sql, dataset }: Place): Promise<ConsoleError | null> {
  if (codeOf(error.cause) === readOnly) return whyReadOnly(sql, error.cause);
  if (error.code === "schema_mismatch") {
    const amiss = dataset === undefined ? null : await nowAmiss(sql, dataset);
    return amiss ?? (columnGone.has(codeOf(error.cause)) ? lostFromLedger(sql) : null);
  }
  if (settings.database !== null || !isLost(error)) return null;
  const { endedServer } = await import("../../postgres/embedded/reach.ts");
  return endedServer(settings.home, error.cause);
}

/** SQLSTATEs undefined_column, and wrong_object_type where a function has the column's name. */
const columnGone = new Set(["42703", "42809"]);

async function lostFromLedger(sql: Queryable): Promise<ConsoleError | null> {
  const { lostColumns } = await import("../../postgres/ledger/lost-columns.ts");
  return lostColumns(sql);
}

/** What the next command would be refused for, where tables are not as the dataset has them any more. */
async function nowAmiss(sql: Queryable, dataset: Dataset): Promise<ConsoleError | null> {
  const { loadTables } = await import("../../postgres/catalog/dataset-tables.ts");
  try {
    await loadTables(sql, dataset);
    return null;
  } catch (thrown) {
    return thrown instanceof ConsoleError ? thrown : null;
  }
}

const ofServer = /^[0-9A-Z]{5}$/;

/** The same error, whose remedy names the role and the database that it is for. */
async function naming(error: ConsoleError, { sql, url }: Place): Promise<ConsoleError> {
  const { code, title, hint, faults, faultCount, cause } = error;
  if (!ofServer.test(codeOf(cause)) || !asksWhose(hint)) return error;
  const role = isLost(error) ? undefined : await currentRole(sql).catch(() => undefined);
  const names = namesOfSession(parseUrl(url), role);
  return new ConsoleError(code, title, { hint: withNames(hint, names), faults, faultCount, cause });
}
