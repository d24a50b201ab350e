import { join } from "node:path";
import { database } from "../../../src/postgres/embedded/cluster.ts";
import { serverPaths } from "../../../src/postgres/embedded/home.ts";
import { findPostmaster } from "../../../src/postgres/embedded/postmaster.ts";
import { acquireServer, type ServerUse } from "../../../src/postgres/embedded/server.ts";
import { silently } from "../../../src/postgres/embedded/waiting.ts";
import { homesFolder } from "../../helpers/homes.ts";
import { databaseUrl } from "../../helpers/names.ts";
import { Databases } from "./databases.ts";
import { type Control, type Place, urlFor } from "./place.ts";
import { settings } from "./settings.ts";
import { versionAt } from "./version.ts";

/**
 * The embedded server in a home of its own, which we use, too, so that it stays from one trial to the next. A console is
 * led there as operators are, by the home, or `byUrl`, as to any other server.
 */
export async function homePlace({ byUrl }: { byUrl: boolean }): Promise<Place> {
  const homes = homesFolder();
  const home = join(homes.path, "home");
  let use = await acquireServer(home, silently, settings);
  const { url } = use;
  const adminUrl = databaseUrl(url, "postgres");
  const databases = new Databases({
    adminUrl,
    prefix: "faults",
    leasedName: (count) => (byUrl ? `faults_${count}` : database),
    wordsFor: (to) => (byUrl ? ["--database", urlFor(to, null)] : ["--home", home]),
  });
  const { full, major } = await versionAt(adminUrl);
  return {
    name: byUrl ? `PostgreSQL ${full}` : `embedded PostgreSQL ${full}`,
    kind: byUrl ? "own" : "embedded",
    major,
    asksForPassword: false,
    control: controlOf(
      home,
      () => use,
      (next) => {
        use = next;
      },
    ),
    lease: (content) => databases.lease(content),
    async close() {
      await databases.close();
      await use.release();
      homes.remove();
    },
  };
}

function controlOf(home: string, share: () => ServerUse, take: (use: ServerUse) => void): Control {
  const paths = serverPaths(home);
  const pid = () => findPostmaster(paths)?.pid ?? 0;
  return {
    pid,
    async crash() {
      const server = pid();
      if (server === 0) throw new Error("there is no server to be ended");
      process.kill(server, "SIGQUIT");
      while (findPostmaster(paths) !== null) await Bun.sleep(5);
    },
    async start() {
      const next = await acquireServer(home, silently, settings);
      await share().release();
      take(next);
    },
  };
}
