import type { RuledTable } from "../catalog/ruled-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { type CopyWriter, copyInto } from "../connection/copy.ts";
import { sql } from "../connection/fragments.ts";

/**
 * For this transaction alone: room to hash a million keys in memory, and no nested loops, which the planner would take
 * for scratch tables that it knows nothing about.
 */
export async function giveRoomForKeys(tx: Transaction): Promise<void> {
  await tx`select set_config('work_mem', '128MB', true), set_config('enable_nestloop', 'off', true)`;
}

/**
 * A scratch table for cells of a file, as texts: `line`, where the row stands, NULL where it is malformed and known only by
 * its key; `bad`, the numbers of the columns whose cells are no values; and `c0`, `c1` and so on, by the columns' numbers.
 */
export async function makeScratch(tx: Transaction, name: string, columns: readonly number[]): Promise<CopyWriter> {
  const cells = columns.map((index) => tx`, ${tx(`c${index}`)} text`);
  const all = cells.reduce((joined, one) => tx`${joined}${one}`, tx``);
  await tx`create temporary table ${tx(name)} (line bigint, bad int2[] ${all}) on commit drop`;
  return copyInto(tx`copy ${tx(name)} from stdin (format csv)`);
}

/** A cell that is not a value of its column's type. */
export interface Misfit {
  line: number;
  text: string;
}

/**
 * Find the cells of a column that only the server can judge, and mark them as no values. Types that somebody made, and
 * others that the reader does not know, are judged by what takes them in.
 */
export async function* misfits(
  tx: Transaction,
  scratch: string,
  { live }: RuledTable,
  index: number,
): AsyncGenerator<Misfit> {
  const cell = tx(`c${index}`);
  const base = live.details[index]?.base ?? "text";
  const isValid =
    live.serverMajor >= 16 ? sql`pg_input_is_valid(${cell}, ${base})` : sql`pg_temp.console_takes(${cell}, ${base})`;
  if (live.serverMajor < 16) await makeJudge(tx);
  const marked = tx<Misfit[]>`
    with marked as (
      update ${tx(scratch)} set bad = bad || ${index}::int2 where ${cell} is not null and not ${isValid}
      returning line, ${cell} as text)
    select line, text from marked where line is not null order by line`;
  const found = await marked;
  for (const one of found) yield one;
  if (found.length > 0) await tx`update ${tx(scratch)} set ${cell} = null where ${index}::int2 = any(bad)`;
}

/** What newer servers have by themselves. */
async function makeJudge(tx: Transaction): Promise<void> {
  await tx.unsafe(`
    create or replace function pg_temp.console_takes(value text, type text) returns boolean language plpgsql as $$
    begin
      execute format('select %L::%s', value, type);
      return true;
    exception when data_exception or syntax_error_or_access_rule_violation or check_violation then
      return false;
    end $$`);
}
