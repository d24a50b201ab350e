import postgres from "postgres";
import { ConsoleError, codeOf, type FailureCode } from "../../core/errors.ts";
import type { Sql } from "../connection/connect.ts";
import { openDatabase } from "../connection/open.ts";
import { type ServerPaths, serverPaths } from "./home.ts";
import { helpWith, lastComplaint } from "./launch.ts";
import { findPostmaster } from "./postmaster.ts";
import { recoveryPatienceMs, type Waiting, waitFor } from "./waiting.ts";

/** Connect to the embedded server of a home, once it lets anybody in; what keeps it from that is told in its own terms. */
export async function openEmbedded(url: string, home: string, waiting: Waiting): Promise<Sql> {
  const paths = serverPaths(home);
  const what = () => `The embedded server in ${paths.folder} is recovering after a crash.`;
  // Whoever is turned away on a busy machine may hear of it long after the server has said why.
  const began = Date.now();
  let recovering: unknown;
  const open = async () => {
    try {
      return await openDatabase(url, { max: 2 });
    } catch (error) {
      // "The database system is in recovery mode", and the like.
      if (!(error instanceof ConsoleError && codeOf(error.cause) === "57P03")) throw outOfReach(paths, error, began);
      recovering = error;
      return null;
    }
  };
  const sql = await waitFor(open, { patienceMs: recoveryPatienceMs, what }, waiting);
  if (sql === null) throw outOfReach(paths, recovering, began);
  return sql;
}

/** Whether the server of this home ended, or is about to. */
export function hasEnded(home: string): boolean {
  const postmaster = findPostmaster(serverPaths(home));
  return postmaster === null || postmaster.status === "stopping";
}

/** That the server of this home ended, of a connection to it that was lost; null where it still runs. */
export function endedServer(home: string, cause: unknown): ConsoleError | null {
  if (!hasEnded(home)) return null;
  const paths = serverPaths(home);
  return new ConsoleError("database_lost", `The embedded server in ${paths.folder} ended while it was used.`, {
    hint:
      "Nothing was published. Run the command again: that starts the server anew. " +
      `${paths.log} tells what it had to say.`,
    cause,
  });
}

/** What is said of a server that let us in, or of ourselves. */
const isOurs: ReadonlySet<FailureCode> = new Set(["database_version", "installation"]);

/** By these a server breaks off or turns us away, which has said why in its log (PostgreSQL manual, appendix A). */
const saysNotWhy: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "CONNECTION_CLOSED",
  "57P01",
  "57P02",
  "57P03",
]);

/** What helps with servers elsewhere, such as another host or TLS, is no help here. */
function outOfReach(paths: ServerPaths, error: unknown, began: number): unknown {
  if (!(error instanceof ConsoleError) || isOurs.has(error.code)) return error;
  const said = error.cause instanceof postgres.PostgresError ? error.cause.message : error.title;
  const reason = (saysNotWhy.has(codeOf(error.cause)) ? lastComplaint(paths, began) : null) ?? said;
  const general =
    `\`db status\` tells how it stands, ${paths.log} why. ` +
    "`db stop` stops it once nobody uses it; the next command starts it anew.";
  return new ConsoleError("database_unreachable", `The embedded server in ${paths.folder} lets nobody in: ${reason}`, {
    hint: helpWith(reason, paths) ?? general,
    cause: error.cause,
  });
}
