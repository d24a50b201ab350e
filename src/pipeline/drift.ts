import type { Seal, Warning } from "../core/events.ts";
import { formatCount } from "../core/format.ts";
import type { Queryable, Transaction } from "../postgres/connect.ts";
import { distancesOf } from "../postgres/distance.ts";
import { viewOf } from "../postgres/one-view.ts";
import { listSeals } from "../postgres/seals.ts";
import { type Frozen, isFrozen } from "../postgres/snapshots.ts";
import { allRows, countCells, sampledRows, type TwoSnapshots, takeSample } from "../postgres/two-snapshots.ts";
import { type StageContext, warn } from "./context.ts";

/** Rows of each snapshot that are enough to see a drift: what chance adds to a PSI is about bins ÷ rows, 0.001 here. */
const enoughRows = 20_000;

/** Of the blocks of a large table so many are read that one row in three is enough: neighbours are often alike. */
const oneInBlock = 3;

/**
 * Hold the distribution of each column of the new snapshots against that of the snapshot before. Small tables are
 * compared in full, large ones by a sample; `compare` gives the exact figures.
 */
export async function warnOfDrift(context: StageContext, seals: readonly Seal[]): Promise<void> {
  const { tx, dataset, asOf, tables } = context;
  if (dataset.drift === undefined) return;
  const earlier = (await listSeals(tx, dataset.name)).filter((seal) => seal.as_of < asOf);
  for (const table of tables.filter(isFrozen)) {
    const name = table.snapshot.table.name;
    const before = earlier.find((seal) => seal.table === name);
    const now = seals.find((seal) => seal.table === name);
    if (before === undefined || now === undefined) continue;
    const drifted = await driftedColumns(context, table, before, now, dataset.drift.psi);
    if (drifted.length > 0) warn(context, warningOf(name, drifted, before, now));
  }
}

async function driftedColumns(
  { tx }: StageContext,
  table: Frozen,
  before: Seal,
  now: Seal,
  threshold: number,
): Promise<string[]> {
  const columns = table.snapshot.columns.filter(({ name }) => !table.live.key.includes(name));
  if (columns.length === 0) return [];
  const rows = await enoughOf(tx, table, before, now);
  const counted = await countCells(tx, rows(tx), columns);
  const distances = await distancesOf(viewOf(tx), rows, counted);
  return distances.flatMap(({ measure, distance }, index) => {
    const isFar = distance !== null && distance >= threshold;
    return isFar ? [`${columns[index]?.name} (${measure.toUpperCase()} ${distance.toFixed(2)})`] : [];
  });
}

/** Both snapshots as they are, or a sample of them where they are large. */
async function enoughOf(
  tx: Transaction,
  table: Frozen,
  before: Seal,
  now: Seal,
): Promise<(sql: Queryable) => TwoSnapshots> {
  const tooMany = Math.max(before.rows, now.rows) / enoughRows;
  if (tooMany <= 1) return (sql) => allRows(sql, table, before.as_of, now.as_of);
  const oneIn = Math.min(Math.ceil(tooMany), oneInBlock);
  const percent = tooMany <= oneInBlock ? 100 : (100 * oneInBlock) / tooMany;
  await takeSample(tx, table, { from: before.as_of, to: now.as_of, percent, oneIn });
  return sampledRows;
}

function warningOf(table: string, drifted: readonly string[], before: Seal, now: Seal): Warning {
  const sampled = now.rows > enoughRows ? `, by a sample of about ${formatCount(enoughRows)} rows` : "";
  return {
    title: `${table}: ${drifted.join(", ")} drifted since ${before.as_of}${sampled}.`,
    hint: `\`compare ${before.as_of} ${now.as_of}\` tells how far each column moved; ask the sender what changed.`,
  };
}
