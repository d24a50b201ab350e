import type { Sql } from "../../../src/postgres/connection/connect.ts";

/** Live and snapshot tables as they are; of what was sealed, what does not tell when and by which run. */
const compared: readonly [table: string, columns: string][] = [
  ...["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"].map(whole),
  ...["subscriptions_profile_snapshots", "usage_agg_30d_snapshots", "payments_agg_90d_snapshots"].map(whole),
  ...["support_agg_90d_snapshots", "labels_snapshots"].map(whole),
  ["console.seals", "t.table_name, t.as_of, t.month, t.rows, t.fingerprint"],
  ["console.lifted_seals", "t.table_name, t.as_of, t.fingerprint, t.reason"],
];

function whole(table: string): [string, string] {
  return [table, "t.*"];
}

/** A digest of every live, snapshot and seal row; also of lifted seals, where that is wanted. A table that is not there yet has none. */
export async function stateOf(sql: Sql, withLifted = true): Promise<string> {
  const names = compared.map(([table]) => table).filter((table) => withLifted || !table.endsWith("lifted_seals"));
  const there = await sql<{ name: string }[]>`
    select name from unnest(${names}::text[]) name where to_regclass(name) is not null`;
  const present = new Set(there.map(({ name }) => name));
  const parts = compared
    .filter(([table]) => present.has(table))
    .map(([table, columns]) => `select '${table}' as name, row(${columns})::text as line from ${table} t`);
  if (parts.length === 0) return "no rows";
  const [row] = await sql.unsafe<{ digest: string | null }[]>(
    `select md5(string_agg(name || line, E'\\n' order by name collate "C", line collate "C")) as digest
       from (${parts.join(" union all ")}) rows`,
  );
  return row?.digest ?? "no rows";
}

/** What the ledger says of the newest run; null where it knows of none. */
export interface LastRun {
  run: number;
  status: string;
  stage: string | null;
  /** Whether the session is there that it said it was run by. */
  isAlive: boolean;
}

export async function lastRun(sql: Sql): Promise<LastRun | null> {
  const [there] = await sql`select 1 where to_regclass('console.runs') is not null`;
  if (there === undefined) return null;
  const [row] = await sql<LastRun[]>`
    select run, status, failed_stage as stage,
           exists (select 1 from pg_stat_activity where pid = backend_pid and backend_start < started_at) as "isAlive"
      from console.runs order by run desc limit 1`;
  return row ?? null;
}

/** Tables of the ledger in whose rows a text is. */
export async function tablesThatTell(sql: Sql, text: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'console' and c.relkind = 'r'`;
  if (tables.length === 0) return [];
  const telling = await sql.unsafe<{ name: string }[]>(
    tables.map(({ name }) => `select '${name}' as name from ${name} t where strpos(t::text, $1) > 0`).join(" union "),
    [text],
  );
  return telling.map(({ name }) => name);
}
