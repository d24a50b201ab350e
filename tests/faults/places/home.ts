import { join } from "node:path";
import { database } from "../../../src/postgres/embedded/cluster.ts";
import { acquireServer } from "../../../src/postgres/embedded/server.ts";
import { silently } from "../../../src/postgres/embedded/waiting.ts";
import { homesFolder } from "../../helpers/homes.ts";
import { databaseUrl } from "../../helpers/names.ts";
import { Databases } from "./databases.ts";
import type { Place } from "./place.ts";
import { settings } from "./settings.ts";
import { versionAt } from "./version.ts";

/**
 * The embedded server in a home of its own, which we use, too, so that it stays from one trial to the next. Its life, which
 * others are part of then, is tried in homes of which we are no users.
 */
export async function homePlace(): Promise<Place> {
  const homes = homesFolder();
  const home = join(homes.path, "home");
  const use = await acquireServer(home, silently, settings);
  const adminUrl = databaseUrl(use.url, "postgres");
  const databases = new Databases({
    adminUrl,
    prefix: "faults",
    leasedName: () => database,
    wordsFor: () => ["--home", home],
  });
  const { full, major } = await versionAt(adminUrl);
  return {
    name: `embedded PostgreSQL ${full}`,
    kind: "embedded",
    major,
    asksForPassword: false,
    control: null,
    lease: (content) => databases.lease(content),
    async close() {
      await databases.close();
      await use.release();
      homes.remove();
    },
  };
}
