import { ConsoleError } from "../../core/errors.ts";
import type { ServerStatus } from "../../core/messages/listings.ts";
import { facts, type View } from "./table.ts";

/** `db start`, `db stop`, `db status`: how the embedded server stands now. */
export const serverView: View<ServerStatus> = {
  text: ({ running, reachable, kept, version, pid, url, home }, look) =>
    facts(
      [
        ["server", running ? (reachable ? `running, ${until(kept)}` : unreachable) : "stopped"],
        ["home", home],
        ...(version === null ? [] : [["version", `PostgreSQL ${version}`] as const]),
        ...(pid === null ? [] : [["pid", String(pid)] as const]),
        ...(url === null ? [] : [["url", url] as const]),
      ],
      look,
    ),
};

const until = (kept: boolean) => (kept ? "kept until `db stop`" : "stops when its last user leaves");
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
