import postgres from "postgres";
import type { Constraint, Reference } from "../../core/columns.ts";
import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { TableName } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import { every, type Fragment, list, oidOf, qualified, sql } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import { wordsOf } from "../remedies/remedies.ts";
import { insertStaged, partsOf } from "./insert.ts";
import { holdRows } from "./live-rows.ts";
import { addedRows, type Watching, watched } from "./written-so-far.ts";

/** How long to wait for readers of an empty table before taking the slower way. */
const lockPatience = "500ms";

/**
 * Fill an empty live table with its foreign keys set aside, and its primary key where nobody refers to it: they are built
 * again in the same transaction, under their own names, by one join and one sort instead of a look-up a row. An empty table
 * that nobody refers to is truncated first where the server then needs no log of what is written to the new file. Where the
 * server does not allow it, the rows are inserted as it is; `slower` tells why.
 */
export async function fillEmpty(
  tx: Transaction,
  table: LoadTable,
  carried: readonly string[],
  { inserted: planned }: { inserted: number },
  { watch, onProgress }: Watching,
): Promise<{ inserted: number; slower: string | null; locked: boolean }> {
  const { live } = table;
  const isOfItself = live.references.some(({ parent }) => parent.name === live.name);
  const references = live.references.filter(({ parent, isPlain }) => isPlain && parent.name !== live.name);
  const key = live.plainKey === null || live.referenced ? [] : [live.plainKey];
  const setAside = [...key, ...references];
  const name = qualified(live);
  let isFilled = false;
  const [server] = await tx<{ logsAll: boolean }[]>`select current_setting('wal_level') <> 'minimal' as "logsAll"`;
  const isTruncated = !live.referenced && server?.logsAll === false;
  const isDropped = setAside.length > 0;
  const isLocked = isTruncated || isDropped;
  const slower =
    (isDropped ? await obstacleTo(tx, live, references) : null) ??
    (await reasonAgainst(tx, async (inner) => {
      await waitForLocks(inner, lockPatience);
      if (isLocked) await inner`lock table ${name} in access exclusive mode`;
      // What others wrote before that is neither removed nor written over.
      [isFilled = false] = await holdRows(inner, [live]);
      if (isTruncated && !isFilled) await inner`truncate ${name}`;
      if (isDropped && !isFilled) await inner`alter table ${name} ${list(setAside.map(dropped))}`;
      await waitForLocks(inner, null);
    }));
  if (isFilled) return { inserted: 0, slower: null, locked: false };
  const isKeyed = slower !== null || key.length === 0;
  // Rows that refer to others of the table come all at once.
  const atOnce = isOfItself ? planned : isKeyed ? keyedAtOnce : insertedAtOnce;
  const parts = await partsOf(tx, table, planned, atOnce);
  // What is locked cannot be looked at.
  const look = slower === null && isLocked ? null : addedRows(table, planned);
  const inserted = await watched({ rows: planned, look }, { watch, onProgress }, async (tell) => {
    let rows = 0;
    for (const part of parts) {
      rows += await insertStaged(tx, table, carried, part, isKeyed);
      tell(rows);
    }
    return rows;
  });
  // One after the other: a table that is spread over servers takes no two in one statement.
  if (isDropped && slower === null) await Promise.all(setAside.map((one) => tx`alter table ${name} ${added(one)}`));
  return { inserted, slower, locked: slower === null && isLocked };
}

/** Why constraints that are dropped could not be added again; null where they could. */
async function obstacleTo(tx: Transaction, live: TableName, references: readonly Reference[]): Promise<string | null> {
  const mayRefer = references.map(({ parent }) => sql`has_table_privilege(${oidOf(parent)}, 'REFERENCES')`);
  const [server] = await tx<{ waits: boolean; mayRefer: boolean }[]>`
    select exists (select from pg_trigger
                    where tgrelid = ${oidOf(live)} and tginitdeferred and tgenabled <> 'D') as waits,
           ${every(mayRefer)} as "mayRefer"`;
  // No constraint can be added to a table while triggers have yet to fire for its rows.
  if (server?.waits === true) return "a trigger on it waits for the commit";
  return server?.mayRefer === false ? "REFERENCES on what it refers to is missing" : null;
}

function dropped({ name }: Constraint): Fragment {
  return sql`drop constraint ${sql(name)}`;
}

function added({ name, definition }: Constraint): Fragment {
  return sql`add constraint ${sql(name)} ${sql.unsafe(definition)}`;
}

/** An empty table is filled part by part at no cost. */
const insertedAtOnce = 25_000;

/** One that keeps its key is filled in the key's order, which begins anew with each part. */
const keyedAtOnce = 250_000;

/** Why the server would not do this; null when it did. */
async function reasonAgainst(tx: Transaction, work: (tx: Transaction) => Promise<void>): Promise<string | null> {
  try {
    await tx.savepoint(work);
    return null;
  } catch (error) {
    if (error instanceof postgres.PostgresError && notAllowed.has(error.code)) return wordsOf(error);
    throw error;
  }
}

/** No privilege, not supported here (Citus), locked by a reader, depended on. */
const notAllowed = new Set(["42501", "0A000", "55P03", "2BP01"]);
