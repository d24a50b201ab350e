import type { ServerStatus } from "../core/listings.ts";
import type { RequestOf } from "../core/requests.ts";
import type { Settings } from "../core/settings.ts";
import { leaveServer, serverStatus, startServer, stopServer } from "../postgres/embedded/server.ts";
import { serverSettings } from "../postgres/embedded/settings.ts";
import type { Waiting } from "../postgres/embedded/waiting.ts";

/** `db start`, `db stop`, `db status`, `db url`: the embedded server, whatever database the console is set to use. */
export async function serverCommand(
  { home }: Settings,
  action: RequestOf<"db">["action"],
  waiting: Waiting,
): Promise<ServerStatus> {
  if (action === "start") return startServer(home, serverSettings, waiting);
  if (action === "stop") return stopServer(home, waiting);
  if (action === "leave") return leaveServer(home, waiting);
  return serverStatus(home);
}
