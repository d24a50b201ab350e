import type { Dataset } from "../../core/dataset.ts";
import { ConsoleError } from "../../core/errors.ts";
import type { Queryable } from "../connection/connect.ts";

/**
 * Throws where another dataset of this database has published to one of these tables, and this one never has: of two that
 * share a name and a schema the second would write over the first. Where an older run's tables were is not written down;
 * they are taken for those of another schema if there are such.
 */
export async function requireOwnTables(sql: Queryable, dataset: Dataset): Promise<void> {
  const { name, schema, tables } = dataset;
  const names = tables.flatMap((table) => [table.name, ...(table.snapshot === null ? [] : [table.snapshot])]);
  const [taken] = await sql<{ dataset: string; table: string }[]>`
    with written as (
      select r.dataset, r.run, t.table_name, r.table_schema from console.runs r join console.run_tables t using (run)
       where r.status = 'published'
       union all
      select r.dataset, r.run, s.table_name, r.table_schema from console.seals s join console.runs r using (run))
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
