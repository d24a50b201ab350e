import type { Column } from "../../core/columns.ts";
import type { Dataset } from "../../core/dataset.ts";
import { type DriftLimits, driftsOf, driftWords, type MovedColumn, type MovedTable } from "../../core/drift.ts";
import type { Seal } from "../../core/messages/events.ts";
import type { Profile } from "../../core/messages/profiles.ts";
import type { Queryable } from "../../postgres/connection/connect.ts";
import { readerOf } from "../../postgres/connection/one-view.ts";
import { movesOf } from "../../postgres/drift/column-moves.ts";
import { isNumber } from "../../postgres/drift/distance-figures.ts";
import { rowChanges } from "../../postgres/snapshots/row-changes.ts";
import type { Frozen } from "../../postgres/snapshots/snapshots.ts";
import { type CountedColumn, countCells, type TwoSnapshots } from "../../postgres/snapshots/two-snapshots.ts";
import { bothSides, frozenSide, type Side, type Sides, suspectsOf } from "../drift/suspects.ts";
import { type StageContext, warn } from "./context.ts";

/** Rows of a snapshot up to which it costs little to look at all of them. */
const fewRows = 20_000;

/**
 * Hold each column of a new snapshot against the snapshot before; null where there is none. What is told comes from all
 * rows and is what `compare` tells, too; in large tables a sample tells which columns need no such look: see
 * drift/bounds.ts.
 */
export async function driftSince(
  tx: Queryable,
  { dataset, asOf, past }: Pick<StageContext, "dataset" | "asOf" | "past">,
  table: Frozen,
  now: Side,
  sealed: Pick<Seal, "rows" | "fingerprint">,
  profile: readonly Profile[] | null,
): Promise<MovedTable | null> {
  // The newest first.
  const before = past.seals.find((seal) => seal.table === table.snapshot.table.name && seal.as_of < asOf);
  const limits = dataset.drift;
  if (limits === undefined || before === undefined) return null;
  // The very same rows did not drift.
  const isSame = before.rows === sealed.rows && before.fingerprint === sealed.fingerprint;
  const sides = { before: frozenSide(table, before), now };
  const columns = comparable(table, dataset);
  return {
    table: table.snapshot.table.name,
    since: before.as_of,
    threshold: limits.psi,
    columns: isSame
      ? columns.map(({ name }) => ({ column: name, told_by: "same", drifts: [] }))
      : await movedColumns(tx, table, sides, limits, columns, profile),
  };
}

/** Keep what was found, and warn of what drifted. */
export function tellDrift(context: StageContext, moved: MovedTable | null): void {
  if (moved === null) return;
  context.record.moves.push(moved);
  const { table, since } = moved;
  const drifted = moved.columns.filter(({ drifts }) => drifts.length > 0);
  if (drifted.length === 0) return;
  const columns = drifted.map(({ column, drifts }) => `${column} (${drifts.map(driftWords).join("; ")})`);
  warn(context, {
    title: `${table}: ${columns.join(", ")} drifted since ${since}.`,
    hint: `\`compare ${since} ${context.asOf}\` tells how far each column moved; ask the sender what changed.`,
  });
}

export async function movedColumns(
  tx: Queryable,
  table: Frozen,
  sides: Sides,
  limits: DriftLimits,
  columns: readonly Column[] = withoutKey(table),
  profile: readonly Profile[] | null = null,
): Promise<MovedColumn[]> {
  if (columns.length === 0) return [];
  const rows = bothSides(table, sides);
  const isSmall = Math.max(sides.before.count, sides.now.count) <= fewRows;
  const counted = isSmall
    ? await countedByKey(tx, table, rows, columns)
    : await countedSuspects(tx, rows, await suspectsOf(tx, table, sides, columns, limits, profile));
  const moves = await movesOf(readerOf(tx), rows, counted);
  return columns.map((column): MovedColumn => {
    const at = counted.findIndex((one) => one.column === column);
    const [sides, found] = [counted[at], moves[at]];
    if (sides === undefined || found === undefined) return { column: column.name, told_by: "sample", drifts: [] };
    const drifts = driftsOf(found, { from: sides.from.rows, to: sides.to.rows }, limits);
    return { column: column.name, told_by: "all", ...found, drifts };
  });
}

function withoutKey({ snapshot, live }: Frozen): Column[] {
  return snapshot.columns.filter(({ name }) => !live.key.includes(name));
}

const moments = new Set(["date", "timestamp", "timestamptz"]);

/** Columns that may be as they were: of events neither when they happened nor which other events they belong to. */
function comparable(table: Frozen, { tables }: Dataset): Column[] {
  const all = withoutKey(table);
  if (!table.manifest.isOfEvents) return all;
  const events = tables.flatMap(({ name, isOfEvents }) => (isOfEvents ? [name] : []));
  const belongs = table.live.references.flatMap(({ parent, columns }) => (events.includes(parent.name) ? columns : []));
  return all.filter(({ name, type }) => !moments.has(type) && !belongs.includes(name));
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
