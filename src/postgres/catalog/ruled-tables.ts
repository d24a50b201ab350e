import type { Queryable } from "../connection/connect.ts";
import { sql as fragment, namesAsRows } from "../connection/fragments.ts";
import type { LoadTable } from "./dataset-tables.ts";
import { type FrozenTable, frozenTables } from "./frozen-rules.ts";
import type { CatalogTable } from "./introspect.ts";
import {
  type ColumnDetail,
  detailsOfTable,
  type Follower,
  followersOfTable,
  type PartReference,
  type Rule,
  readingStored,
  referencesOfPartitions,
  rulesOfTable,
} from "./rules.ts";

/** What the catalog knows of a table that decides which rows it takes, and how they are written. */
interface TableRules {
  /** Of the columns, in their order. */
  details: ColumnDetail[];
  rules: Rule[];
  followers: Follower[];
  /** Foreign keys that some of its partitions have besides those of all. */
  partReferences: PartReference[];
}

/** A table of the dataset with the rules of its live table, and of its snapshot table, where it has one. */
export interface RuledTable extends LoadTable {
  live: CatalogTable & TableRules;
  frozen: FrozenTable | null;
}

/** Whose rows are held to rules: a table by what is live, or by its snapshot table in the place of that. */
export type HeldTable = LoadTable & { live: CatalogTable & Pick<TableRules, "details"> };

const none = fragment`'[]'::json`;

/**
 * The tables with their rules. Apart from what else is known of them: to read the rules takes the server longer than all the
 * rest, it waits for whoever has locked one of the tables, and only whoever has a drop at hand needs them. Half of it is read
 * `beside`, by another connection perhaps. Most of the time goes into planning, so nothing is asked of partitions where there
 * are none.
 */
export async function ruledTables(sql: Queryable, tables: readonly LoadTable[], beside = sql): Promise<RuledTable[]> {
  const names = tables.map(({ live: { schema, name } }) => ({ schema, name }));
  const partitioned = tables.some(({ live }) => live.partitioned);
  const ofLive = sql<(TableRules & { name: string })[]>`
    select c.relname as name, ${detailsOfTable} as details, ${rulesOfTable(partitioned)} as rules,
           ${followersOfTable} as followers, ${partitioned ? referencesOfPartitions : none} as "partReferences"
      from ${namesAsRows(names)}
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name`;
  const [found, frozen] = await Promise.all([ofLive, frozenTables(beside, tables)]);
  return tables.map((table, index) => {
    const { live } = table;
    // A table that is gone since is missed by the first statement that names it.
    const known = found.find(({ name }) => name === live.name) ?? {
      details: [],
      rules: [],
      followers: [],
      partReferences: [],
    };
    const rules = known.rules.map((rule) => readingStored(rule, live.columns, known.details));
    return { ...table, live: { ...live, ...known, rules }, frozen: frozen[index] ?? null };
  });
}
