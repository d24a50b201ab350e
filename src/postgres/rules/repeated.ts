import type { Transaction } from "../connection/connect.ts";
import { list, sql } from "../connection/fragments.ts";
import { fetched } from "../live/row-lines.ts";
import { isSound, type RuleRows, textsOf } from "./rows.ts";

/** A key that stands on more than one line of a file. */
export interface RepeatedKey {
  /** As the second of its lines has it. */
  shown: string;
  /** Ascending; the first two. */
  lines: number[];
  times: number;
}

/** Keys that stand on several lines, by the first of them; most often there are none, which one look tells. */
export async function* repeatedKeys(tx: Transaction, drop: RuleRows): AsyncGenerator<RepeatedKey> {
  const { key } = drop.table.live;
  const keys = list(key.map((_, at) => sql`${sql(`k${at}`)}`));
  const values = list(key.map((name, at) => sql`x.${sql(name)} as ${sql(`k${at}`)}`));
  const repeated = sql`
      from (select x."#line" as line, ${textsOf(drop, key)} as shown, ${values}
              from ${drop.rows} x where x."#line" is not null and ${isSound(drop, key)}) keyed
     group by ${keys} having count(*) > 1`;
  const [row] = await tx<{ found: boolean }[]>`
    select count(*) > 0 as found from (select 1 ${repeated}) repeated`;
  if (row?.found !== true) return;
  const found = tx<RepeatedKey[]>`
    select (array_agg(shown order by line))[2] as shown, (array_agg(line order by line))[1:2] as lines,
           count(*) as times
           ${repeated} order by min(line)`;
  for await (const some of found.cursor(fetched)) yield* some;
}
