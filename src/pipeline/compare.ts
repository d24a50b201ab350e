import { ConsoleError } from "../core/errors.ts";
import type { ColumnChange, Comparison, TableChange } from "../core/listings.ts";
import { isDate } from "../core/month.ts";
import { rowChanges } from "../postgres/compare.ts";
import { distancesOf } from "../postgres/distance.ts";
import { inOneView, type View } from "../postgres/one-view.ts";
import { type Frozen, frozenRows, isFrozen } from "../postgres/snapshots.ts";
import { allRows } from "../postgres/two-snapshots.ts";
import type { Session } from "./session.ts";

/** Where a distance deserves attention when the manifest does not say: beyond 0.2 a shift is called major (Siddiqi). */
const usualThreshold = 0.2;

/** What changed from one snapshot to another, table by table, in one view of the database. */
export async function compareSnapshots(session: Session, from: string, to: string): Promise<Comparison> {
  for (const day of [from, to]) checkDate(day);
  const { url, dataset } = session;
  const frozen = session.tables.filter(isFrozen);
  const tables = await inOneView(url, (view) => Promise.all(frozen.map((one) => compareTable(view, one, from, to))));
  if (tables.every((table) => table.from_rows === 0)) throw noSnapshot(from);
  if (tables.every((table) => table.to_rows === 0)) throw noSnapshot(to);
  return { from, to, threshold: dataset.drift?.psi ?? usualThreshold, tables };
}

/** One table: rows and cells by key, and how far each column moved. */
export async function compareTable(view: View, table: Frozen, from: string, to: string): Promise<TableChange> {
  const { snapshot, live } = table;
  const changes = await view.run((tx) =>
    rowChanges(tx, frozenRows(tx, table, from), frozenRows(tx, table, to), live.key, snapshot.columns),
  );
  const { from_rows: fromRows, to_rows: toRows, added, removed } = changes;
  const counted = changes.columns.map((one) => {
    return { ...one, fromRows, toRows, unchanged: added + removed + one.changed === 0 };
  });
  const distances = await distancesOf(view, (tx) => allRows(tx, table, from, to), counted);
  const columns = changes.columns.flatMap(({ column, changed }, index): ColumnChange[] => {
    const distance = distances[index];
    return distance === undefined ? [] : [{ column: column.name, changed, ...distance }];
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
