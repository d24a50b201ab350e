import type { UnsealedEntry } from "../../core/messages/seals.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { Queryable } from "../connection/connect.ts";
import { type Fragment, list, sameKey, some } from "../connection/fragments.ts";
import { differs } from "./exact.ts";
import { countFrozen, type Frozen, frozenRows, isFrozen } from "./snapshots.ts";

/** Rows of one as_of in a snapshot table that no seal of ours vouches for. */
export interface UnsealedDate {
  table: string;
  as_of: string;
  /** The month whose drop brought them, where the rows say so and agree on it. */
  month: string | null;
}

type Sealed = readonly { table: string; as_of: string }[];

/**
 * The dates under which rows stand in the snapshot tables without a seal: taken by somebody else, or the ledger was lost.
 * A partition of one date is looked into only when it has no seal; a table without partitions has to be read.
 */
export async function unsealedDates(
  sql: Queryable,
  tables: readonly LoadTable[],
  sealed: Sealed,
): Promise<UnsealedDate[]> {
  const frozen = tables.filter(isFrozen);
  const partitions = await partitionsOf(sql, frozen);
  const looks = frozen.flatMap((table) => {
    const dates = sealed.filter((seal) => seal.table === table.snapshot.table.name).map(({ as_of }) => as_of);
    const own = partitions.filter((one) => one.table === table.snapshot.table.name);
    if (!table.snapshot.table.partitioned) return [datesIn(sql, table, table.snapshot.table, dates)];
    const mixed = own.filter(({ as_of }) => as_of === null).map((one) => datesIn(sql, table, one, dates));
    const single = own.filter(({ as_of }) => as_of !== null && !dates.includes(as_of));
    return [...mixed, ...single.map((one) => dateOf(sql, table, one))];
  });
  if (looks.length === 0) return [];
  return [...(await sql<UnsealedDate[]>`${looks.reduce((all, one) => sql`${all} union all ${one}`)}`)];
}

/** Those of the seals whose partition is gone: nothing has to be read to see it. A table without partitions does not tell. */
export async function sealsWithoutRows(sql: Queryable, tables: readonly LoadTable[], sealed: Sealed): Promise<Sealed> {
  const frozen = tables.filter(({ snapshot }) => snapshot?.table.partitioned).filter(isFrozen);
  const partitions = await partitionsOf(sql, frozen);
  const lost: Sealed[number][] = [];
  for (const table of frozen) {
    const own = partitions.filter((one) => one.table === table.snapshot.table.name);
    for (const seal of sealed.filter((one) => one.table === table.snapshot.table.name)) {
      if (own.some(({ as_of }) => as_of === seal.as_of)) continue;
      // Rows that others wrote, and that were sealed since, are in a partition of many dates.
      if ((await countFrozen(sql, table, seal.as_of)) === 0) lost.push(seal);
    }
  }
  return lost;
}

/** All dates but these, in the table itself or in a partition of more dates than one. */
function datesIn(
  sql: Queryable,
  { snapshot }: Frozen,
  { schema, name }: Pick<Partition, "schema" | "name">,
  except: readonly string[],
): Fragment {
  const { asOfColumn, table } = snapshot;
  const stamp = sql(asOfColumn);
  const days = except.map((day) => sql`${day}::date`);
  const others = days.length === 0 ? sql`` : sql`where ${stamp} not in (${list(sql, days)})`;
  return sql`
    select ${table.name}::text as table, ${stamp}::text as as_of, ${deliveredIn(sql, snapshot)} as month
      from ${sql(schema)}.${sql(name)} ${others} group by ${stamp}`;
}

/** The one date of a partition, if it holds rows; only who delivered them takes more than a look. */
function dateOf(sql: Queryable, { snapshot }: Frozen, { schema, name, as_of }: Partition): Fragment {
  const rows = sql`${sql(schema)}.${sql(name)}`;
  const named = sql`${snapshot.table.name}::text as table, ${as_of}::text as as_of`;
  if (snapshot.deliveredColumn === null) return sql`(select ${named}, null::text as month from ${rows} limit 1)`;
  return sql`select ${named}, ${deliveredIn(sql, snapshot)} as month from ${rows} having count(*) > 0`;
}

function deliveredIn(sql: Queryable, { deliveredColumn }: Frozen["snapshot"]): Fragment {
  if (deliveredColumn === null) return sql`null::text`;
  const delivered = sql(deliveredColumn);
  return sql`case when min(${delivered}) = max(${delivered}) then min(${delivered})::text end`;
}

interface Partition {
  table: string;
  schema: string;
  name: string;
  /** Its one date; null for a partition of another kind. */
  as_of: string | null;
}

async function partitionsOf(sql: Queryable, tables: readonly Frozen[]): Promise<Partition[]> {
  const wanted = tables.map(({ snapshot }) => ({ schema: snapshot.table.schema, name: snapshot.table.name }));
  return [
    ...(await sql<Partition[]>`
      select wanted.name as table, n.nspname as schema, c.relname as name,
             (regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES IN \\(''(\\d{4}-\\d\\d-\\d\\d)''\\)$'))[1] as as_of
        from jsonb_to_recordset(${sql.json(wanted)}) as wanted(schema text, name text)
        join pg_inherits i on i.inhparent = to_regclass(format('%I.%I', wanted.schema, wanted.name))
        join pg_class c on c.oid = i.inhrelid
        join pg_namespace n on n.oid = c.relnamespace
       where c.relispartition`),
  ];
}

/** True when what was frozen under this date is live, cell by cell; rows that came since are of no account. */
export async function isLiveStill(sql: Queryable, tables: readonly LoadTable[], asOf: string): Promise<boolean> {
  for (const table of tables.filter(isFrozen)) {
    const { live, snapshot } = table;
    const payload = snapshot.columns.filter(({ name }) => !live.key.includes(name));
    const differ = payload.map((column) => differs(sql, "f", "l", column));
    const [row] = await sql<{ others: number }[]>`
      select count(*) as others
        from ${frozenRows(sql, table, asOf, snapshot.columns)} f
        left join ${sql(live.schema)}.${sql(live.name)} l on ${sameKey(sql, "f", "l", live.key)}
       where l.${sql(live.key[0] ?? "")} is null or ${some(sql, differ)}`;
    if ((row?.others ?? 0) > 0) return false;
  }
  return true;
}

/** True when some live table holds rows. */
export async function anyLiveRows(sql: Queryable, tables: readonly LoadTable[]): Promise<boolean> {
  return (await liveTablesWithRows(sql, tables)).includes(true);
}

/** True when every live table holds rows. */
export async function holdAnyRows(sql: Queryable, tables: readonly LoadTable[]): Promise<boolean> {
  return !(await liveTablesWithRows(sql, tables)).includes(false);
}

async function liveTablesWithRows(sql: Queryable, tables: readonly LoadTable[]): Promise<boolean[]> {
  const holds = tables.map(({ live }) => sql`exists (select 1 from ${sql(live.schema)}.${sql(live.name)})`);
  const [row] = await sql<{ full: boolean[] }[]>`select array[${list(sql, holds)}]::boolean[] as full`;
  return row?.full ?? [];
}

/** Rows that are live. */
export async function countLive(sql: Queryable, { live }: LoadTable): Promise<number> {
  const [row] = await sql<{ rows: number }[]>`
    select count(*) as rows from ${sql(live.schema)}.${sql(live.name)}`;
  return row?.rows ?? 0;
}

/** How many rows stand under each of them, oldest date first. */
export async function countUnsealed(
  sql: Queryable,
  tables: readonly LoadTable[],
  dates: readonly UnsealedDate[],
): Promise<UnsealedEntry[]> {
  const entries: UnsealedEntry[] = [];
  for (const table of tables.filter(isFrozen)) {
    const { name } = table.snapshot.table;
    for (const { as_of } of dates.filter((date) => date.table === name)) {
      entries.push({ table: name, as_of, rows: await countFrozen(sql, table, as_of) });
    }
  }
  return entries.sort((a, b) => (a.as_of < b.as_of ? -1 : a.as_of > b.as_of ? 1 : 0));
}
