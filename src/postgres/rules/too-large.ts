import type { Transaction } from "../connection/connect.ts";
import { type Fragment, list, qualified, some, sql } from "../connection/fragments.ts";
import { fetched } from "../live/row-lines.ts";
import { asNamed, isSound, type RuleRows, textsOf } from "./rows.ts";
import { anyIndexTakes, type SizeLimit } from "./size-limits.ts";

/** A row that is too large for an index: how large it is there, and how large it may be, in bytes. */
export interface LargeRow {
  line: number;
  shown: string | null;
  index: string;
  columns: string[];
  size: number;
  most: number;
}

/**
 * Rows that an index does not take. How large one is there, compressed as it is, only the server knows: those that may be too
 * large are put into a table that is made like theirs, of which nothing stays.
 */
export async function* tooLarge(
  tx: Transaction,
  drop: RuleRows,
  limits: readonly SizeLimit[],
): AsyncGenerator<LargeRow> {
  if (limits.length === 0) return;
  const suspected = some(limits.map((limit) => mayExceed(limit, drop)));
  const [row] = await tx<{ found: boolean }[]>`select count(*) > 0 as found from ${drop.rows} x where ${suspected}`;
  if (row?.found !== true) return;
  await tx`drop table if exists pg_temp.console_large`;
  await tx`
    create temporary table console_large (like ${qualified(drop.table.live)} including storage including compression)
      on commit drop`;
  for (const limit of limits) {
    const { name: index, columns, made } = limit;
    await tx`create index ${tx(index)} on pg_temp.console_large ${tx.unsafe(made)}`;
    await tx`${tryOut(drop, limit)}`;
    const found = tx<Pick<LargeRow, "line" | "shown" | "size" | "most">[]>`select * from pg_temp.console_too_large()`;
    for await (const some of found.cursor(fetched)) for (const row of some) yield { ...row, index, columns };
    await tx`drop index pg_temp.${tx(index)}`;
  }
}

/** By the texts of what is in the index. */
function mayExceed({ parts, condition, columns }: SizeLimit, drop: RuleRows): Fragment {
  const sizes = [...parts.map((part) => sql.unsafe(part)), ...columns.map((name) => sql`${sql(name)}`)];
  const size = sizes
    .map((value) => sql`coalesce(octet_length((${value})::text), 0)`)
    .reduce((sum, one) => sql`${sum} + ${one}`);
  const isHeld = condition === null ? sql`true` : sql`(${sql.unsafe(condition)})`;
  return sql`(
    x."#line" is not null and ${isSound(drop, columns)}
    and (select ${isHeld} and ${size} > ${sql.unsafe(String(anyIndexTakes))} from ${asNamed(drop.table, "x")}))`;
}

/** A function that puts such rows into the table one by one, and returns those that are refused for their size. */
function tryOut(drop: RuleRows, limit: SizeLimit): Fragment {
  const { live } = drop.table;
  const all = live.columns.map(({ name }) => sql`${sql(name)}`);
  const values = live.columns.map(({ name }) => sql`x.${sql(name)}`);
  return sql`
    create or replace function pg_temp.console_too_large()
      returns table (line bigint, shown text, size int, most int) language plpgsql as $console$
    #variable_conflict use_column
    declare
      x record;
      message text;
      sizes int[];
    begin
      for x in select * from ${drop.rows} x where x."#line" is not null and ${mayExceed(limit, drop)} order by x."#line" loop
        begin
          insert into pg_temp.console_large (${list(all)}) select ${list(values)};
        exception when program_limit_exceeded then
          get stacked diagnostics message = message_text;
          line := x."#line";
          shown := ${textsOf(drop, limit.columns)};
          -- In whatever language: how large it is, and then how large it may be.
          sizes := array(select found[1]::int from regexp_matches(message, '\\d{3,}', 'g') found);
          size := sizes[1];
          most := sizes[2];
          return next;
        when others then null;
        end;
      end loop;
    end $console$`;
}
