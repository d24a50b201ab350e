import type { Fault } from "../core/faults.ts";
import type { DropFile } from "../core/listings.ts";
import { openTable, type TableRead, type TableReader } from "../csv/reader.ts";
import type { LoadTable } from "../postgres/catalog.ts";
import { copyInto } from "../postgres/copy.ts";
import type { FileRecord } from "../postgres/ledger.ts";
import { copyIntoStage, emptyStage } from "../postgres/stage.ts";
import { type StageContext, stopIfCancelled } from "./context.ts";
import type { DropFaults } from "./faults.ts";

/** A file of the drop that is to be staged. */
export interface Incoming {
  table: LoadTable;
  file: DropFile;
}

/** A table whose every row is in the stage. */
export interface Staged {
  name: string;
  table: LoadTable;
  /** The columns that the file carried, in its order. */
  carried: string[];
  rows: number;
  record: FileRecord;
}

/**
 * Read every file of the drop once: hash it, check each cell, and send its bytes to the stage. All files are read to
 * the end even when one is bad, so that every fault is known; only then is the drop rejected.
 */
export async function ingest(
  context: StageContext,
  incoming: readonly Incoming[],
  faults: DropFaults,
): Promise<Staged[]> {
  await emptyStage(context.tx, context.tables);
  const staged: Staged[] = [];
  for (const { table, file } of incoming) {
    stopIfCancelled(context.signal);
    const one = await ingestFile(context, table, file, faults);
    if (one !== null) staged.push(one);
  }
  faults.throwIfAny();
  return staged;
}
