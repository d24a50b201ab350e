import { type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { RuledTable } from "../catalog/ruled-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { cell, type Fragment, list, oidOf, qualified, sameKey, sql } from "../connection/fragments.ts";

/**
 * Rows that go round in a circle with what is unique, where none can let go of it for a moment: they are taken out and put
 * back by one statement, in which nobody finds them missing. Returns how many; 0 where something would follow them out, or
 * would be told that they went.
 */
export async function exchangeRows(
  tx: Transaction,
  table: RuledTable,
  carried: readonly string[],
  condition: Fragment,
): Promise<number> {
  if ((await whatKeepsFromExchange(tx, table)) !== null) return 0;
  const { live } = table;
  const stored = live.columns.filter((_, index) => live.details[index]?.generated === null);
  const isGiven = (name: string) => carried.includes(name) && !live.key.includes(name);
  const values = stored.map((column) => (isGiven(column.name) ? cell("s", column) : sql`g.${sql(column.name)}`));
  const keys = live.key.map((name) => sql`g.${sql(name)} = s.${sql(name)}`);
  const matched = keys.reduce((all, one) => sql`${all} and ${one}`);
  // Counted, so that all of them are out before the first is put back.
  const { count } = await tx`
    with gone as (
      delete from ${qualified(live)} l using ${twinOf(table)} s
       where ${sameKey("l", "s", live.key)} and ${condition} returning l.*),
    counted as (select count(*) as rows from gone)
    insert into ${qualified(live)} (${list(stored.map(({ name }) => sql`${sql(name)}`))}) overriding system value
    select ${list(values)} from counted, gone g join ${twinOf(table)} s on ${matched} where counted.rows > 0`;
  return count;
}

/** Why rows cannot be taken out and put back; null where they can. One elsewhere may go with it, or be told that it went. */
export async function whatKeepsFromExchange(tx: Transaction, { live }: LoadTable): Promise<string | null> {
  const [trigger] = live.triggers;
  if (trigger !== undefined) return `${trigger.of === live.name ? "it" : trigger.of} has the trigger ${trigger.name}`;
  if (live.distribution !== null) return "its rows lie on several servers";
  const oid = oidOf(live);
  const [row] = await tx<{ may: boolean; follower: string | null }[]>`
    select has_table_privilege(${oid}, 'DELETE') and has_table_privilege(${oid}, 'INSERT') as may,
           (select min(format('%s of %s', f.conname, f.conrelid::regclass)) from pg_constraint f
             where f.contype = 'f' and f.confrelid = ${oid} and (f.confdeltype <> 'a' or f.conrelid = f.confrelid)) as follower`;
  if (row?.follower != null) return `rows go with them, or hold them, by ${row.follower}`;
  return row?.may === true ? null : "this role lacks INSERT or DELETE on it";
}
