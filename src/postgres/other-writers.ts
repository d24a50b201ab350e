import type { LoadTable } from "./catalog.ts";
import type { Transaction } from "./connect.ts";
import { list } from "./fragments.ts";

/** How long to wait for others who write to the live tables before saying so. */
const quietPatience = "2s";

const lockNotAvailable = "55P03";

/**
 * Keep others from writing to the live tables until the transaction ends; they may go on reading. What the plan counts is
 * then what is written. Somebody who writes at the moment is waited for, after `onWait` was told who it is.
 */
export async function keepOthersFromWriting(
  tx: Transaction,
  tables: readonly LoadTable[],
  onWait: (writers: string) => void,
): Promise<void> {
  const names = tables.map(({ live }) => tx`${tx(live.schema)}.${tx(live.name)}`);
  const lock = (inner: Transaction) => inner`lock table ${list(inner, names)} in share row exclusive mode`;
  try {
    await tx.savepoint(async (inner) => {
      await inner`set local lock_timeout = ${inner.unsafe(`'${quietPatience}'`)}`;
      await lock(inner);
      await inner`set local lock_timeout = default`;
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === lockNotAvailable)) throw error;
    onWait(await writersOf(tx, tables));
    await lock(tx);
  }
}

/** Such as `ada (psql, process 4711)`: who holds a lock that only writers take. */
async function writersOf(tx: Transaction, tables: readonly LoadTable[]): Promise<string> {
  const wanted = tables.map(({ live }) => ({ schema: live.schema, name: live.name }));
  const rows = await tx<{ who: string }[]>`
    select distinct format('%s (%s, process %s)', a.usename, coalesce(nullif(a.application_name, ''), '?'), a.pid) as who
      from jsonb_to_recordset(${tx.json(wanted)}) as wanted(schema text, name text)
      join pg_locks l on l.relation = to_regclass(format('%I.%I', wanted.schema, wanted.name))
      join pg_stat_activity a on a.pid = l.pid
     where l.granted and a.pid <> pg_backend_pid() and l.mode not in ('AccessShareLock', 'RowShareLock')`;
  return rows.length === 0 ? "somebody" : rows.map(({ who }) => who).join(", ");
}

/** Those of the tables where something else than our statements has a say in what is written: triggers, rules, policies. */
export async function tablesWithHooks(tx: Transaction, tables: readonly LoadTable[]): Promise<string[]> {
  const wanted = tables.flatMap(({ live, snapshot }) => [live, ...(snapshot === null ? [] : [snapshot.table])]);
  const rows = await tx<{ name: string }[]>`
    select wanted.name
      from jsonb_to_recordset(${tx.json(wanted.map(({ schema, name }) => ({ schema, name })))})
           as wanted(schema text, name text)
      join pg_class c on c.oid = to_regclass(format('%I.%I', wanted.schema, wanted.name))
     where c.relrowsecurity
        or exists (select 1 from pg_rewrite r where r.ev_class = c.oid and r.ev_type <> '1')
        or exists (select 1 from pg_trigger t
                    where t.tgrelid in (select c.oid union select relid from pg_partition_tree(c.oid))
                      and not t.tgisinternal and t.tgenabled <> 'D')`;
  return rows.map(({ name }) => name);
}

/** Let triggers that wait for the commit do their work now. */
export async function fireDeferred(tx: Transaction): Promise<void> {
  await tx`set constraints all immediate`;
}
