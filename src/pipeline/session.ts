import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "../core/dataset.ts";
import type { Settings } from "../core/settings.ts";
import { type LoadTable, loadTables } from "../postgres/catalog.ts";
import { openDatabase, type Sql, versionOf } from "../postgres/connect.ts";
import { acquireServer } from "../postgres/embedded/server.ts";
import { migrate } from "../postgres/migrate.ts";

const manifestDirectory = fileURLToPath(new URL("../../db", import.meta.url));

/** The dataset, and the database that holds it, for as long as a front end needs them. */
export interface Session {
  settings: Settings;
  dataset: Dataset;
  /** Directory that the manifest's paths are relative to. */
  manifestDirectory: string;
  tables: LoadTable[];
  /** For listings; a run takes a connection of its own. */
  sql: Sql;
  url: string;
  /** Such as `embedded PostgreSQL 18.4`. */
  server: string;
  close(): Promise<void>;
}

export async function readDataset(): Promise<Dataset> {
  const { parseManifest } = await import("../core/dataset.ts");
  return parseManifest(await Bun.file(join(manifestDirectory, "dataset.json")).text(), "db/dataset.json");
}

/** Reach the database, starting the embedded server where none is named, and bring its schema up to date. */
export async function openSession(settings: Settings): Promise<Session> {
  // What checks the manifest takes as long to load as the database to answer.
  const reading = readDataset();
  reading.catch(() => {});
  const embedded = settings.database === null ? await acquireServer(settings.home) : null;
  const url = embedded?.url ?? settings.database ?? "";
  let sql: Sql | undefined;
  const close = async () => {
    await sql?.end({ timeout: 1 });
    await embedded?.release();
  };
  try {
    sql = await openDatabase(url, { max: 2 });
    await migrate(sql, join(manifestDirectory, "init"));
    const dataset = await reading;
    const tables = await loadTables(sql, dataset);
    const server = `${embedded === null ? "" : "embedded "}PostgreSQL ${versionOf(sql)}`;
    return { settings, dataset, manifestDirectory, tables, sql, url, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}
