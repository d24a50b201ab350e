import type { Warning } from "../../core/messages/events.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { Queryable } from "../connection/connect.ts";
import { namesAsRows } from "../connection/fragments.ts";

/**
 * Which of the tables that are to last a crash would empty: live ones, those that hold snapshots, and the ledger's. Others made
 * them UNLOGGED, perhaps to fill them faster. Null where there are none.
 */
export async function unlogged(sql: Queryable, tables: readonly LoadTable[]): Promise<Warning | null> {
  const wanted = [...tables.map(({ live }) => live), ...tables.flatMap(({ snapshot }) => snapshot?.table ?? [])];
  const found = await sql<{ name: string; table: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name, coalesce(wanted.name, c.relname) as table
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_class whole on whole.oid = coalesce(pg_partition_root(c.oid), c.oid)
      left join ${namesAsRows(wanted)} on wanted.name = whole.relname and to_regnamespace(quote_ident(wanted.schema)) = whole.relnamespace
     where c.relpersistence = 'u' and c.relkind = 'r' and (wanted.name is not null or n.nspname = 'console')
     order by 1`;
  if (found.length === 0) return null;
  // What others refer to comes first: nothing that is logged may refer to what is not.
  const order = ["runs", ...wanted.map(({ name }) => name)];
  const place = ({ table }: { table: string }) => (order.includes(table) ? order.indexOf(table) : order.length);
  const names = found.toSorted((a, b) => place(a) - place(b)).map(({ name }) => name);
  const isOne = names.length === 1;
  return {
    title: `${names.join(", ")} ${isOne ? "is" : "are"} UNLOGGED: a crash of the server would empty ${isOne ? "it" : "them"}.`,
    hint: `In psql, as the owner: \`${names.map((name) => `alter table ${name} set logged;`).join(" ")}\``,
  };
}
