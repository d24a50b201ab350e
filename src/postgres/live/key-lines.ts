import type { Transaction } from "../connection/connect.ts";
import { type CopyWriter, copyInto } from "../connection/copy.ts";
import type { Fragment } from "../connection/fragments.ts";

/** A key that stands on more than one line of a file. */
export interface RepeatedKey {
  key: string;
  /** 1-based, ascending; the first two. */
  lines: number[];
  times: number;
}

/** A row whose parent is neither in the drop nor known. */
export interface OrphanedKey {
  key: string;
  line: number;
}

/** The keys of one file and their lines, in a scratch table that goes with the transaction. */
export type KeyLinesTable = string & { readonly scratch: unique symbol };

/** Rows that are fetched at a time: there may be millions. */
const fetched = 1_000;

/**
 * For this transaction alone: room to hash a million keys in memory, and no nested loops, which the planner would take
 * for scratch tables that it knows nothing about.
 */
export async function giveRoomForKeys(tx: Transaction): Promise<void> {
  await tx`select set_config('work_mem', '128MB', true), set_config('enable_nestloop', 'off', true)`;
}

/** A scratch table for the keys of the drop's file number `index`. */
export async function makeKeyLines(tx: Transaction, index: number): Promise<KeyLinesTable> {
  const name = `key_lines_${index}` as KeyLinesTable;
  await tx`create temporary table ${tx(name)} (key text, line bigint) on commit drop`;
  return name;
}

export async function dropKeyLines(tx: Transaction, table: KeyLinesTable): Promise<void> {
  await tx`drop table ${tx(table)}`;
}

/** Receives keys and lines as `keyLinesText` writes them. */
export function copyKeyLines(tx: Transaction, table: KeyLinesTable): Promise<CopyWriter> {
  return copyInto(tx`copy ${tx(table)} from stdin (format csv)`);
}

/** Keys with their lines for COPY. A key without a line is known, but is not itself in question. */
export function keyLinesText(keys: readonly string[], lines: readonly (number | null)[]): Buffer {
  let text = "";
  for (let index = 0; index < keys.length; index++) {
    text += `"${keys[index]?.replaceAll('"', '""')}",${lines[index] ?? ""}\n`;
  }
  return Buffer.from(text);
}

/** Keys that stand on several lines, by the first of them; most often there are none, which one look tells. */
export async function* repeatedKeys(tx: Transaction, table: KeyLinesTable): AsyncGenerator<RepeatedKey> {
  const [row] = await tx<{ found: boolean }[]>`
    select count(*) > 0 as found
      from (select 1 from ${tx(table)} where line is not null group by key having count(*) > 1) repeated`;
  if (row?.found !== true) return;
  const keys = tx<RepeatedKey[]>`
    select key, (array_agg(line order by line))[1:2]::int[] as lines, count(*) as times
      from ${tx(table)} where line is not null
     group by key having count(*) > 1 order by min(line)`;
  for await (const found of keys.cursor(fetched)) yield* found;
}

/** Rows of `child`, alias `c`, whose parent is neither among the keys read of `parent` nor known, by their lines. */
export async function* orphanedKeys(
  tx: Transaction,
  child: KeyLinesTable,
  parent: KeyLinesTable,
  isKnown: Fragment,
): AsyncGenerator<OrphanedKey> {
  const isMissing = tx`
    c.line is not null and not exists (select 1 from ${tx(parent)} p where p.key = c.key)`;
  const [row] = await tx<{ found: boolean }[]>`
    select count(*) > 0 as found from ${tx(child)} c where ${isMissing}`;
  if (row?.found !== true) return;
  const keys = tx<OrphanedKey[]>`
    select c.key, c.line from ${tx(child)} c
     where ${isMissing} and not ${isKnown}
     order by c.line`;
  for await (const found of keys.cursor(fetched)) yield* found;
}
