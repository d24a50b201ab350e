import { type LoadTable, twinOf } from "../catalog/dataset-tables.ts";
import type { RuledTable } from "../catalog/ruled-tables.ts";
import type { Transaction } from "../connection/connect.ts";
import { type Fragment, keyAsText, qualified, sameKey, sql } from "../connection/fragments.ts";
import { fillEmpty } from "./fill.ts";
import { insertStaged } from "./insert.ts";
import { countLive, holdRows } from "./live-rows.ts";
import { type Beforehand, Patience, untouched } from "./set-aside.ts";
import { changes, payload, updateChanged } from "./update.ts";
import { mayWait } from "./waiting.ts";
import { replacedRows, type Watch, watched } from "./written-so-far.ts";

/** What publishing a staged table would do to the live one, in rows. */
export interface MergePlan {
  /** Rows in the stage. */
  staged: number;
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
  /** True when nobody else can have written to the table since before the first row, nor can until the end. */
  locked: boolean;
}

interface MergeOptions {
  /** Whether the table may be locked until the end of the transaction. */
  mayLock?: boolean;
  /** What became of an empty table's keys before its turn. */
  beforehand?: Beforehand;
  /** How those are waited for who hold the table. */
  patience?: Patience;
  /** Told how many rows were written so far. */
  onProgress?(rows: number): void;
  /** How a statement is looked at that takes long; null where nobody looks. */
  watch?: Watch | null;
}

/**
 * Compare the staged rows of a table, of which there are so many, with the live ones by one hash join; nothing is written.
 * Where nothing is live there is nothing to compare: then it is the primary key that finds repeated keys. Whether that is so
 * is looked at first only where it `mayBeEmpty`.
 */
export async function planMerge(
  tx: Transaction,
  table: LoadTable,
  { carried, rows }: { carried: readonly string[]; rows: number },
  mayBeEmpty = true,
): Promise<MergePlan> {
  const { live } = table;
  const isEmpty = mayBeEmpty && !(await holdRows(tx, [live])).includes(true);
  if (isEmpty) return { staged: rows, live: 0, inserted: rows, updated: 0, unchanged: 0, absent: 0, repeated: false };
  const key = sql(live.key[0] ?? "");
  const [isStaged, isLive] = [sql`s.${key} is not null`, sql`l.${key} is not null`];
  // Beside the join, a count would have a table that is spread over servers gathered on one.
  const isApart = live.distribution !== null;
  const comparing = tx<Record<"live" | "staged" | "inserted" | "absent" | "updated", number>[]>`
    select ${isApart ? sql`0` : sql`(select count(*) from ${qualified(live)})`} as live,
           count(*) filter (where ${isStaged}) as staged,
           count(*) filter (where not ${isLive}) as inserted,
           count(*) filter (where not ${isStaged}) as absent,
           count(*) filter (where ${isStaged} and ${isLive} and ${changes(payload(table, carried))}) as updated
      from ${twinOf(table)} s
      full join ${qualified(live)} l on ${sameKey("l", "s", live.key)}`;
  const [[counts], apart] = await Promise.all([comparing, isApart ? countLive(tx, table) : 0]);
  if (counts === undefined) throw new Error("an aggregate gave no row");
  const rowsLive = counts.live + apart;
  const matched = counts.staged - counts.inserted;
  const isRepeated = matched !== rowsLive - counts.absent;
  return { ...counts, live: rowsLive, unchanged: matched - counts.updated, repeated: isRepeated };
}

/**
 * Write what the plan says and nothing else: unchanged rows are not rewritten, new ones come in key order, and an empty
 * table, where it may be locked until the end of the transaction, is filled with its keys set aside.
 */
export async function applyMerge(
  tx: Transaction,
  table: RuledTable,
  carried: readonly string[],
  plan: MergePlan,
  {
    mayLock = true,
    beforehand = untouched,
    patience = new Patience(),
    onProgress = () => {},
    watch = null,
  }: MergeOptions = {},
): Promise<MergeOutcome> {
  const update = (part: MergePlan, { replaced, written }: { replaced: number; written: number }) =>
    watched(
      { rows: part.updated, look: watch && replacedRows(table, part.live, watch.since, replaced) },
      { watch, onProgress: (rows) => onProgress(written + rows) },
      (tell) => updateChanged(tx, table, carried, part, tell),
    );
  const early = plan.updated > 0 ? await update(plan, { replaced: 0, written: 0 }) : 0;
  // What the plan did not foresee is not made worse.
  if (early > plan.updated || (early < plan.updated && !mayWait(table))) return { ...nothing, updated: early };
  if (mayLock && isFilling(plan)) {
    return {
      updated: early,
      ...(await fillEmpty(tx, table, carried, plan, { watch, onProgress, patience, beforehand })),
    };
  }
  const inserted = plan.inserted > 0 ? await insertNew(tx, table, carried) : 0;
  const left = { ...plan, updated: plan.updated - early };
  const late = left.updated > 0 ? await update(left, { replaced: early, written: early + inserted }) : 0;
  return { ...nothing, inserted, updated: early + late };
}

/** True for a table that is empty, and is not to stay so. */
export function isFilling({ live, inserted }: MergePlan): boolean {
  return live === 0 && inserted > 0;
}

const nothing = { inserted: 0, slower: null, locked: false };

function insertNew(tx: Transaction, table: LoadTable, carried: readonly string[]): Promise<number> {
  const isNew = tx`not exists (select 1 from ${qualified(table.live)} l where ${sameKey("l", "s", table.live.key)})`;
  return insertStaged(tx, table, carried, isNew);
}

/** Staged rows that are not live as they were staged: how many, and the keys of the first that differ and that are missing. */
interface Strays {
  rows: number;
  different: string[];
  missing: string[];
}

/**
 * A cluster's nodes send the keys of rows that are not as they were staged, of which there are none unless others wrote to
 * them.
 */
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
