import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import { defaultHome, isInBucket, type Settings } from "../../core/settings.ts";
import { escapeControl } from "../../core/text.ts";
import { migrate } from "../../postgres/catalog/migrate.ts";
import { requirePatched, type Sql } from "../../postgres/connection/connect.ts";
import { openDatabase, versionOf } from "../../postgres/connection/open.ts";
import { isPooled } from "../../postgres/connection/pooler.ts";
import type { Waiting } from "../../postgres/embedded/waiting.ts";
import { parseUrl } from "../../postgres/target/url.ts";
import { placeOf } from "./place.ts";

/** The database, its schema up to date: what can be had before anything is loaded that checks a manifest. */
export interface Reached {
  settings: Settings;
  /** For listings; a run takes a connection of its own. */
  sql: Sql;
  url: string;
  /**
   * How the database is called, so that nobody takes it for another, such as `embedded PostgreSQL 18.4 in .streamflow` or
   * `app on db.example.org (PostgreSQL 15.18)`: no user, no secret.
   */
  database: string;
  /** The same for a title, where room is short: without the home that everybody has. */
  server: string;
  /** True once it is the embedded server that is gone, for a server elsewhere is started by others; or it was let go of. */
  hasEnded(): boolean;
  /** Use it no more: whoever asks next is connected anew. */
  letGo(): void;
  close(): Promise<void>;
}

/** Reach the database, starting the embedded server where none is named, and bring its schema up to date. */
export async function reachDatabase(settings: Settings, waiting?: Waiting): Promise<Reached> {
  if (settings.database === null) requireProject(settings);
  const embedded = settings.database === null ? await embeddedServer(settings.home, waiting) : null;
  const url = embedded?.url ?? settings.database ?? "";
  let sql: Sql | undefined;
  const close = async () => {
    const hungUp = sql?.end({ timeout: 1 });
    // A server elsewhere is told that we leave, and hangs up in its own time. The embedded one may be stopped next.
    if (embedded === null) return exchanged();
    await hungUp;
    await embedded.release();
  };
  try {
    sql = await (embedded === null ? openShared(url) : embedded.open());
    await upToDate(sql, url, settings, waiting);
    let isLetGo = false;
    const hasEnded = () => isLetGo || (embedded?.hasEnded() ?? false);
    const letGo = () => {
      isLetGo = true;
    };
    return { settings, sql, url, ...databaseName(settings, versionOf(sql)), hasEnded, letGo, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * On a server elsewhere, two connections; by way of a pooler one, for it lets in whom it has none to give, and has them wait
 * for as long as others use theirs.
 */
async function openShared(url: string): Promise<Sql> {
  const sql = await openDatabase(url, { max: 2 });
  if (!isPooled(sql)) return sql;
  await sql.end({ timeout: 1 });
  return openDatabase(url, { max: 1 });
}

async function upToDate(sql: Sql, url: string, settings: Settings, waiting?: Waiting): Promise<void> {
  try {
    const { folder, isOwn } = placeOf(settings);
    const dataset = async () => (await import("./dataset.ts")).readDataset(settings);
    // The manifest of the console's own is read later, unless this database has not seen all of its files.
    const owner = isOwn ? null : await dataset();
    await migrate(sql, join(folder, "init"), waiting?.tell, owner, async () => owner ?? dataset());
  } catch (thrown) {
    const { explained } = await import("./explained.ts");
    throw await explained(thrown, { settings, sql, url });
  }
}

/** Resolves once what came in was heard and what is to go out was sent. Of that nothing happens while code is being loaded. */
export function exchanged(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Whoever names a server loads nothing of the embedded one. */
async function embeddedServer(home: string, waiting?: Waiting) {
  const [{ acquireServer }, { hasEnded, openEmbedded }, { silently }] = await Promise.all([
    import("../../postgres/embedded/server.ts"),
    import("../../postgres/embedded/reach.ts"),
    import("../../postgres/embedded/waiting.ts"),
  ]);
  // Before a server is made that nobody can use.
  requirePatched();
  const use = await acquireServer(home, waiting);
  return {
    ...use,
    open: () => openEmbedded(use.url, home, waiting ?? silently),
    hasEnded: () => hasEnded(home),
  };
}

/** A home is made where there are drops, or by `db start`; not in whatever folder a command was mistyped. */
function requireProject({ home, data }: Settings): void {
  if (existsSync(home) || isInBucket(data) || existsSync(data)) return;
  throw new ConsoleError("unknown_month", `There is neither a folder ${data} nor a home ${home} here.`, {
    hint: "Change into the project's folder, or point --data at the months' folder.",
  });
}

export function databaseName({ database: url, home }: Settings, version: string): Pick<Reached, "database" | "server"> {
  if (url !== null) {
    const { database: name, host, port } = parseUrl(url);
    const place = escapeControl(`${name} on ${host}${port === 5432 ? "" : `:${port}`}`);
    const database = `${place} (PostgreSQL ${version})`;
    return { database, server: database };
  }
  const server = `embedded PostgreSQL ${version}`;
  const database = `${server} in ${escapeControl(home)}`;
  return { database, server: home === defaultHome ? server : database };
}
