import { ConsoleError } from "../core/errors.ts";
import type { ServerStatus } from "../core/listings.ts";
import type { RequestOf } from "../core/requests.ts";
import type { Settings } from "../core/settings.ts";
import { serverStatus, startServer, stopServer } from "../postgres/embedded.ts";

/** `db start`, `db stop`, `db status`, `db url`: the embedded server, whatever database the console is set to use. */
export async function serverCommand({ home }: Settings, action: RequestOf<"db">["action"]): Promise<ServerStatus> {
  if (action === "start") await startServer(home);
  if (action === "stop") await stopServer(home);
  return serverStatus(home);
}
