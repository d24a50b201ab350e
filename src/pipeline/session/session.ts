import type { Dataset } from "../../core/dataset.ts";
import { type LoadTable, loadTables } from "../../postgres/catalog/dataset-tables.ts";
import { readDataset } from "./dataset.ts";
import { placeOf } from "./place.ts";
import type { Reached } from "./reach.ts";

/** The dataset, and the database that holds it, for as long as a front end needs them. */
export interface Session extends Reached {
  dataset: Dataset;
  /** Directory that the manifest's paths are relative to. */
  manifestDirectory: string;
  tables: LoadTable[];
}

/** As much of it as the ledger is asked with: how the dataset's tables are now is not looked at. */
export type LedgerSession = Omit<Session, "tables">;

/** Read the dataset, and find its tables in the database; which is let go of when they are not there. */
export async function openSession(reached: Reached): Promise<Session> {
  try {
    const dataset = await readDataset(reached.settings);
    const manifestDirectory = placeOf(reached.settings).folder;
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
