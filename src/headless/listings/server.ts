import { ConsoleError } from "../../core/errors.ts";
import type { ServerStatus } from "../../core/listings.ts";
import { facts } from "../table.ts";
import type { View } from "./view.ts";

/** `db start`, `db stop`, `db status`: how the embedded server stands now. */
export const serverView: View<ServerStatus> = {
  json: (status) => status,
  text: ({ running, kept, version, pid, url, home }, look) =>
    facts(
      [
        [
          "server",
          running ? `running${kept ? ", kept until `db stop`" : ", stops when its last user leaves"}` : "stopped",
        ],
        ["home", home],
        ...(version === null ? [] : [["version", `PostgreSQL ${version}`] as const]),
        ...(pid === null ? [] : [["pid", String(pid)] as const]),
        ...(url === null ? [] : [["url", url] as const]),
      ],
      look,
    ),
};

/** `db url`: the URL alone, for `psql "$(…)"`. */
export const urlView: View<ServerStatus> = {
  json: (status) => ({ url: urlOf(status) }),
  text: (status) => `${urlOf(status)}\n`,
};

function urlOf({ url, home }: ServerStatus): string {
  if (url !== null) return url;
  throw new ConsoleError("database_unreachable", `The embedded server of ${home} is not running.`, {
    hint: "Start it with `db start`; it then runs until `db stop`.",
  });
}
