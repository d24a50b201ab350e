import type { Column } from "../../core/columns.ts";
import { type LoadTable, stageSchema } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { columnsOf, type Fragment, list, sameKey, some } from "../connection/fragments.ts";
import { differs } from "../snapshots/exact.ts";

/** What publishing a staged table would do to the live one, in rows. */
export interface MergePlan {
  /** Rows that are live now. */
  live: number;
  inserted: number;
  updated: number;
  unchanged: number;
  /** Live, but not in the drop; they stay. */
  absent: number;
  /** True when some key is staged more than once, so that the other counts mean nothing. */
  repeated: boolean;
}

/** What the server says it wrote, in rows; `slower` tells why the faster way to fill an empty table was not open. */
export interface MergeOutcome {
  inserted: number;
  updated: number;
  slower: string | null;
}

/** The columns that the file carried and that are not the key. */
function payload({ live }: LoadTable, carried: readonly string[]): Column[] {
  return live.columns.filter(({ name }) => carried.includes(name) && !live.key.includes(name));
}

/** True where the staged row would change the live one. */
function changes(tx: Transaction, columns: readonly Column[]): Fragment {
  return some(
    tx,
    columns.map((column) => differs(tx, "s", "l", column)),
  );
}

/** A table that is staged whole: its rows, and the file's columns. */
export interface StagedRows {
  carried: readonly string[];
  rows: number;
}

const nothing = { inserted: 0, updated: 0, unchanged: 0, absent: 0, repeated: false };

/**
 * Compare the staged rows of a table with the live ones by one hash join; nothing is written. Where nothing is live
 * there is nothing to compare: then it is the primary key that finds repeated keys.
 */
export async function planMerge(tx: Transaction, table: LoadTable, staged: StagedRows): Promise<MergePlan> {
  if (await isEmpty(tx, table)) return { ...nothing, live: 0, inserted: staged.rows };
  return compare(tx, table, staged.carried);
}

async function isEmpty(tx: Transaction, { live }: LoadTable): Promise<boolean> {
  const [row] = await tx<{ empty: boolean }[]>`
    select not exists (select 1 from ${tx(live.schema)}.${tx(live.name)}) as empty`;
  return row?.empty ?? false;
}

async function compare(tx: Transaction, table: LoadTable, carried: readonly string[]): Promise<MergePlan> {
  const { name, live } = table;
  const key = tx(live.key[0] ?? "");
  const [row] = await tx<{ live: number; staged: number; inserted: number; absent: number; updated: number }[]>`
    select (select count(*) from ${tx(live.schema)}.${tx(live.name)}) as live,
           count(*) filter (where s.${key} is not null) as staged,
           count(*) filter (where l.${key} is null) as inserted,
           count(*) filter (where s.${key} is null) as absent,
           count(*) filter (where s.${key} is not null and l.${key} is not null
                              and (${changes(tx, payload(table, carried))})) as updated
      from ${tx(stageSchema)}.${tx(name)} s
      full join ${tx(live.schema)}.${tx(live.name)} l on ${sameKey(tx, "l", "s", live.key)}`;
  const counts = row ?? { live: 0, staged: 0, inserted: 0, absent: 0, updated: 0 };
  const matchedStaged = counts.staged - counts.inserted;
  const matchedLive = counts.live - counts.absent;
  return {
    live: counts.live,
    inserted: counts.inserted,
    updated: counts.updated,
    unchanged: matchedStaged - counts.updated,
    absent: counts.absent,
    repeated: matchedStaged !== matchedLive,
  };
}

/**
 * Write what the plan says and nothing else: unchanged rows are not rewritten, new ones come in key order, and an empty
 * table, where it may be locked until the end of the transaction, is filled with its foreign keys set aside.
 */
export async function applyMerge(
  tx: Transaction,
  table: LoadTable,
  carried: readonly string[],
  plan: MergePlan,
  mayLock = true,
): Promise<MergeOutcome> {
  const updated = plan.updated > 0 ? await updateChanged(tx, table, carried) : 0;
  // What the plan did not foresee is not made worse.
  if (plan.inserted === 0 || updated !== plan.updated) return { inserted: 0, updated, slower: null };
  if (plan.live > 0 || !mayLock) return { inserted: await insertNew(tx, table, carried), updated, slower: null };
  let inserted = 0;
  const slower = await fillEmpty(tx, table, async (isKeyed) => {
    inserted = await insertWhere(tx, table, carried, { condition: tx`true`, inKeyOrder: isKeyed });
  });
  return { inserted, updated, slower };
}

async function updateChanged(tx: Transaction, table: LoadTable, carried: readonly string[]): Promise<number> {
  const { name, live } = table;
  const columns = payload(table, carried);
  const assignments = columns.map((column) => tx`${tx(column.name)} = s.${tx(column.name)}`);
  const { count } = await tx`
    update ${tx(live.schema)}.${tx(live.name)} l set ${list(tx, assignments)}
      from ${tx(stageSchema)}.${tx(name)} s
     where ${sameKey(tx, "l", "s", live.key)} and (${changes(tx, columns)})`;
  return count;
}

function insertNew(tx: Transaction, table: LoadTable, carried: readonly string[]): Promise<number> {
  const { live } = table;
  const isNew = tx`
    not exists (select 1 from ${tx(live.schema)}.${tx(live.name)} l where ${sameKey(tx, "l", "s", live.key)})`;
  return insertWhere(tx, table, carried, { condition: isNew, inKeyOrder: true });
}

/** Key order keeps the primary key's index cheap to extend; where it is built afterwards, it is needless. */
async function insertWhere(
  tx: Transaction,
  { name, live }: LoadTable,
  carried: readonly string[],
  { condition, inKeyOrder }: { condition: Fragment; inKeyOrder: boolean },
): Promise<number> {
  const order = inKeyOrder ? tx`order by ${list(tx, columnsOf(tx, "s", live.key))}` : tx``;
  const all = live.columns.map((column) => column.name).filter((column) => carried.includes(column));
  const { count } = await tx`
    insert into ${tx(live.schema)}.${tx(live.name)} (${tx(all)})
    select ${list(tx, columnsOf(tx, "s", all))} from ${tx(stageSchema)}.${tx(name)} s where ${condition} ${order}`;
  return count;
}

/** Staged rows that are not live as they were staged: how many, and the keys of the first that differ and that are missing. */
export interface Strays {
  rows: number;
  different: string[];
  missing: string[];
}

export async function strayRows(tx: Transaction, table: LoadTable, carried: readonly string[]): Promise<Strays> {
  const { name, live } = table;
  const key = columnsOf(tx, "s", live.key);
  const text = key.length === 1 ? tx`${list(tx, key)}::text` : tx`row(${list(tx, key)})::text`;
  const isMissing = tx`l.${tx(live.key[0] ?? "")} is null`;
  const first = (condition: Fragment) =>
    tx`coalesce((array_agg(${text} order by ${text}) filter (where ${condition}))[1:${namedRows}::int], '{}')::text[]`;
  const [row] = await tx<Strays[]>`
    select count(*) as rows, ${first(tx`not ${isMissing}`)} as different, ${first(isMissing)} as missing
      from ${tx(stageSchema)}.${tx(name)} s
      left join ${tx(live.schema)}.${tx(live.name)} l on ${sameKey(tx, "l", "s", live.key)}
     where (${isMissing} or (${changes(tx, payload(table, carried))}))`;
  return row ?? { rows: 0, different: [], missing: [] };
}

/** So many rows are named; the others are counted. */
const namedRows = 5;

/** How long to wait for readers of an empty table before taking the slower way. */
const lockPatience = "500ms";

/**
 * Fill an empty live table by `insert` with its foreign keys set aside, and its primary key where nobody refers to it:
 * they are built again in the same transaction, under their own names, by one join and one sort instead of a look-up a
 * row. An empty table that nobody refers to is truncated first, since what is written to a new file needs no log. Where
 * the server does not allow it, `insert` runs as it is; returns the reason then, else null. `insert` is told whether the
 * primary key is in place.
 */
export async function fillEmpty(
  tx: Transaction,
  { live }: LoadTable,
  insert: (isKeyed: boolean) => Promise<void>,
): Promise<string | null> {
  const references = live.references.filter((reference) => reference.parent.name !== live.name);
  const key = live.plainKey === null || live.referenced ? [] : [live.plainKey];
  const setAside = [...key, ...references];
  if (setAside.length > 0 && (await hasPatientTriggers(tx, live))) {
    await insert(true);
    return "a trigger on it waits for the commit";
  }
  const table = tx`${tx(live.schema)}.${tx(live.name)}`;
  const reason = await attempt(tx, async (inner) => {
    await inner`set local lock_timeout = ${inner.unsafe(`'${lockPatience}'`)}`;
    if (!live.referenced) await inner`truncate ${table}`;
    for (const { name } of setAside) await inner`alter table ${table} drop constraint ${inner(name)}`;
    await inner`set local lock_timeout = default`;
  });
  await insert(reason !== null || key.length === 0);
  if (reason !== null) return reason;
  for (const { name, definition } of setAside) {
    await tx`alter table ${table} add constraint ${tx(name)} ${tx.unsafe(definition)}`;
  }
  return null;
}

/** No constraint can be added to a table while triggers have yet to fire for its rows. */
async function hasPatientTriggers(tx: Transaction, { schema, name }: LoadTable["live"]): Promise<boolean> {
  const [row] = await tx<{ has: boolean }[]>`
    select exists (select from pg_trigger
                    where tgrelid = to_regclass(format('%I.%I', ${schema}::text, ${name}::text))
                      and tginitdeferred and tgenabled <> 'D') as has`;
  return row?.has ?? false;
}

/** Why the server would not do this; null when it did. */
async function attempt(tx: Transaction, work: (tx: Transaction) => Promise<void>): Promise<string | null> {
  try {
    await tx.savepoint(work);
    return null;
  } catch (error) {
    if (error instanceof Error && "code" in error && notAllowed.has(String(error.code))) return error.message;
    throw error;
  }
}

/** No privilege, not supported here (Citus), locked by a reader, depended on. */
const notAllowed = new Set(["42501", "0A000", "55P03", "2BP01"]);
