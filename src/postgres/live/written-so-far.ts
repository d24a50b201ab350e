import type { LoadTable } from "../catalog/dataset-tables.ts";
import type { Sql, Transaction } from "../connection/connect.ts";
import { oidOf, qualified } from "../connection/fragments.ts";
import { waitForLocks } from "../connection/lock.ts";
import type { Moment } from "./other-writers.ts";

/**
 * How far a statement is that writes many rows, as it is seen from another session while it goes on: PostgreSQL itself tells of
 * no UPDATE or INSERT before it is through. What is seen is about right, and told as no more than that.
 */

/** About how many rows are written by now. */
export type Look = (sql: Transaction) => Promise<number>;

export interface Watch {
  /** Has work looked at by another session, again and again while it goes on, where there can be one; it waits for no look. */
  during<Result>(work: Promise<Result>, look: (sql: Sql) => Promise<void>): Promise<Result>;
  /** A moment before the run wrote to a live table. */
  since: Pick<Moment, "next">;
}

export interface Watching {
  watch: Watch | null;
  /** Told how many rows were written so far. */
  onProgress(rows: number): void;
}

/** A statement of fewer rows is through before anybody wonders. */
const manyRows = 50_000;

/** Rows to look at, on pages taken at random: as many tell the share of all that were written to one in a hundred. */
const sampleRows = 4_000;

/** Whoever locked the table keeps a look waiting no longer. */
const lookPatience = "100ms";

/**
 * Rows of which a version is still to be seen that a transaction since the moment has replaced, but for those that an earlier
 * statement of it has. It goes by the same pages each time, so that it never goes back; however late the first look comes.
 */
export function replacedRows({ live }: LoadTable, rows: number, { next }: Pick<Moment, "next">, before: number): Look {
  const percent = Math.min(100, (100 * sampleRows) / Math.max(1, rows));
  return async (tx) => {
    const [row] = await tx<{ seen: number; replaced: number }[]>`
      select count(*) as seen,
             count(*) filter (where xmax <> '0'::xid and age(xmax) <= age(${next}::text::xid)) as replaced
        from ${qualified(live)} tablesample system (${percent}::float8) repeatable (0)`;
    if (row === undefined || row.seen === 0) return 0;
    return Math.max(0, (rows * row.replaced) / row.seen - before);
  };
}

/**
 * Rows that a table will have come to hold since now, while it is empty, by the room that it takes and the room that they take
 * in the stage. Rows that were given up before take room, too.
 */
export async function addedRows(tx: Transaction, table: LoadTable, rows: number): Promise<Look> {
  const { live, stage: schema, name } = table;
  const shareTaken = async (by: Transaction) => {
    const [row] = await by<{ share: number }[]>`
      select pg_relation_size(c.oid)::float8 / nullif(pg_relation_size(${oidOf({ schema, name })}), 0)
               * coalesce((select option_value::int from pg_options_to_table(c.reloptions)
                            where option_name = 'fillfactor'), 100) / 100 as share
        from pg_class c where c.oid = ${oidOf(live)}`;
    return row?.share ?? 0;
  };
  const before = await shareTaken(tx);
  return async (outside) => rows * ((await shareTaken(outside)) - before);
}

/**
 * Do what writes so many rows of a table; what is seen of it meanwhile is told in whole hundredths of them, beside what it
 * tells itself, and never goes back.
 */
export async function watched<Result>(
  { rows, look }: { rows: number; look: Look | null },
  { watch, onProgress }: Watching,
  work: (onProgress: (rows: number) => void) => Promise<Result>,
): Promise<Result> {
  let told = 0;
  const tell = (written: number) => {
    if (written <= told) return;
    told = written;
    onProgress(written);
  };
  if (watch === null || look === null || rows < manyRows) return work(tell);
  let isOver = false;
  const glance = async (sql: Sql) => {
    const seen = await sql.begin("read only", async (tx) => {
      await waitForLocks(tx, lookPatience);
      return look(tx);
    });
    // That all of them are written is for the statement to tell.
    const hundredths = Math.min(99, Math.floor((100 * seen) / rows));
    if (!isOver) tell(Math.floor((hundredths * rows) / 100));
  };
  try {
    return await watch.during(work(tell), glance);
  } finally {
    isOver = true;
  }
}
