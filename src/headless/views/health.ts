import { ConsoleError, exitCodes } from "../../core/errors.ts";
import type { Check, ServerStatus } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import type { ConvertedTable } from "../../core/messages/seals.ts";
import { escapeControl } from "../../core/text.ts";
import { figures, parts, tableColumn, tableOfAny } from "./columns.ts";
import type { Style } from "./output.ts";
import { type Column, facts, table, type View } from "./table.ts";

const stateStyles: Record<Check["state"], Style> = { ok: "green", warn: "yellow", fail: "red" };

const checkColumns: Column<Check>[] = [
  { title: "CHECK", cell: ({ name }) => name },
  { title: "STATE", cell: ({ state }) => state, style: ({ state }) => stateStyles[state] },
  { title: "FOUND", cell: ({ detail }) => detail, flexible: true },
];

/** `doctor`: what a run needs, how it stands, and how to mend it. */
export const doctorView = {
  text({ checks }, look) {
    // Remedies are to be read in full, so they are not squeezed into a column.
    const remedies = checks.map(({ name, remedy }) =>
      remedy === null ? "" : `${look.paint("cyan", `${name}:`)} ${escapeControl(remedy)}\n`,
    );
    return parts([table(checkColumns, checks, look), remedies.join("")]);
  },
  exitCode: ({ checks }) => (checks.some(({ state }) => state === "fail") ? exitCodes.failure : exitCodes.done),
} satisfies View<Replies["doctor"]>;

const convertedColumns: Column<ConvertedTable>[] = [tableColumn("CONVERTED"), ...figures("partitions", "rows")];

/** `doctor --partition-snapshots`: the checks, and the tables that were partitioned. */
export const partitionView: View<Replies["partition"]> = {
  json: ({ checks, converted }) => ({ checks, converted }),
  text: (reply, look) => parts([doctorView.text(reply, look), tableOfAny(convertedColumns, reply.converted, look)]),
  note: ({ converted }) => (converted.length === 0 ? "There was no snapshot table to convert." : null),
  exitCode: doctorView.exitCode,
};

/** `doctor --grants`: SQL for psql, as it is. */
export const grantsView: View<Replies["grants"]> = { text: ({ sql }) => sql };

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
