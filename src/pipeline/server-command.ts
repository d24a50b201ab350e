import type { ServerStatus } from "../core/listings.ts";
import type { RequestOf } from "../core/requests.ts";
import type { Settings } from "../core/settings.ts";
import { serverStatus, startServer, stopServer } from "../postgres/embedded/server.ts";

/** `db start`, `db stop`, `db status`, `db url`: the embedded server, whatever database the console is set to use. */
export async function serverCommand({ home }: Settings, action: RequestOf<"db">["action"]): Promise<ServerStatus> {
  if (action === "start") return startServer(home);
  if (action === "stop") return stopServer(home);
  return serverStatus(home);
}
