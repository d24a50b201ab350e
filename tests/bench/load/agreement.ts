import { connect, type Sql } from "../../../src/postgres/connection/connect.ts";

const tables = [
  "users",
  "subscriptions",
  "usage_agg_30d",
  "payments_agg_90d",
  "support_agg_90d",
  "labels",
  "subscriptions_profile_snapshots",
  "usage_agg_30d_snapshots",
  "payments_agg_90d_snapshots",
  "support_agg_90d_snapshots",
];

/** Names the tables whose rows differ between the two databases: a race counts only when both end in the same place. */
export async function differingTables(oneUrl: string, otherUrl: string): Promise<string[]> {
  const one = connect(oneUrl);
  const other = connect(otherUrl);
  try {
    const differing: string[] = [];
    for (const table of tables) {
      const columns = await columnsOf(one, table);
      const [a, b] = await Promise.all([digest(one, table, columns), digest(other, table, columns)]);
      if (a !== b) differing.push(table);
    }
    return differing;
  } finally {
    await Promise.all([one.end(), other.end()]);
  }
}

async function columnsOf(sql: Sql, table: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_schema = 'public' and table_name = ${table} order by ordinal_position`;
  return rows.map(({ name }) => name);
}

/** Row count and a sum of row hashes, in which the order of the rows does not show. */
async function digest(sql: Sql, table: string, columns: string[]): Promise<string> {
  const [row] = await sql<{ digest: string }[]>`
    select count(*) || ' ' || coalesce(sum(hashtextextended(row(${sql(columns)})::text, 0)::numeric), 0) as digest
    from ${sql(table)}`;
  return row?.digest ?? "";
}
