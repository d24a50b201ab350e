import type { TableShape } from "../../core/columns.ts";
import type { CatalogTable } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import { every, type Fragment, list, oidOf, qualified, sql } from "../connection/fragments.ts";
import { fetched } from "../live/row-lines.ts";
import type { RowVerdict } from "./row-by-row.ts";
import type { RuleRows } from "./rows.ts";

/** A row that could not be written; where no row is known to be the reason, `line` is null. */
export interface Refusal extends Omit<RowVerdict, "line" | "state"> {
  line: number | null;
  state: string;
  /** The column that the error names, one of the table's; its text is what is shown. */
  column: string | null;
  /** The constraint that it names. */
  constraint: string | null;
}

interface Fired extends Omit<Refusal, "shown"> {
  /** The row, with its texts as `#0`, `#1` and so on. */
  cells: Record<string, unknown> | null;
}

/**
 * Has the triggers of a table fire for a drop's rows, as they would be written there: new ones are added, and others changed. That
 * is done to a table of this transaction alone, which is called as the true one and has its triggers; nothing of it, and of
 * what they did elsewhere, may be kept by who calls this. All rows at once, and one by one where that is refused.
 */
export async function* firedFor(tx: Transaction, drop: RuleRows): AsyncGenerator<Refusal> {
  const { live } = drop.table;
  const trial = sql`pg_temp.${sql(live.name)}`;
  const key = live.key.map((name) => sql`l.${sql(name)} = x.${sql(name)}`);
  await makeTrial(tx, live);
  await tx`
    insert into ${trial} select l.* from ${qualified(live)} l
     where ${drop.standing === null ? sql`exists (select from ${drop.rows} x where ${every(key)})` : sql`false`}`;
  const triggers = await tx<{ definition: string; source: string }[]>`
    select p.prosrc as source,
           replace(pg_get_triggerdef(g.oid), format(' ON %I.%I ', n.nspname, c.relname),
                   format(' ON pg_temp.%I ', c.relname)) as definition
      from (select ${oidOf(live)}::oid union select relid from pg_partition_tree(${oidOf(live)})) tree(oid)
      join pg_class c on c.oid = tree.oid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_trigger g on g.tgrelid = c.oid
      join pg_proc p on p.oid = g.tgfoid
     where not g.tgisinternal and g.tgparentid = 0 and g.tgenabled in ('O', 'A') order by c.oid, g.tgname`;
  for (const { definition } of triggers) await tx.unsafe(definition);
  await tx`${trialOf(drop, trial)}`;
  const found = tx<Fired[]>`
    select line, cells, state, message, context, named as column, wanted as constraint from pg_temp.console_fired()`;
  const sources = triggers.map(({ source }) => source);
  for await (const some of found.cursor(fetched)) for (const fired of some) yield refusalOf(fired, live, sources);
}

/** A table like the true one, with its partitions where one of them has a trigger of its own. */
async function makeTrial(tx: Transaction, { schema, name, triggers }: CatalogTable): Promise<void> {
  const isWhole = triggers.every(({ of }) => of === name);
  const made = await tx<{ statement: string }[]>`
    select format('create temporary table %I %s%s on commit drop', c.relname,
                  case when b.level = 0 then format('(like %I.%I)', n.nspname, c.relname)
                       else format('partition of pg_temp.%I %s', (select relname from pg_class where oid = b.parentrelid),
                                   pg_get_expr(c.relpartbound, c.oid)) end,
                  case when c.relkind = 'p' and not ${isWhole}::boolean then ' partition by ' || pg_get_partkeydef(c.oid) end) as statement
      from (select ${oidOf({ schema, name })}::oid as relid, null::oid as parentrelid, 0 as level
             union all
            select relid, parentrelid, level from pg_partition_tree(${oidOf({ schema, name })})
             where level > 0 and not ${isWhole}::boolean) b
      join pg_class c on c.oid = b.relid
      join pg_namespace n on n.oid = c.relnamespace
     order by b.level, c.oid`;
  for (const { statement } of made) await tx.unsafe(statement);
}

/** What a trigger names may be a value: it is a column's name where there is one, a constraint's where its function has it. */
function refusalOf({ cells, ...fired }: Fired, { columns }: TableShape, sources: readonly string[]): Refusal {
  const index = columns.findIndex(({ name }) => name === fired.column);
  const shown = cells?.[`#${index}`];
  const constraint = fired.constraint || null;
  const written = `'${constraint?.replaceAll("'", "''")}'`;
  return {
    ...fired,
    column: index === -1 ? null : fired.column,
    shown: typeof shown === "string" ? shown : null,
    constraint: sources.some((source) => source.includes(written)) ? constraint : null,
  };
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
  const sound = sql`(select * from ${drop.rows} x where x."#line" is not null and x."#bad" = '{}') x`;
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
      returns table (line bigint, cells jsonb, state text, message text, context text, named text, wanted text)
      language plpgsql as $console$
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
          get stacked diagnostics state = returned_sqlstate, message = message_text, context = pg_exception_context,
            named = column_name, wanted = constraint_name;
          cells := to_jsonb(one);
          line := one."#line";
          return next;
        end;
      end loop;
    end $console$`;
}
