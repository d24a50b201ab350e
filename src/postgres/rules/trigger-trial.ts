import type { Transaction } from "../connection/connect.ts";
import { every, type Fragment, list, oidOf, qualified, sql } from "../connection/fragments.ts";
import { fetched } from "../live/row-lines.ts";
import type { RowVerdict } from "./row-by-row.ts";
import { isSound, type RuleRows } from "./rows.ts";

/** A row that could not be written; where no row is known to be the reason, `line` is null. */
export type Refusal = Omit<RowVerdict, "line" | "shown" | "state"> & { line: number | null; state: string };

/**
 * Has the triggers of a table fire for a drop's rows, as they would be written there: new ones are added, and others changed. That
 * is done to a table of this transaction alone, which is called as the true one and has its triggers; nothing of it, and of
 * what they did elsewhere, may be kept by who calls this. All rows at once, and one by one where that is refused.
 */
export async function* firedFor(tx: Transaction, drop: RuleRows): AsyncGenerator<Refusal> {
  const { live } = drop.table;
  const trial = sql`pg_temp.${sql(live.name)}`;
  const key = live.key.map((name) => sql`l.${sql(name)} = x.${sql(name)}`);
  await tx`
    create temporary table ${tx(live.name)} on commit drop as
    select l.* from ${qualified(live)} l
     where ${drop.standing === null ? sql`exists (select from ${drop.rows} x where ${every(key)})` : sql`false`}`;
  const triggers = await tx<{ definition: string }[]>`
    select replace(pg_get_triggerdef(oid), format(' ON %I.%I ', ${live.schema}::text, ${live.name}::text),
                   format(' ON pg_temp.%I ', ${live.name}::text)) as definition
      from pg_trigger where tgrelid = ${oidOf(live)} and not tgisinternal and tgenabled in ('O', 'A') order by tgname`;
  for (const { definition } of triggers) await tx.unsafe(definition);
  await tx`${trialOf(drop, trial)}`;
  const found = tx<Refusal[]>`select * from pg_temp.console_fired()`;
  for await (const some of found.cursor(fetched)) yield* some;
}

/** A function that writes the rows, and returns those that are refused. */
function trialOf(drop: RuleRows, trial: Fragment): Fragment {
  const { live } = drop.table;
  const names = live.columns.map(({ name }) => sql`${sql(name)}`);
  const values = (alias: "l" | "x") => list(live.columns.map(({ name }) => sql`${sql(alias)}.${sql(name)}`));
  const isSame = every(live.key.map((name) => sql`l.${sql(name)} = x.${sql(name)}`));
  const rest = live.columns.filter(({ name }) => !live.key.includes(name));
  const sets = list(rest.map(({ name }) => sql`${sql(name)} = x.${sql(name)}`));
  const itself = list(live.columns.map(({ name }) => sql`one.${sql(name)} as ${sql(name)}`));
  const sound = sql`(select * from ${drop.rows} x where x."#line" is not null and ${isSound(drop.table, [])}) x`;
  const write = (rows: Fragment) => sql`
    ${
      rest.length === 0
        ? sql``
        : sql`update ${trial} l set ${sets} from ${rows}
         where ${isSame} and row(${values("l")})::text is distinct from row(${values("x")})::text;`
    }
    insert into ${trial} (${list(names)})
    select ${values("x")} from ${rows} where not exists (select from ${trial} l where ${isSame});
    set constraints all immediate;`;
  return sql`
    create or replace function pg_temp.console_fired()
      returns table (line bigint, state text, message text, context text) language plpgsql as $console$
    #variable_conflict use_column
    declare
      one record;
    begin
      begin
        ${write(sound)}
        return;
      exception when others then
        get stacked diagnostics state = returned_sqlstate, message = message_text, context = pg_exception_context;
      end;
      if not state ~ '^(21|22|23|38|P0)' then
        return next;
        return;
      end if;
      for one in select * from ${sound} order by x."#line" loop
        begin
          ${write(sql`(select ${itself}) x`)}
        exception when others then
          get stacked diagnostics state = returned_sqlstate, message = message_text, context = pg_exception_context;
          line := one."#line";
          return next;
        end;
      end loop;
    end $console$`;
}
