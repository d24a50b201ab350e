import { type DriftLimits, driftsOf } from "../../core/drift.ts";
import { ConsoleError } from "../../core/errors.ts";
import type { ColumnChange, Comparison, TableChange } from "../../core/messages/listings.ts";
import { isDate } from "../../core/month.ts";
import { inOneView, type Reader } from "../../postgres/connection/one-view.ts";
import { movesOf } from "../../postgres/drift/column-moves.ts";
import { rowChanges } from "../../postgres/snapshots/row-changes.ts";
import { type LedgerSeal, listSeals } from "../../postgres/snapshots/seals.ts";
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
  const { seals, tables } = await inOneView(url, async (read) => ({
    seals: await read((sql) => listSeals(sql, dataset.name)),
    tables: await Promise.all(frozen.map((one) => compareTable(read, one, from, to, limits))),
  }));
  const not_as_sealed = notAsSealed(seals, tables, from, to);
  const isGone = (day: string) => not_as_sealed.some(({ as_of }) => as_of === day);
  if (tables.every((table) => table.from_rows === 0)) throw isGone(from) ? rowsGone(from) : noSnapshot(from);
  if (tables.every((table) => table.to_rows === 0)) throw isGone(to) ? rowsGone(to) : noSnapshot(to);
  const usual = await usualValues(session, frozen, from, to);
  const changes = tables.map((table, index) => withUsual(table, usual[index]));
  return { from, to, threshold: limits.psi, not_as_sealed, tables: changes };
}

/** By the rows that were counted anyway: to hold each of them against its seal takes as long as all the rest. */
function notAsSealed(
  seals: readonly LedgerSeal[],
  tables: readonly TableChange[],
  from: string,
  to: string,
): Comparison["not_as_sealed"] {
  return tables.flatMap(({ table, from_rows, to_rows }) =>
    [
      { as_of: from, rows: from_rows },
      { as_of: to, rows: to_rows },
    ].flatMap(({ as_of, rows }) => {
      const sealed = seals.find((one) => one.table === table && one.as_of === as_of)?.rows ?? rows;
      return sealed === rows ? [] : [{ table, as_of, rows, sealed }];
    }),
  );
}

function rowsGone(asOf: string): ConsoleError {
  return new ConsoleError("seal_broken", `The rows that were sealed as of ${asOf} are gone.`, {
    hint: "Run its month with --restamp to take its snapshot anew from its drop (an older month: --restamp --backfill).",
  });
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
