import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Queryable } from "../connection/connect.ts";
import { cell, list, qualified, sameKey, some } from "../connection/fragments.ts";
import { differs } from "../snapshots/exact.ts";
import { frozenRows, isFrozen } from "../snapshots/snapshots.ts";

/** Which of these tables hold rows. Of one that is spread over servers each gives a row, and not all that it has. */
export async function holdRows(sql: Queryable, tables: readonly TableName[]): Promise<boolean[]> {
  const holds = tables.map((table) => sql`exists (select 1 from ${qualified(table)} limit 1)`);
  const [row] = await sql<{ full: boolean[] }[]>`select array[${list(holds)}]::boolean[] as full`;
  return row?.full ?? [];
}

export async function countLive(sql: Queryable, { live }: LoadTable): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`select count(*) as rows from ${qualified(live)}`;
  return row?.rows ?? 0;
}

/** True when what was frozen under this date is live, cell by cell; rows that came since are of no account. */
export async function isLiveStill(sql: Queryable, tables: readonly LoadTable[], asOf: string): Promise<boolean> {
  for (const table of tables.filter(isFrozen)) {
    const { live, snapshot } = table;
    const payload = snapshot.columns.filter(({ name }) => !live.key.includes(name));
    const differ = payload.map((column) => differs("f", "l", column));
    const [row] = await sql<{ others: number }[]>`
      select count(*) as others
        from ${frozenRows(table, asOf, snapshot.columns)} f
        left join ${qualified(live)} l on ${sameKey("f", "l", live.key)}
       where ${cell("l", { name: live.key[0] ?? "" })} is null or ${some(differ)}`;
    if (row?.others !== 0) return false;
  }
  return true;
}
