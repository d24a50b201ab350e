import type { Dataset } from "../../../core/dataset.ts";
import { isKnownType } from "../../../csv/cells/cell-types.ts";
import { SourceFault } from "../../../csv/files/source-fault.ts";
import { type LocatedRow, locateRows } from "../../../csv/located/rows.ts";
import type { LoadTable } from "../../../postgres/catalog/dataset-tables.ts";
import { isComputed } from "../../../postgres/catalog/introspect.ts";
import type { RuledTable } from "../../../postgres/catalog/ruled-tables.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import type { CopyWriter } from "../../../postgres/connection/copy.ts";
import { dropScratch } from "../../../postgres/live/row-lines.ts";
import { columnNumbers, type RuleRows, scratchRuleRows, type Untold } from "../../../postgres/rules/rows.ts";
import { makeScratch } from "../../../postgres/rules/scratch.ts";
import type { SizeLimits } from "../../../postgres/rules/size-limits.ts";
import { lapsedColumns } from "../lapsed.ts";
import { type Incoming, sourceOf } from "../months.ts";
import type { Past } from "../past.ts";

/** A file whose cells are in a scratch table, as far as keys and rules read them. */
export interface Collected extends Incoming<RuledTable> {
  scratch: string;
  /** By their numbers in the table. */
  columns: number[];
  lapsed: string[];
  /** Equal for files with the same keys on the same lines, as one export mostly writes them. */
  digest: string;
  /** True when rows of it may be hidden: who refers to one would seem orphaned. */
  isTorn: boolean;
}

interface Drop {
  dataset: Dataset;
  /** All whose files are looked at. */
  tables: readonly RuledTable[];
  past: Pick<Past, "publications">;
  limits: SizeLimits;
}

/** Null when the file's header is faulty, or it cannot be read to its end, which is a fault already. */
export async function collect(
  tx: Transaction,
  drop: Drop,
  one: Incoming<RuledTable>,
  scratch: string,
): Promise<Collected | null> {
  const { table } = one;
  const wanted = columnsRead(table, drop);
  const source = sourceOf(drop.dataset, one);
  const located = await locateRows(
    source,
    table.live.columns.filter(({ name }) => wanted.has(name)),
  );
  if (located === null || !table.live.key.every((name) => located.columns.some((column) => column.name === name)))
    return null;
  const columns = columnNumbers(
    table,
    located.columns.map(({ name }) => name),
  );
  const copy = await makeScratch(tx, scratch, columns);
  const sent = await send(located.rows, copy, columns, keyPlaces(table, columns));
  if (sent === null) {
    await dropScratch(tx, scratch);
    return null;
  }
  const kinds = table.live.key.map((name) => table.live.details[columnNumbers(table, [name])[0] ?? 0]);
  const lapsed = lapsedColumns(table, located.carried, drop.past);
  return { ...one, ...sent, scratch, columns, lapsed, digest: JSON.stringify([sent.digest, kinds]) };
}

export function rowsOf({ table, scratch, columns, lapsed }: Collected, untold: Untold): RuleRows {
  return scratchRuleRows(table, { scratch, held: columns, lapsed }, untold);
}

/** True for a column that the drop says something of. */
export function isGiven({ table: { live }, columns, lapsed }: Collected, name: string): boolean {
  const index = live.columns.findIndex((column) => column.name === name);
  return columns.includes(index) || lapsed.includes(name) || isComputed(live, name);
}

function keyPlaces({ live }: LoadTable, columns: readonly number[]): number[] {
  return live.key.map((name) => columns.findIndex((index) => live.columns[index]?.name === name));
}

/** What keys, references, rules and indexes read; where one reads a computed column, or the whole row, as a trigger may, all. */
function columnsRead({ live, frozen }: RuledTable, { tables, limits }: Drop): Set<string> {
  const all = live.columns.map(({ name }) => name);
  const read = new Set(live.key);
  const readBy = (columns: readonly string[]) => {
    const isOfAll = columns.length === 0 || columns.some((name) => isComputed(live, name));
    for (const name of isOfAll ? all : columns) read.add(name);
  };
  for (const { columns } of [...live.rules, ...(frozen?.rules ?? [])]) readBy(columns);
  for (const { name, triggers } of [live, ...(frozen === null ? [] : [frozen])]) {
    for (const { columns } of limits.get(name) ?? []) readBy(columns);
    if (triggers.length > 0) readBy([]);
  }
  for (const { columns } of [...live.references, ...live.partReferences, ...(frozen?.references ?? [])])
    readBy(columns);
  for (const { parentColumns } of live.followers) readBy(parentColumns);
  for (const { references, partReferences } of tables.map((table) => table.live)) {
    for (const { parent, parentColumns } of [...references, ...partReferences])
      if (parent.name === live.name) readBy(parentColumns);
  }
  for (const column of live.columns) if (!isKnownType(column)) read.add(column.name);
  return read;
}

async function send(
  batches: AsyncIterable<{ rows: LocatedRow[]; isTorn: boolean }>,
  copy: CopyWriter,
  columns: readonly number[],
  key: readonly number[],
): Promise<{ digest: string; isTorn: boolean } | null> {
  const hash = new Bun.CryptoHasher("sha256");
  const areKeys = columns.length === key.length;
  let isTorn = false;
  try {
    for await (const batch of batches) {
      isTorn ||= batch.isTorn;
      let text = "";
      let keys = "";
      for (const { line, cells, bad } of batch.rows) {
        const unsound = bad.length === 0 ? "{}" : `"{${bad.map((at) => columns[at]).join(",")}}"`;
        text += `${line ?? ""},${unsound},${cells.join(",")}\n`;
        if (!areKeys) keys += `${line ?? ""},${key.map((at) => cells[at]).join(",")}\n`;
      }
      hash.update(areKeys ? text : keys);
      if (text !== "") await copy.write(Buffer.from(text));
    }
  } catch (error) {
    if (!(error instanceof SourceFault)) {
      await copy.abort("reading failed");
      throw error;
    }
    await copy.finish();
    return null;
  }
  await copy.finish();
  return { digest: hash.digest("hex"), isTorn };
}
