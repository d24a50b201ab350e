import { basename } from "node:path";
import { ConsoleError } from "../../core/errors.ts";
import type { Fault } from "../../core/faults.ts";
import { openTable, type TableRead, type TableReader } from "../../csv/reader.ts";
import { showValue } from "../../csv/tally.ts";
import { type CopyWriter, copyInto } from "../../postgres/connection/copy.ts";
import { copyIntoStage, emptyStage, type RefusedCell, refusedCell } from "../../postgres/live/stage.ts";
import { type Incoming, sourceOf } from "../drop/months.ts";
import { rowCountTrouble } from "../drop/row-counts.ts";
import { stopIfCancelled } from "./cancel.ts";
import { type StageContext, type Staged, warn } from "./context.ts";

/**
 * Read every file of the drop once: hash it, check each cell, and send its bytes to the stage. All files are read to
 * the end even when one is bad, so that every fault is known; only then is the drop rejected.
 */
export async function ingest(context: StageContext): Promise<Staged[]> {
  const { tx, tables, incoming, faults, signal } = context;
  await emptyStage(tx, tables);
  const staged: Staged[] = [];
  for (const one of incoming) {
    stopIfCancelled(signal);
    const table = await ingestFile(context, one);
    if (table !== null) staged.push(table);
  }
  faults.throwIfAny();
  return staged;
}

/** Stage one file; null when it, or one before it, has faults: then it was only checked. */
async function ingestFile(context: StageContext, one: Incoming): Promise<Staged | null> {
  const { table, file } = one;
  const { faults } = context;
  if (file.fault !== null) {
    faults.add([file.fault]);
    return null;
  }
  const reader = await openTable(sourceOf(context.dataset, one));
  const columns = reader.header?.columns ?? [];
  const copy =
    reader.header !== null && faults.count === 0 ? await copyInto(copyIntoStage(context.tx, table, columns)) : null;
  const { read, rows } = await send(context, one, reader, copy);
  // Told with the faults of the other files, so that one mail to the sender is enough.
  const trouble = read.faultCount === 0 ? rowCountTrouble(context.dataset, context.before, one, read.rows) : null;
  if (trouble !== null && "fault" in trouble) faults.add([trouble.fault]);
  if (trouble !== null && "warning" in trouble) warn(context, trouble.warning);
  if (rows === null) return null;
  context.emit({ event: "table.finished", stage: "ingest", table: table.name, rows });
  const { path, modified_ms, identity } = file;
  const { bytes, sha256 } = read;
  const record = { table: table.name, path, bytes, modified_ms, identity, sha256, rows, columns };
  return { table, carried: columns, rows, record };
}

async function send(
  context: StageContext,
  { table, file }: Incoming,
  reader: TableReader,
  copy: CopyWriter | null,
): Promise<{ read: TableRead; rows: number | null }> {
  const { emit, faults, signal } = context;
  const onProgress = (done: number) =>
    emit({ event: "table.progress", stage: "ingest", table: table.name, done, total: file.bytes, unit: "bytes" });
  try {
    const read = await reader.read({ write: copy?.write, onProgress, onFault: faults.onFault, signal });
    faults.addFound(foundIn(read));
    if (copy === null) return { read, rows: null };
    if (read.faultCount > 0) {
      await copy.abort("the file has faults");
      return { read, rows: null };
    }
    const rows = await copy.finish();
    if (rows !== read.rows) throw rowsLost(file.path, read.rows, rows);
    return { read, rows };
  } catch (error) {
    await copy?.abort("reading failed");
    const refused = refusedCell(error);
    if (refused === null) throw error;
    // What only the server can judge, such as a domain's CHECK. The file is read once more for all else that is wrong.
    const read = await reader.read({ onFault: faults.onFault, signal });
    faults.addFound(foundIn(read));
    if (read.faultCount === 0) faults.add([refusedFault(file.path, reader, refused)]);
    return { read, rows: null };
  }
}

function foundIn({ faults, faultCount, groups }: TableRead) {
  return { listed: faults, count: faultCount, groups };
}

function refusedFault(path: string, { header }: TableReader, { line, column, value, reason }: RefusedCell): Fault {
  return {
    file: basename(path),
    line: line + (header?.firstRow ?? 1) - 1,
    ...(column !== null && { column }),
    ...(value !== null && { value: showValue(value) }),
    code: "not_of_type",
    reason,
  };
}

function rowsLost(path: string, read: number, staged: number): ConsoleError {
  return new ConsoleError("internal", `${basename(path)} has ${read} rows, but PostgreSQL received ${staged}.`, {
    hint: "Nothing was published. This is a defect of the console: please report it with the file.",
  });
}
