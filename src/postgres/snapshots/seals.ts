import type { Mode, Seal } from "../../core/messages/events.ts";
import type { SnapshotEntry } from "../../core/messages/seals.ts";
import type { Queryable, Transaction } from "../connection/connect.ts";
import { iso, sql } from "../connection/fragments.ts";
import { requireReached } from "../ledger/counted.ts";
import type { KeyGroup } from "./fingerprint.ts";

/** A column as a seal writes it down: its name, and its type by the catalog's name. */
export type SealedColumn = [name: string, type: string];

/** A seal with the columns it covers, and the sums that later find a row which no longer matches it. */
export type SealedTable = Seal & { columns: SealedColumn[]; groups: KeyGroup[] };

/** A seal as the ledger holds it; `columns` are null for one that was set before they were written down. */
export type LedgerSeal = SnapshotEntry & { columns: SealedColumn[] | null };

/** No more of a seal than what it vouches for. */
export function plainSeal({ table, as_of, rows, fingerprint }: Seal): Seal {
  return { table, as_of, rows, fingerprint };
}

interface SealName {
  dataset: string;
  table: string;
  as_of: string;
}

/** Why a seal goes: in the course of a run, or by somebody's order. */
export type Lifting =
  | { reason: "restamp" | "renewal"; run: number }
  | { reason: "retention"; operator: string; host: string };

/** Record seals; the caller has lifted any that stood in their place. */
export async function recordSeals(
  tx: Transaction,
  run: number,
  seals: readonly SealedTable[],
  { dataset, month, mode }: { dataset: string; month: string; mode: Mode },
): Promise<void> {
  if (seals.length === 0) return;
  const rows = seals.map(({ table, ...seal }) => ({ dataset, month, mode, run, table_name: table, ...seal }));
  const names = tx(Object.keys(rows[0] ?? {}));
  const inserted = await tx`
    insert into console.seals (${names})
    select ${names} from jsonb_populate_recordset(null::console.seals, ${tx.json(rows)})`;
  requireReached("seals", rows.length, inserted);
}

/** Numbers of runs only go up, where a clock may be set back. */
const newestRun = sql`(select coalesce(max(run), 0) from console.runs)`;

/** Take a seal off, and keep it with the reason. */
export async function liftSeal(tx: Transaction, seal: SealName, lifting: Lifting): Promise<void> {
  const run = "run" in lifting ? lifting.run : null;
  const { operator, host } = "operator" in lifting ? lifting : { operator: null, host: null };
  const ofSeal = tx`dataset = ${seal.dataset} and table_name = ${seal.table} and as_of = ${seal.as_of}`;
  const kept = await tx`
    insert into console.lifted_seals
          (dataset, table_name, as_of, month, rows, fingerprint, columns, run, mode, sealed_at, lifted_by, reason,
           operator, host, after_run)
    select dataset, table_name, as_of, month, rows, fingerprint, columns, run, mode, sealed_at, ${run}, ${lifting.reason},
           ${operator}, ${host}, ${newestRun}
      from console.seals where ${ofSeal}`;
  requireReached("lifted_seals", 1, kept);
  requireReached("seals", 1, await tx`delete from console.seals where ${ofSeal}`, "removed");
}

/** Keep it that rows which no run took were dropped, by whom and when. */
export async function recordUnsealedDrop(
  tx: Transaction,
  { dataset, table, as_of, rows }: SealName & { rows: number },
  { operator, host }: { operator: string; host: string },
): Promise<void> {
  const dropped = { dataset, table_name: table, as_of, rows, reason: "retention", operator, host };
  const columns = tx(Object.keys(dropped));
  const kept = await tx`
    insert into console.lifted_seals (${columns}, after_run)
    select ${columns}, ${newestRun} from jsonb_populate_recordset(null::console.lifted_seals, ${tx.json([dropped])})`;
  requireReached("lifted_seals", 1, kept);
}

/** The dates of such rows, adopted or not, that were dropped since a run last wrote to the live tables. */
export async function unsealedDropsSince(sql: Queryable, dataset: string): Promise<string[]> {
  const drops = await sql<{ as_of: string }[]>`
    select distinct l.as_of::text as as_of from console.lifted_seals l
     where l.dataset = ${dataset} and l.reason = 'retention' and (l.fingerprint is null or l.mode = 'adopt')
       and not exists (select from console.runs r
                        where r.dataset = l.dataset and r.status = 'published'
                          and r.mode not in ('backfill', 'adopt')
                          and coalesce(r.run > l.after_run, r.started_at > l.lifted_at))`;
  return drops.map(({ as_of }) => as_of);
}

/** All seals of a dataset, newest as_of first. */
export function listSeals(sql: Queryable, dataset: string): Promise<LedgerSeal[]> {
  return sql<LedgerSeal[]>`
    select table_name as table, as_of::text as as_of, rows, fingerprint, columns, run, month, mode,
           ${iso("sealed_at")} as sealed_at
      from console.seals where dataset = ${dataset} order by console.seals.as_of desc, table_name`;
}

/** The sums kept with a seal; null for one that was made before there were any. */
export async function sealedGroups(sql: Queryable, { dataset, table, as_of }: SealName): Promise<KeyGroup[] | null> {
  const [row] = await sql<{ groups: KeyGroup[] | null }[]>`
    select groups from console.seals where dataset = ${dataset} and table_name = ${table} and as_of = ${as_of}`;
  return row?.groups ?? null;
}
