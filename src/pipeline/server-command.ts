import type { ServerStatus } from "../core/messages/listings.ts";
import type { RequestOf } from "../core/messages/requests.ts";
import { serverStatus, startServer, stopServer } from "../postgres/embedded/server.ts";
import type { Waiting } from "../postgres/embedded/waiting.ts";

/** `db start`, `db stop`, `db status`, `db url`: the embedded server, whatever database the console is set to use. */
export async function serverCommand(
  home: string,
  action: RequestOf<"db">["action"],
  waiting: Waiting,
): Promise<ServerStatus> {
  if (action === "start") return startServer(home, waiting);
  if (action === "stop") return stopServer(home, waiting);
  return serverStatus(home);
}
