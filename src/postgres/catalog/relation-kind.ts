import { ConsoleError } from "../../core/errors.ts";
import { identifier } from "../../core/text.ts";
import type { Queryable } from "../connection/connect.ts";
import { sql } from "../connection/fragments.ts";

/** What may bear a table's name, in words: of `pg_class c`. */
export type RelationKind = "table" | "view" | "foreign table";

export const kindOf = sql`case when c.relkind in ('v', 'm') then 'view' when c.relkind = 'f' then 'foreign table' else 'table' end`;

/** Something else bears the name of one of the dataset's tables. */
export function noTable(
  schema: string,
  name: string,
  kind: Exclude<RelationKind, "table">,
  manifest = "dataset.json",
): ConsoleError {
  const other = `${name}_${kind === "view" ? "view" : "elsewhere"}`;
  const renamed = `alter table ${identifier(schema)}.${identifier(name)} rename to ${identifier(other)}`;
  const first =
    kind === "view" ? "Give the table that it reads that name again, and the view another one" : "Give it another name";
  return new ConsoleError("schema_mismatch", `${schema}.${name} is a ${kind}, where the dataset has a table.`, {
    hint: `${first}: ${renamed}. Or mend its name in ${manifest}.`,
  });
}

/** The first of these names that in the schema of new tables is borne by something else; null where none is. */
export async function usurperOf(on: Queryable, names: readonly string[]): Promise<ConsoleError | null> {
  const [found] = await on<{ schema: string; name: string; kind: Exclude<RelationKind, "table"> }[]>`
    select n.nspname as schema, c.relname as name, ${kindOf} as kind
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = current_schema() and c.relname = any(${names}) and c.relkind in ('v', 'm', 'f')
     order by c.relname limit 1`;
  return found === undefined ? null : noTable(found.schema, found.name, found.kind);
}

/** What bears one of these names in the stage and leaves no room for its table; null where nothing does. */
export async function usurperInStage(
  on: Queryable,
  stage: string,
  names: readonly string[],
): Promise<ConsoleError | null> {
  const [found] = await on<{ name: string; kind: string; altered: "table" | "type" }[]>`
    select c.relname as name, case when c.relkind = 'c' then 'type' else 'table' end as altered,
           case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
                          when 'S' then 'sequence' when 'c' then 'type' else 'index' end as kind
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = ${stage} and c.relname = any(${names}) and c.relkind not in ('r', 'p')
     union all
    select t.typname, 'type', 'type' from pg_type t join pg_namespace n on n.oid = t.typnamespace
     where n.nspname = ${stage} and t.typname = any(${names}) and t.typrelid = 0 and t.typcategory <> 'A'
     order by 1 limit 1`;
  if (found === undefined) return null;
  const { name, kind, altered } = found;
  const place = `${identifier(stage)}.${identifier(name)}`;
  const title = `${stage}.${name} is ${kind === "index" ? "an" : "a"} ${kind}, where a run makes a table to stage ${name} in.`;
  return new ConsoleError("schema_mismatch", title, {
    hint:
      `It is none of the console's: give it another name by \`alter ${altered} ${place} rename to ${identifier(`${name}_elsewhere`)}\`, ` +
      "or drop it. The next run makes its table anew.",
  });
}
