import { ConsoleError } from "../../core/errors.ts";
import type { ServerStatus } from "../../core/messages/listings.ts";
import { facts, type View } from "./table.ts";

/** `db start`, `db stop`, `db status`: how the embedded server stands now. */
export const serverView: View<ServerStatus> = {
  text({ running, reachable, kept, version, pid, url, home }, look) {
    const until = kept ? "kept until `db stop`" : "stops when its last user leaves";
    const server = running ? (reachable ? `running, ${until}` : unreachable) : "stopped";
    const known = { server, home, version: version && `PostgreSQL ${version}`, pid, url };
    const entries = Object.entries(known).flatMap(([name, fact]): [string, string][] =>
      fact === null ? [] : [[name, String(fact)]],
    );
    return facts(entries, look);
  },
};

const unreachable = "running, but not to be reached from here: in another container, or about to start or stop";

/** `db url`: the URL alone, for `psql "$(…)"`. */
export const urlView: View<ServerStatus> = {
  json: (status) => ({ url: urlOf(status) }),
  text: (status) => `${urlOf(status)}\n`,
};

function urlOf({ running, url, home }: ServerStatus): string {
  if (url !== null) return url;
  const [how, hint] = running
    ? [unreachable, "Use it where it was started; `db stop` stops it where that can be done from here."]
    : ["not running", "Start it with `db start`; it then runs until `db stop`."];
  throw new ConsoleError("database_unreachable", `The embedded server of ${home} is ${how}.`, { hint });
}
