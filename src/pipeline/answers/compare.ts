import { type DriftLimits, driftsOf } from "../../core/drift.ts";
import { ConsoleError } from "../../core/errors.ts";
import type { ColumnChange, Comparison, TableChange } from "../../core/messages/listings.ts";
import { isDate } from "../../core/month.ts";
import { inOneView, type Reader } from "../../postgres/connection/one-view.ts";
import { movesOf } from "../../postgres/drift/column-moves.ts";
import { rowChanges } from "../../postgres/snapshots/row-changes.ts";
import { type Frozen, isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { allRows } from "../../postgres/snapshots/two-snapshots.ts";
import { usualValues } from "../profiles/usual.ts";
import type { Session } from "../session/session.ts";

/** What deserves attention when the manifest does not say: beyond a PSI of 0.2 a shift is called major (Siddiqi). */
const usualLimits: DriftLimits = { psi: 0.2 };

/** What changed from one snapshot to another, table by table, in one view of the database. */
export async function compareSnapshots(session: Session, from: string, to: string): Promise<Comparison> {
  for (const day of [from, to]) checkDate(day);
  const { url, dataset } = session;
  const frozen = session.tables.filter(isFrozen);
  const limits = dataset.drift ?? usualLimits;
  const tables = await inOneView(url, (read) =>
    Promise.all(frozen.map((one) => compareTable(read, one, from, to, limits))),
  );
  if (tables.every((table) => table.from_rows === 0)) throw noSnapshot(from);
  if (tables.every((table) => table.to_rows === 0)) throw noSnapshot(to);
  const usual = await usualValues(session, frozen, from, to);
  return { from, to, threshold: limits.psi, tables: tables.map((table, index) => withUsual(table, usual[index])) };
}

function withUsual(
  table: TableChange,
  usual: Awaited<ReturnType<typeof usualValues>>[number] | undefined,
): TableChange {
  const columns = table.columns.map((column) => {
    const known = usual?.get(column.column);
    return known === undefined ? column : { ...column, usual: known };
  });
  return { ...table, columns };
}

/** One table: rows and cells by key, and how far each column moved. */
export async function compareTable(
  read: Reader,
  table: Frozen,
  from: string,
  to: string,
  limits: DriftLimits = usualLimits,
): Promise<TableChange> {
  const { snapshot, live } = table;
  const sides = allRows(table, from, to);
  const changes = await read((sql) => rowChanges(sql, sides, live.key, snapshot.columns));
  const moves = await movesOf(read, sides, changes.columns);
  const rows = { from: changes.from_rows, to: changes.to_rows };
  const columns = changes.columns.flatMap(({ column, changed, rounded }, index): ColumnChange[] => {
    const found = moves[index];
    if (found === undefined) return [];
    const drifts = driftsOf(found, rows, limits).map(({ figure }) => figure);
    return [{ column: column.name, changed, rounded, ...found, drifts }];
  });
  return { ...changes, table: snapshot.table.name, columns };
}

/** Throws a usage error for what is not a day. */
export function checkDate(text: string): void {
  if (isDate(text)) return;
  throw new ConsoleError("usage", `"${text}" is not a date.`, {
    hint: "Write the snapshot's as_of, such as 2024-01-31; `snapshots` lists them.",
  });
}

export function noSnapshot(asOf: string): ConsoleError {
  return new ConsoleError("unknown_snapshot", `There is no snapshot as of ${asOf}.`, {
    hint: "`snapshots` lists the snapshots there are.",
  });
}
