import type { Transaction } from "../connection/connect.ts";
import { unionAll } from "../connection/fragments.ts";
import type { ParentPlace } from "./parents.ts";
import { fetched } from "./row-lines.ts";

/** A key that stands on more than one line of a file. */
interface RepeatedKey {
  key: string;
  /** 1-based, ascending; the first two. */
  lines: number[];
  times: number;
}

/**
 * For this transaction alone: room to hash a million keys in memory, and no nested loops, which the planner would take
 * for scratch tables that it knows nothing about.
 */
export async function giveRoomForKeys(tx: Transaction): Promise<void> {
  await tx`select set_config('work_mem', '128MB', true), set_config('enable_nestloop', 'off', true)`;
}

/**
 * A scratch table for the keys of one file, of one column, and their lines. A key without a line is known, but is not
 * itself in question.
 */
export async function makeKeyLines(tx: Transaction, name: string): Promise<void> {
  await tx`create temporary table ${tx(name)} (key text, line bigint) on commit drop`;
}

/** Keys that stand on several lines, by the first of them; most often there are none, which one look tells. */
export async function* repeatedKeys(tx: Transaction, table: string): AsyncGenerator<RepeatedKey> {
  const repeated = tx`from ${tx(table)} where line is not null group by key having count(*) > 1`;
  const [row] = await tx<{ found: boolean }[]>`
    select count(*) > 0 as found from (select 1 ${repeated}) repeated`;
  if (row?.found !== true) return;
  const keys = tx<RepeatedKey[]>`
    select key, (array_agg(line order by line))[1:2] as lines, count(*) as times ${repeated} order by min(line)`;
  for await (const found of keys.cursor(fetched)) yield* found;
}

/** Rows of `child` whose parent is neither among the keys read of `parent` nor in one of those places, by their lines. */
export async function* orphanedKeys(
  tx: Transaction,
  child: string,
  parent: string,
  places: readonly ParentPlace[],
): AsyncGenerator<{ key: string; line: number }> {
  const orphaned = tx`
    select c.key, c.line from ${tx(child)} c
     where c.line is not null and not exists (select 1 from ${tx(parent)} p where p.key = c.key)`;
  const [row] = await tx<{ found: boolean }[]>`select count(*) > 0 as found from (${orphaned}) orphaned`;
  if (row?.found !== true) return;
  const looks = places.map(
    ({ relation, columns: [column = ""], condition }) => tx`
      select o.key from ${relation} p join orphaned o on p.${tx(column)}::text = o.key where ${condition}`,
  );
  // A step of its own each: where the places are spread over servers, the scratch tables are not.
  const keys = tx<{ key: string; line: number }[]>`
    with orphaned as materialized (${orphaned}),
         known as materialized (${unionAll([tx`select key from orphaned where false`, ...looks])})
    select o.key, o.line from orphaned o
     where not exists (select 1 from known k where k.key = o.key) order by o.line`;
  for await (const found of keys.cursor(fetched)) yield* found;
}
