import { basename } from "node:path";
import type { Dataset } from "../../core/dataset.ts";
import { codeOf } from "../../core/errors.ts";
import { formatCount } from "../../core/format.ts";
import { SourceFault } from "../../csv/files/source-fault.ts";
import type { LocatedKeys } from "../../csv/locate.ts";
import { locateKeys } from "../../csv/parts/locate.ts";
import type { PartsTally } from "../../csv/parts/tally.ts";
import type { TableSource } from "../../csv/source.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import { transact } from "../../postgres/connection/attempt.ts";
import type { Queryable, Transaction } from "../../postgres/connection/connect.ts";
import type { CopyWriter } from "../../postgres/connection/copy.ts";
import { giveRoomForKeys, makeKeyLines, orphanedKeys, repeatedKeys } from "../../postgres/live/key-lines.ts";
import { type Parents, placesOfParents } from "../../postgres/live/parents.ts";
import { copyLines, dropScratch, linesText } from "../../postgres/live/row-lines.ts";
import type { DropFaults } from "./faults.ts";
import { keyOfServer } from "./key-form.ts";
import { type Incoming, sourceOf } from "./months.ts";

/** A key that the database would not take; which rows, and on which lines, is found out after the rollback. */
export class KeyFault extends Error {
  constructor(
    readonly kind: "repeated" | "orphaned",
    readonly table: string,
  ) {
    super(`${kind} key in ${table}`);
  }
}

/** SQLSTATEs of a unique and of a foreign key that a write would have broken. */
const keyViolations = new Set(["23505", "23503"]);

export function isKeyViolation(thrown: unknown): boolean {
  return keyViolations.has(codeOf(thrown));
}

/** A file whose keys are known, and where they are. */
interface Collected extends Incoming {
  /** The scratch table of its keys and their lines. */
  keys: string;
  /** Equal for files with the same keys on the same lines, as one export mostly writes them. */
  digest: string;
  /** True when rows of it may be hidden: who refers to one would seem orphaned. */
  isTorn: boolean;
}

/**
 * Find the lines of repeated and of orphaned keys. A second pass over the files, which a run makes only when the drop is
 * rejected anyway: their keys and lines go into scratch tables, and PostgreSQL finds what is wrong among them.
 */
export async function findKeyFaults(
  sql: Queryable,
  { dataset, tables, parents }: { dataset: Dataset; tables: readonly LoadTable[]; parents: Parents },
  incoming: readonly Incoming[],
  faults: DropFaults,
): Promise<void> {
  const present = incoming.filter(({ table, file }) => file.fault === null && table.live.key.length === 1);
  await transact(sql, async (tx) => {
    await giveRoomForKeys(tx);
    // Without the keys of a file that cannot be read, every row that refers to them would seem orphaned.
    const read: Collected[] = [];
    for (const one of present) {
      const keys = `key_lines_${read.length}`;
      await makeKeyLines(tx, keys);
      const found = await collectKeys(tx, dataset, one, keys);
      if (found !== null) read.push({ ...one, keys, ...found });
      else await dropScratch(tx, keys);
    }
    const unrepeated = new Set<string>();
    for (const one of read) {
      const tally = faults.of(one.file.path);
      if (!unrepeated.has(one.digest)) await tellRepeated(tx, one, tally);
      if (tally.count === 0) unrepeated.add(one.digest);
      await tellOrphaned(tx, one, read, { tables, parents }, tally);
    }
  });
}

/** What is told of the keys; null when the file gave no keys, or cannot be read to its end, which is a fault already. */
async function collectKeys(
  tx: Transaction,
  dataset: Dataset,
  one: Incoming,
  table: string,
): Promise<Pick<Collected, "digest" | "isTorn"> | null> {
  const hash = new Bun.CryptoHasher("sha256");
  let isTorn = false;
  const [name] = one.table.live.key;
  const column = one.table.live.columns.find((column) => column.name === name);
  const formOf = keyOfServer(column ?? { type: "text" });
  const sent = await sendKeys(sourceOf(dataset, one), await copyLines(tx, table), (batch) => {
    const text = linesText(batch.keys.map(formOf), batch.lines, 1);
    hash.update(text);
    isTorn ||= batch.isTorn;
    return text;
  });
  return sent ? { digest: hash.digest("hex"), isTorn } : null;
}

/** Send a file's keys and their lines, a batch for each piece that is read. Null when it cannot be read to its end. */
export async function sendKeys(
  source: TableSource,
  copy: CopyWriter,
  textOf: (batch: LocatedKeys) => Uint8Array,
  signal?: AbortSignal,
): Promise<number | null> {
  let isWhole = true;
  try {
    for await (const batch of locateKeys(source, signal)) {
      const text = textOf(batch);
      if (text.length > 0) await copy.write(text);
    }
  } catch (error) {
    if (!(error instanceof SourceFault)) {
      await copy.abort("reading failed");
      throw error;
    }
    isWhole = false;
  }
  const rows = await copy.finish();
  return isWhole ? rows : null;
}

async function tellRepeated(tx: Transaction, { table, keys }: Collected, tally: PartsTally): Promise<void> {
  const column = table.live.key[0] ?? "";
  for await (const { key, lines, times } of repeatedKeys(tx, keys)) {
    const [first, second] = lines;
    const more = times > 2 ? `, ${formatCount(times)} times in all` : "";
    tally.add("key_repeated", `the key stands on ${tally.inWords(first ?? 0)} already${more}`, second, column, key);
  }
}

async function tellOrphaned(
  tx: Transaction,
  child: Collected,
  read: readonly Collected[],
  known: { tables: readonly LoadTable[]; parents: Parents },
  tally: PartsTally,
): Promise<void> {
  const column = child.table.live.key[0] ?? "";
  for (const reference of child.table.live.references) {
    const parent = read.find((one) => one.table.name === reference.parent.name);
    if (parent === undefined || parent.isTorn || reference.columns.join() !== column || parent.digest === child.digest)
      continue;
    const elsewhere =
      known.parents.kind === "live" ? `live in ${parent.table.name}` : "in what an older month delivered";
    const reason = `${column} is neither in ${basename(parent.file.path)} nor ${elsewhere}`;
    const places = placesOfParents(reference, known);
    for await (const { key, line } of orphanedKeys(tx, child.keys, parent.keys, places)) {
      tally.add("key_orphaned", reason, line, column, key);
    }
  }
}
