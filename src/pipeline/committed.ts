import { ConsoleError, toConsoleError } from "../core/errors.ts";
import type { Sql } from "../postgres/connect.ts";
import { translate } from "../postgres/errors.ts";
import { runStatus } from "../postgres/ledger-queries.ts";
import { isSettled } from "../postgres/settled.ts";
import { patienceMs } from "./outcome.ts";

/**
 * Returns when the commit that threw this was carried out all the same: of a connection that is lost at the commit, only
 * the ledger knows. Throws what was thrown when it was not, and that nobody knows when the server cannot tell in time.
 */
export async function requireCommitted(sql: Sql, run: number, thrown: unknown): Promise<void> {
  const error = translate(thrown);
  if (error.code !== "database_lost") throw thrown;
  let isKnown = false;
  let isPublished = false;
  try {
    isKnown = await isSettled(sql, run, patienceMs);
    isPublished = (await runStatus(sql, run)) === "published";
  } catch (reason) {
    throw unknown(run, error, `The ledger could not be asked: ${toConsoleError(translate(reason)).title}`);
  }
  if (isPublished) return;
  throw isKnown ? thrown : unknown(run, error, "The server still has that commit under way: it may yet be published.");
}

function unknown(run: number, { title, cause }: ConsoleError, why: string): ConsoleError {
  return new ConsoleError("outcome_unknown", `${title} It was lost at the commit of run ${run}. ${why}`, {
    hint: `Nothing more is known of it now: \`show ${run}\` tells once it is over, as does \`runs\`.`,
    cause,
  });
}
