import type { Queryable } from "../connection/connect.ts";

/**
 * Have the ledger's numbers go on above all that were given. A sequence falls behind its table where a database was
 * replicated, for only rows are, or copied from another as a template: PostgreSQL forgets then at a crash what it gave since.
 */
export async function catchUp(sql: Queryable): Promise<void> {
  const columns = await sql<{ table: string; column: string; sequence: string }[]>`
    select c.relname as table, a.attname as column,
           pg_get_serial_sequence(format('console.%I', c.relname), a.attname) as sequence
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'console'::regnamespace and a.attidentity <> ''`;
  for (const { table, column, sequence } of columns) {
    await sql`
      select setval(${sequence}::regclass, greatest(max(${sql(column)}), nextval(${sequence}::regclass)))
        from console.${sql(table)}`;
  }
}
