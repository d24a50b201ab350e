import type { LoadTable } from "./catalog.ts";
import type { Transaction } from "./connect.ts";

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
