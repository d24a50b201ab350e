import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Dataset, parseManifest } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import { defaultHome, type Settings } from "../../core/settings.ts";
import { escapeControl } from "../../core/text.ts";
import { type LoadTable, loadTables } from "../../postgres/catalog/dataset-tables.ts";
import { migrate } from "../../postgres/catalog/migrate.ts";
import { openDatabase, type Sql, versionOf } from "../../postgres/connection/connect.ts";
import { parseUrl } from "../../postgres/connection/url.ts";
import { openEmbedded } from "../../postgres/embedded/reach.ts";
import { acquireServer } from "../../postgres/embedded/server.ts";
import { silently, type Waiting } from "../../postgres/embedded/waiting.ts";
import { withChecksOf } from "./checked-before.ts";

const manifestDirectory = fileURLToPath(new URL("../../../db", import.meta.url));

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
  close(): Promise<void>;
}

/** The dataset, and the database that holds it, for as long as a front end needs them. */
export interface Session extends Reached {
  dataset: Dataset;
  /** Directory that the manifest's paths are relative to. */
  manifestDirectory: string;
  tables: LoadTable[];
}

/** Reach the database, starting the embedded server where none is named, and bring its schema up to date. */
export async function reachDatabase(settings: Settings, waiting: Waiting = silently): Promise<Reached> {
  if (settings.database === null) requireProject(settings);
  const embedded = settings.database === null ? await acquireServer(settings.home, waiting) : null;
  const url = embedded?.url ?? settings.database ?? "";
  let sql: Sql | undefined;
  const close = async () => {
    await sql?.end({ timeout: 1 });
    await embedded?.release();
  };
  try {
    sql = await (embedded === null ? openDatabase(url, { max: 2 }) : openEmbedded(url, settings.home, waiting));
    await migrate(sql, join(manifestDirectory, "init"));
    return { settings, sql, url, ...databaseName(settings, versionOf(sql)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A home is made where there are drops, or by `db start`; not in whatever folder a command was mistyped. */
function requireProject({ home, data }: Settings): void {
  if (existsSync(home) || existsSync(data)) return;
  throw new ConsoleError("unknown_month", `There is neither a folder ${data} nor a home ${home} here.`, {
    hint: "Change into the project's folder, or point --data at the months' folder.",
  });
}

async function readDataset(): Promise<Dataset> {
  return parseManifest(await Bun.file(join(manifestDirectory, "dataset.json")).text(), "db/dataset.json");
}

/** Read the dataset, and find its tables in the database; which is let go of when they are not there. */
export async function openSession(reached: Reached): Promise<Session> {
  try {
    const dataset = await withChecksOf(reached.settings, readDataset);
    return { ...reached, dataset, manifestDirectory, tables: await loadTables(reached.sql, dataset) };
  } catch (error) {
    await reached.close();
    throw error;
  }
}

/** The same session, its tables as they are now: others may have altered them while a terminal UI was open. */
export async function refreshed(session: Session): Promise<Session> {
  session.tables = await loadTables(session.sql, session.dataset);
  return session;
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
