import type { Sql } from "../../../src/postgres/connection/connect.ts";
import { type Cells, frozenTables, tables } from "./deliveries.ts";

/** What the tables hold: live rows by table and user, frozen ones by snapshot table, date and user. */
export interface Contents {
  live: Map<string, Map<string, Cells>>;
  frozen: Map<string, Map<string, Map<string, Cells>>>;
}

/** Every row of every live and snapshot table, in one statement. Equal numbers are equal whatever their scale. */
export async function readContents(sql: Sql): Promise<Contents> {
  const names = [...tables, ...Object.values(frozenTables)];
  const looks = names.map((name) => sql`select ${name}::text as table, to_jsonb(t) as row from ${sql(name)} t`);
  const rows = await sql<{ table: string; row: Cells }[]>`
    select * from (${looks.reduce((all, one) => sql`${all} union all ${one}`)}) rows
     order by "table", row->>'as_of', row->>'user_id'`;
  const live = new Map(tables.map((table) => [table as string, new Map<string, Cells>()]));
  const frozen = new Map(Object.values(frozenTables).map((table) => [table, new Map<string, Map<string, Cells>>()]));
  for (const { table, row } of rows) {
    const user = String(row.user_id);
    const dates = frozen.get(table);
    if (dates === undefined) {
      live.get(table)?.set(user, row);
      continue;
    }
    const { as_of: asOf, ...cells } = row;
    const date = dates.get(String(asOf)) ?? new Map<string, Cells>();
    dates.set(String(asOf), date.set(user, cells));
  }
  return { live, frozen };
}

/** Rows frozen under each date, tables taken together: `table 2024-01-31: 3`. */
export function countsByDate({ frozen }: Contents): string[] {
  return [...frozen]
    .flatMap(([table, dates]) => [...dates].map(([asOf, rows]) => `${table} ${asOf}: ${rows.size}`))
    .sort();
}
