import type { Column } from "../../core/columns.ts";
import { codeOf } from "../../core/errors.ts";
import { type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import {
  cell,
  cells,
  type Fragment,
  keyAsText,
  list,
  oidOf,
  qualified,
  sameKey,
  some,
  sql,
} from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import { differs } from "../snapshots/exact.ts";
import { holdRows } from "./live-rows.ts";

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
function changes(columns: readonly Column[]): Fragment {
  return sql`(${some(columns.map((column) => differs("s", "l", column)))})`;
}

/**
 * Compare the staged rows of a table, of which there are so many, with the live ones by one hash join; nothing is written.
 * Where nothing is live, which `isFilled` tells if it is known, there is nothing to compare: then it is the primary key
 * that finds repeated keys.
 */
export async function planMerge(
  tx: Transaction,
  table: LoadTable,
  { carried, rows, isFilled }: { carried: readonly string[]; rows: number; isFilled?: boolean | undefined },
): Promise<MergePlan> {
  const { live } = table;
  if (!(isFilled ?? (await holdRows(tx, [live]))[0]))
    return { live: 0, inserted: rows, updated: 0, unchanged: 0, absent: 0, repeated: false };
  const key = sql(live.key[0] ?? "");
  const [isStaged, isLive] = [sql`s.${key} is not null`, sql`l.${key} is not null`];
  const [counts] = await tx<Record<"live" | "staged" | "inserted" | "absent" | "updated", number>[]>`
    select (select count(*) from ${qualified(live)}) as live,
           count(*) filter (where ${isStaged}) as staged,
           count(*) filter (where not ${isLive}) as inserted,
           count(*) filter (where not ${isStaged}) as absent,
           count(*) filter (where ${isStaged} and ${isLive} and ${changes(payload(table, carried))}) as updated
      from ${twinOf(table)} s
      full join ${qualified(live)} l on ${sameKey("l", "s", live.key)}`;
  if (counts === undefined) throw new Error("an aggregate gave no row");
  const { staged, ...plan } = counts;
  const matched = staged - plan.inserted;
  return { ...plan, unchanged: matched - plan.updated, repeated: matched !== plan.live - plan.absent };
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
  if (plan.live === 0 && mayLock) return { updated, ...(await fillEmpty(tx, table, carried)) };
  const isNew = tx`not exists (select 1 from ${qualified(table.live)} l where ${sameKey("l", "s", table.live.key)})`;
  return { inserted: await insertStaged(tx, table, carried, isNew), updated, slower: null };
}

async function updateChanged(tx: Transaction, table: LoadTable, carried: readonly string[]): Promise<number> {
  const columns = payload(table, carried);
  const assignments = columns.map((column) => tx`${tx(column.name)} = ${cell("s", column)}`);
  const { count } = await tx`
    update ${qualified(table.live)} l set ${list(assignments)}
      from ${twinOf(table)} s
     where ${sameKey("l", "s", table.live.key)} and ${changes(columns)}`;
  return count;
}

/** Key order keeps the primary key's index cheap to extend; where it is built afterwards, it is needless. */
async function insertStaged(
  tx: Transaction,
  table: LoadTable,
  carried: readonly string[],
  condition: Fragment,
  inKeyOrder = true,
): Promise<number> {
  const { live } = table;
  const order = inKeyOrder ? tx`order by ${cells("s", live.key)}` : tx``;
  const all = live.columns.map((column) => column.name).filter((column) => carried.includes(column));
  const { count } = await tx`
    insert into ${qualified(live)} (${tx(all)})
    select ${cells("s", all)} from ${twinOf(table)} s where ${condition} ${order}`;
  return count;
}

/** Staged rows that are not live as they were staged: how many, and the keys of the first that differ and that are missing. */
interface Strays {
  rows: number;
  different: string[];
  missing: string[];
}

export async function strayRows(tx: Transaction, table: LoadTable, carried: readonly string[]): Promise<Strays> {
  const { live } = table;
  const text = keyAsText(live.key);
  const isMissing = tx`l.${tx(live.key[0] ?? "")} is null`;
  const first = (condition: Fragment) =>
    tx`coalesce((array_agg(${text} order by ${text}) filter (where ${condition}))[1:${namedRows}::int], '{}')::text[]`;
  const [row] = await tx<Strays[]>`
    select count(*) as rows, ${first(tx`not ${isMissing}`)} as different, ${first(isMissing)} as missing
      from ${twinOf(table)} s
      left join ${qualified(live)} l on ${sameKey("l", "s", live.key)}
     where ${isMissing} or ${changes(payload(table, carried))}`;
  return row ?? { rows: 0, different: [], missing: [] };
}

/** So many rows are named; the others are counted. */
const namedRows = 5;

/** How long to wait for readers of an empty table before taking the slower way. */
const lockPatience = "500ms";

/**
 * Fill an empty live table with its foreign keys set aside, and its primary key where nobody refers to it: they are built
 * again in the same transaction, under their own names, by one join and one sort instead of a look-up a row. An empty table
 * that nobody refers to is truncated first, since what is written to a new file needs no log. Where the server does not
 * allow it, the rows are inserted as it is; `slower` tells why.
 */
async function fillEmpty(
  tx: Transaction,
  table: LoadTable,
  carried: readonly string[],
): Promise<Omit<MergeOutcome, "updated">> {
  const { live } = table;
  const references = live.references.filter((reference) => reference.parent.name !== live.name);
  const key = live.plainKey === null || live.referenced ? [] : [live.plainKey];
  const setAside = [...key, ...references];
  const name = qualified(live);
  // No constraint can be added to a table while triggers have yet to fire for its rows.
  const [trigger] = await tx`
    select from pg_trigger where tgrelid = ${oidOf(live)} and tginitdeferred and tgenabled <> 'D' limit 1`;
  const slower =
    setAside.length > 0 && trigger !== undefined
      ? "a trigger on it waits for the commit"
      : await reasonAgainst(tx, async (inner) => {
          await waitForLocks(inner, lockPatience);
          if (!live.referenced) await inner`truncate ${name}`;
          for (const constraint of setAside) await inner`alter table ${name} drop constraint ${inner(constraint.name)}`;
          await waitForLocks(inner, null);
        });
  const isKeyed = slower !== null || key.length === 0;
  const inserted = await insertStaged(tx, table, carried, tx`true`, isKeyed);
  for (const constraint of slower === null ? setAside : []) {
    await tx`alter table ${name} add constraint ${tx(constraint.name)} ${tx.unsafe(constraint.definition)}`;
  }
  return { inserted, slower };
}

/** Why the server would not do this; null when it did. */
async function reasonAgainst(tx: Transaction, work: (tx: Transaction) => Promise<void>): Promise<string | null> {
  try {
    await tx.savepoint(work);
    return null;
  } catch (error) {
    if (error instanceof Error && notAllowed.has(codeOf(error))) return error.message;
    throw error;
  }
}

/** No privilege, not supported here (Citus), locked by a reader, depended on. */
const notAllowed = new Set(["42501", "0A000", "55P03", "2BP01"]);
