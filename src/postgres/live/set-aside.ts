import postgres from "postgres";
import type { Constraint } from "../../core/columns.ts";
import { areDistributed, type LoadTable } from "../catalog/dataset-tables.ts";
import type { CatalogReference, CatalogTable, TableName } from "../catalog/introspect.ts";
import type { Transaction } from "../connection/connect.ts";
import { every, list, oidOf, qualified, some, sql } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import { wordsOf } from "../remedies/remedies.ts";
import { lockTogether } from "../snapshots/lock-together.ts";
import { holdRows } from "./live-rows.ts";
import { tablesWithHooks } from "./other-writers.ts";

/**
 * How long to wait for readers of empty tables before taking the slower way, beyond the time after which the server ends an
 * autovacuum that somebody waits for: one comes soon after rows that were rolled back.
 */
const lockPatienceMs = 500;

/** How a run waits for those who hold tables that it fills: once. Who was waited for in vain keeps no other table waiting. */
export class Patience {
  isSpent = false;
}

/** What of an empty table's keys is dropped while it is filled, to be built again under their own names. */
export interface Aside {
  live: CatalogTable;
  key: Constraint | null;
  references: readonly CatalogReference[];
  /** True where nobody refers to it meanwhile. */
  isFree: boolean;
}

/** What became of a table's keys before its turn. */
export interface Beforehand {
  /** What was set aside together with that of other tables; the table is locked then. Null where nothing was. */
  aside: Aside | null;
  /** Why the server did not allow it, where that leaves a key in place which cannot be set aside alone. */
  slower: string | null;
}

/** Where nothing was done before its turn, and nothing stands in the way of that. */
export const untouched: Beforehand = { aside: null, slower: null };

/**
 * What can be set aside of a table while it is filled alone, or beside others that are empty as well. Its key can where each
 * foreign key that refers to it is one of theirs, and is set aside with it.
 */
export function asideOf(live: CatalogTable, beside: readonly CatalogTable[] = [live]): Aside {
  const isFree = live.referrers.every((referrer) =>
    beside.some(
      (other) =>
        isTable(referrer)(other) && other.references.every(({ parent, isPlain }) => isPlain || !isTable(live)(parent)),
    ),
  );
  return {
    live,
    key: isFree ? live.plainKey : null,
    references: live.references.filter(({ isPlain }) => isPlain),
    isFree,
  };
}

/**
 * Set aside together what the keys of empty tables have to do with each other, before the first of them is filled. Nothing
 * that leads to other tables, whose readers would wait for as long. Where it is not to be had each table is seen to in its
 * turn.
 */
export async function setAsideTogether(
  tx: Transaction,
  all: readonly LoadTable[],
  filling: readonly LoadTable[],
  patience: Patience,
): Promise<Map<string, Beforehand>> {
  const beside = filling.map(({ live }) => live);
  const asides = beside.map((live) => {
    const aside = asideOf(live, beside);
    return { ...aside, references: aside.references.filter(({ parent }) => beside.some(isTable(parent))) };
  });
  if (asides.length < 2 || areDistributed(all)) return new Map();
  const [server, hooked] = await Promise.all([serverFor(tx, asides), tablesWithHooks(tx, all)]);
  // What others do as rows come might go by keys that are not there.
  if (hooked.length > 0) return new Map();
  const { slower, isFilled, isLocked } = await setAside(tx, asides, server, patience);
  if (isFilled) return new Map();
  if (isLocked) return new Map(asides.map((aside) => [aside.live.name, { aside, slower: null }]));
  const kept = asides.filter(({ live, key }) => key !== null && asideOf(live).key === null);
  return new Map(kept.map(({ live }) => [live.name, { aside: null, slower }]));
}

/**
 * Lock the tables until the end of the transaction, and drop these constraints. An empty table that nobody refers to is
 * truncated, too, where the server then needs no log of what is written to the new file. `slower` tells why the server did
 * not allow it; where one `isFilled`, nothing was done but the locking.
 */
export async function setAside(
  tx: Transaction,
  asides: readonly Aside[],
  { obstacle, yieldMs }: Server,
  patience: Patience,
): Promise<{ slower: string | null; isFilled: boolean; isLocked: boolean }> {
  const tables = asides.map(({ live }) => live);
  const truncated = asides.filter(({ live, isFree }) => isFree && !live.logsAll);
  const dropping = asides.filter((aside) => constraintsOf(aside).length > 0);
  const isLocked = truncated.length + dropping.length > 0;
  const patienceMs = patience.isSpent ? 1 : yieldMs + lockPatienceMs;
  let isFilled = false;
  const slower =
    (dropping.length > 0 ? obstacle : null) ??
    (await reasonAgainst(tx, patience, async (inner) => {
      if (isLocked) await lockTogether(inner, tables, patienceMs);
      // What others wrote before that is neither removed nor written over.
      isFilled = (await holdRows(inner, tables)).includes(true);
      if (isFilled) return;
      await drop(inner, dropping, patienceMs);
      if (truncated.length > 0) await inner`truncate ${list(truncated.map(({ live }) => qualified(live)))}`;
    }));
  return { slower, isFilled, isLocked: isLocked && slower === null };
}

/** Who refers comes first. What lies outside of these tables is not locked yet, and may be in use. */
async function drop(tx: Transaction, asides: readonly Aside[], patienceMs: number): Promise<void> {
  const statements = asides.toReversed().map(({ live, key, references }) => {
    const dropped = [...references, ...(key === null ? [] : [key])].map(
      ({ name }) => sql`drop constraint ${sql(name)}`,
    );
    return tx`alter table ${qualified(live)} ${list(dropped)}`;
  });
  await Promise.all([waitForLocks(tx, `${patienceMs}ms`), ...statements]);
  await waitForLocks(tx, null);
}

/** Build again what was set aside of a table: its key first, to which its own rows may refer. */
export async function putBack(tx: Transaction, aside: Aside): Promise<void> {
  const added = ({ name, definition }: Constraint) =>
    tx`alter table ${qualified(aside.live)} add constraint ${tx(name)} ${tx.unsafe(definition)}`;
  // One after the other: a table that is spread over servers takes no two in one statement.
  await Promise.all(constraintsOf(aside).map(added));
}

export function constraintsOf({ key, references }: Aside): Constraint[] {
  return key === null ? [...references] : [key, ...references];
}

interface Server {
  /** Why constraints that are dropped could not be added again; null where they could. */
  obstacle: string | null;
  /** After which time the server has those give way who have to. */
  yieldMs: number;
}

export async function serverFor(tx: Transaction, asides: readonly Aside[]): Promise<Server> {
  const waiting = asides.map((aside) => {
    const dropped = constraintsOf(aside).map(({ name }) => name);
    // Those of a constraint go with it, and only what fires for new rows can wait.
    return sql`exists (
      select from pg_trigger g left join pg_constraint k on k.oid = g.tgconstraint and k.conrelid = g.tgrelid
       where g.tgrelid = ${oidOf(aside.live)} and g.tginitdeferred and g.tgenabled <> 'D' and g.tgtype & 4 <> 0
         and not coalesce(k.conname = any(${dropped}::text[]), false))`;
  });
  const mayRefer = asides.flatMap(({ references }) =>
    references.map(({ parent }) => sql`has_table_privilege(${oidOf(parent)}, 'REFERENCES')`),
  );
  const [server] = await tx<{ waits: boolean; mayRefer: boolean; yieldMs: number }[]>`
    select ${some(waiting)} as waits, ${every(mayRefer)} as "mayRefer",
           (1000 * extract(epoch from current_setting('deadlock_timeout')::interval))::int as "yieldMs"`;
  const it = asides.length > 1 ? "one of the empty tables" : "it";
  const missing = server?.mayRefer === false ? `REFERENCES on what ${it} refers to is missing` : null;
  // No constraint can be added to a table while triggers have yet to fire for its rows.
  return {
    obstacle: server?.waits ? `a trigger on ${it} waits for the commit` : missing,
    yieldMs: server?.yieldMs ?? 0,
  };
}

function isTable({ schema, name }: TableName): (other: TableName) => boolean {
  return (other) => other.schema === schema && other.name === name;
}

/** Why the server would not do this; null when it did. */
async function reasonAgainst(
  tx: Transaction,
  patience: Patience,
  work: (tx: Transaction) => Promise<void>,
): Promise<string | null> {
  try {
    await tx.savepoint(work);
    return null;
  } catch (error) {
    if (!(error instanceof postgres.PostgresError && notAllowed.has(error.code))) throw error;
    if (error.code === inUse) patience.isSpent = true;
    return wordsOf(error);
  }
}

/** SQLSTATE lock_not_available: a reader holds it. */
const inUse = "55P03";

/** No privilege, not supported here (Citus), held by a reader, depended on. */
const notAllowed = new Set(["42501", "0A000", inUse, "2BP01"]);
