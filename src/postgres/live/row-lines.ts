import { type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { type CopyWriter, copyInto } from "../connection/copy.ts";
import { every, type Fragment, list } from "../connection/fragments.ts";

/**
 * Scratch tables that tell on which lines of a file staged rows stand: one holds the key and the line of each of its rows,
 * another the keys and values of the rows in question. They go with the transaction.
 */

/** A row that was set apart: the line where it stands, null where that is not known, its key and its values. */
export type KeptRow = { line: number | null } & Readonly<Record<string, unknown>>;

/** Rows that are fetched at a time: there may be millions. */
export const fetched = 1_000;

/**
 * The two tables. The driver keeps each statement prepared for its connection, and PostgreSQL refuses one whose columns have
 * changed: tables of other columns need names of their own.
 */
export interface Scratch {
  rows: string;
  /** Null where the lines are not known. */
  lines: string | null;
}

/** What the scratch tables call the key's columns, these as they are shown, and the values: `k0`, `k1`, `s0`, `v0`. */
export const keyAlias = (at: number) => `k${at}`;
export const shownKeyAlias = (at: number) => `s${at}`;
export const valueAlias = (at: number) => `v${at}`;

/** Make the scratch table of lines, its keys of the very types that the staged ones have: they are read in the same way. */
export async function makeRowLines(tx: Transaction, lines: string, table: LoadTable): Promise<void> {
  const keys = table.live.key.map((column, at) => tx`${tx(column)} as ${tx(keyAlias(at))}`);
  await tx`
    create temporary table ${tx(lines)} on commit drop as
    select ${list(keys)}, null::bigint as line from ${twinOf(table)} where false`;
}

/** Receives keys and lines as `linesText` writes them. */
export function copyLines(tx: Transaction, lines: string): Promise<CopyWriter> {
  return copyInto(tx`copy ${tx(lines)} from stdin (format csv)`);
}

/** Keys with their lines for COPY; one of several columns comes as a JSON array of their values. */
export function linesText(keys: readonly string[], lines: readonly (number | null)[], width: number): Buffer {
  let text = "";
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] ?? "";
    const values: string[] = width === 1 ? [key] : JSON.parse(key);
    for (const value of values) text += `"${value.replaceAll('"', '""')}",`;
    text += `${lines[index] ?? ""}\n`;
  }
  return Buffer.from(text);
}

/** The scratch table goes before its transaction does: there may be more to come that is as large. */
export async function dropScratch(tx: Transaction, name: string): Promise<void> {
  await tx`drop table ${tx(name)}`;
}

/** Set the rows of a statement apart; its columns are called as `keyAlias` and `valueAlias` say. */
export async function keepRows(tx: Transaction, rows: string, statement: Fragment): Promise<void> {
  await tx`create temporary table ${tx(rows)} on commit drop as ${statement}`;
}

/** The rows that were set apart, by the lines where they stand, in pieces; in no order where there are no lines. */
export async function* keptRows(
  tx: Transaction,
  { rows, lines }: Scratch,
  keyWidth: number,
): AsyncGenerator<KeptRow[]> {
  const isSame = Array.from({ length: keyWidth }, (_, at) => tx`l.${tx(keyAlias(at))} = r.${tx(keyAlias(at))}`);
  const withLines =
    lines === null
      ? tx`select null::bigint as line, r.* from ${tx(rows)} r`
      : tx`select l.line, r.* from ${tx(rows)} r left join ${tx(lines)} l on ${every(isSame)} order by l.line`;
  yield* tx<KeptRow[]>`${withLines}`.cursor(fetched);
}
