import type { Dataset } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import { nameForTables } from "../../core/naming/schemas.ts";
import { identifier } from "../../core/text.ts";
import type { Queryable } from "../connection/connect.ts";
import { sql as fragment } from "../connection/fragments.ts";

/** The live and the snapshot tables that runs of any dataset have published to, and the schema, where that is written down. */
const published = fragment`
  select r.dataset, r.run, t.table_name, r.table_schema from console.runs r join console.run_tables t using (run)
   where r.status = 'published'
   union all
  select r.dataset, r.run, s.table_name, r.table_schema from console.seals s join console.runs r using (run)`;

/** A table of the stage's schema that by its name is a twin, and was published to as a dataset's own; null where none is. */
export async function publishedInStage(
  sql: Queryable,
  stage: string,
  names: readonly string[],
): Promise<ConsoleError | null> {
  const [taken] = await sql<{ dataset: string; name: string }[]>`
    select w.dataset, c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join (${published}) w on w.table_schema = n.nspname and w.table_name = c.relname
     where n.nspname = ${stage} and c.relname = any(${names}::text[]) and c.relkind in ('r', 'p') and c.relpersistence = 'p'
     order by w.run desc limit 1`;
  if (taken === undefined) return null;
  const { dataset, name } = taken;
  const other = identifier(nameForTables(dataset));
  const title = `${stage}.${name} is a table of the dataset ${dataset}, where a run makes one to stage ${name} in.`;
  return new ConsoleError("schema_mismatch", title, {
    hint:
      `Nothing was changed. Move it: \`create schema if not exists ${other}; ` +
      `alter table ${identifier(stage)}.${identifier(name)} set schema ${other}\`, and name that schema in the manifest of ${dataset}.`,
  });
}

/**
 * Throws where another dataset of this database has published to one of these tables, and this one never has: of two that
 * share a name and a schema the second would write over the first. Where an older run's tables were is not written down;
 * they are taken for those of another schema if there are such.
 */
export async function requireOwnTables(sql: Queryable, dataset: Dataset): Promise<void> {
  const { name, schema, tables } = dataset;
  const names = tables.flatMap((table) => [table.name, ...(table.snapshot === null ? [] : [table.snapshot])]);
  const [taken] = await sql<{ dataset: string; table: string }[]>`
    with written as (${published})
    select w.dataset, w.table_name as table from written w
     where w.dataset <> ${name} and w.table_name = any(${names}::text[])
       and not exists (select from written o where o.dataset = ${name} and o.table_name = w.table_name)
       and coalesce(w.table_schema = ${schema}, not exists (
             select from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relname = w.table_name and c.relkind in ('r', 'p') and n.nspname <> ${schema}
                and n.nspname !~ '^(pg_|information_schema$|console$|stage$|stage_)'))
     order by w.run desc limit 1`;
  if (taken === undefined) return;
  throw new ConsoleError(
    "schema_mismatch",
    `The table ${schema}.${taken.table} is that of another dataset, ${taken.dataset}: two cannot share it.`,
    {
      hint:
        `Nothing was changed. Give ${name} a schema of its own, as "schema" in ${dataset.manifest} and in its SQL, or tables of other ` +
        `names. If it is the same dataset under a new name, put the old one back: "name": "${taken.dataset}".`,
    },
  );
}
