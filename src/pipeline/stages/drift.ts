import type { Column } from "../../core/columns.ts";
import { type Drift, type DriftLimits, driftsOf, driftWords } from "../../core/drift.ts";
import type { Seal } from "../../core/messages/events.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { readerOf } from "../../postgres/connection/one-view.ts";
import { movesOf } from "../../postgres/drift/column-moves.ts";
import { isNumber } from "../../postgres/drift/distance-figures.ts";
import { rowChanges } from "../../postgres/snapshots/row-changes.ts";
import { listSeals } from "../../postgres/snapshots/seals.ts";
import { type Frozen, isFrozen } from "../../postgres/snapshots/snapshots.ts";
import { allRows, type CountedColumn, countCells, type TwoSnapshots } from "../../postgres/snapshots/two-snapshots.ts";
import { type Sides, suspectsOf } from "../drift/suspects.ts";
import { type StageContext, warn } from "./context.ts";

/** Rows of a snapshot up to which it costs little to look at all of them. */
const fewRows = 20_000;

/**
 * Hold each column of the new snapshots against the snapshot before. What is told comes from all rows and is what
 * `compare` tells, too; in large tables a sample tells which columns need no such look: see drift/bounds.ts.
 */
export async function warnOfDrift(context: StageContext, seals: readonly Seal[]): Promise<void> {
  const { tx, dataset, asOf, tables } = context;
  const limits = dataset.drift;
  if (limits === undefined) return;
  const earlier = (await listSeals(tx, dataset.name)).filter((seal) => seal.as_of < asOf);
  for (const table of tables.filter(isFrozen)) {
    const name = table.snapshot.table.name;
    const before = earlier.find((seal) => seal.table === name);
    const now = seals.find((seal) => seal.table === name);
    if (before === undefined || now === undefined) continue;
    const drifted = await driftedColumns(tx, table, { before, now }, limits);
    if (drifted.length === 0) continue;
    const columns = drifted.map(({ column, drifts }) => `${column} (${drifts.map(driftWords).join("; ")})`);
    warn(context, {
      title: `${name}: ${columns.join(", ")} drifted since ${before.as_of}.`,
      hint: `\`compare ${before.as_of} ${now.as_of}\` tells how far each column moved; ask the sender what changed.`,
    });
  }
}

/** A column and those of its figures that are at or beyond their limits. */
export interface DriftedColumn {
  column: string;
  drifts: Drift[];
}

export async function driftedColumns(
  tx: Queryable,
  table: Frozen,
  sides: Sides,
  limits: DriftLimits,
): Promise<DriftedColumn[]> {
  const columns = table.snapshot.columns.filter(({ name }) => !table.live.key.includes(name));
  if (columns.length === 0) return [];
  const rows = allRows(table, sides.before.as_of, sides.now.as_of);
  const isSmall = Math.max(sides.before.rows, sides.now.rows) <= fewRows;
  const counted = isSmall
    ? await countedByKey(tx, table, rows, columns)
    : await countedSuspects(tx, rows, await suspectsOf(tx, table, sides, columns, limits));
  const moves = await movesOf(readerOf(tx), rows, counted);
  return counted.flatMap(({ column, from, to }, index): DriftedColumn[] => {
    const found = moves[index];
    const drifts = found === undefined ? [] : driftsOf(found, { from: from.rows, to: to.rows }, limits);
    return drifts.length > 0 ? [{ column: column.name, drifts }] : [];
  });
}

/** Of categories it matters how many keys changed theirs. */
async function countedByKey(
  tx: Queryable,
  table: Frozen,
  rows: TwoSnapshots,
  columns: readonly Column[],
): Promise<CountedColumn[]> {
  const numbers = columns.filter(isNumber);
  const categories = columns.filter((column) => !isNumber(column));
  const counted: CountedColumn[] = numbers.length > 0 ? await countCells(tx, rows, numbers) : [];
  if (categories.length === 0) return counted;
  return [...counted, ...(await rowChanges(tx, rows, table.live.key, categories)).columns];
}

async function countedSuspects(
  tx: Queryable,
  rows: TwoSnapshots,
  suspects: { column: Column; moved: number }[],
): Promise<CountedColumn[]> {
  if (suspects.length === 0) return [];
  const columns = suspects.map(({ column }) => column);
  const counted = await countCells(tx, rows, columns);
  return counted.map((one, index) => ({ ...one, moved: suspects[index]?.moved ?? 1 }));
}
