import type { Queryable } from "../connection/connect.ts";
import { namesAsRows } from "../connection/fragments.ts";
import type { LoadTable } from "./dataset-tables.ts";
import { baseType } from "./expressions.ts";
import type { CatalogTable } from "./introspect.ts";
import {
  type ColumnDetail,
  columnDetail,
  type Follower,
  followersOfTable,
  type Rule,
  readingStored,
  rulesOfTable,
} from "./rules.ts";

/** What the catalog knows of a table that decides which rows it takes, and how they are written. */
interface TableRules {
  /** Of the columns, in their order. */
  details: ColumnDetail[];
  rules: Rule[];
  followers: Follower[];
}

/** A table of the dataset with the rules of its live table. What a snapshot's own refuse is told when it is filled. */
export interface RuledTable extends LoadTable {
  live: CatalogTable & TableRules;
}

/**
 * The tables with their rules. Apart from what else is known of them: to read the rules takes the server longer than all the
 * rest, it waits for whoever has locked one of the tables, and only whoever has a drop at hand needs them.
 */
export async function ruledTables(sql: Queryable, tables: readonly LoadTable[]): Promise<RuledTable[]> {
  const names = tables.map(({ live: { schema, name } }) => ({ schema, name }));
  const found = await sql<(TableRules & { name: string })[]>`
    select c.relname as name,
      (select coalesce(json_agg(${columnDetail} order by a.attnum), '[]')
         from pg_attribute a cross join lateral (${baseType}) t
         left join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as details,
      ${rulesOfTable} as rules, ${followersOfTable} as followers
      from ${namesAsRows(names)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name`;
  return tables.map((table) => {
    const { live } = table;
    // A table that is gone since is missed by the first statement that names it.
    const known = found.find(({ name }) => name === live.name) ?? { details: [], rules: [], followers: [] };
    const rules = known.rules.map((rule) => readingStored(rule, live.columns, known.details));
    return { ...table, live: { ...live, ...known, rules } };
  });
}
