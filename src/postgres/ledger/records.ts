import type { JSONValue } from "postgres";
import { parseExactJson } from "../../core/exact-number.ts";
import type { Fault } from "../../core/faults.ts";
import type { Mode, TableCounts, Warning } from "../../core/messages/events.ts";
import { type RunEntry, type RunFailure, type RunStatus, secondsOf } from "../../core/messages/listings.ts";
import type { KeptSuite, Verdict } from "../../core/messages/verdicts.ts";
import { redacted } from "../../core/secrets/secrets.ts";
import type { Queryable, Sql } from "../connection/connect.ts";
import { iso } from "../connection/fragments.ts";
import { requireReached, theRow } from "./counted.ts";

/** Who runs what, as a run's first line in the ledger. */
export interface RunOpening {
  dataset: string;
  /** Null of runs before it was written down. */
  table_schema?: string;
  month: string;
  as_of: string;
  mode: Mode;
  operator: string;
  host: string;
  process: number;
  /** The server process that holds the lock, where it is not the one that writes this line. */
  backend_pid?: number;
}

/** A file as a run found it. */
export interface FileRecord {
  table: string;
  path: string;
  bytes: number;
  modified_ms: number;
  /** What else tells it from another of its size and time; null where that was not written down. */
  identity: string | null;
  sha256: string | null;
  rows: number | null;
  /** The columns that it carried, in its order; null where that was not written down. */
  columns: string[] | null;
  /** See `readAs` in csv/source.ts; null where that was not written down. */
  read_as: string | null;
  /** Of a table with several files: each, in the order in which they were read. */
  parts?: PartRecord[] | null;
}

export interface PartRecord {
  path: string;
  bytes: number;
  modified_ms: number;
  sha256: string | null;
  rows: number;
}

/** A verdict with the Great Expectations result it came from, of which the ledger has its word and why it is that. */
export type VerdictRecord = Verdict & { result: unknown };

/** Open a run; visible at once, so that others can tell who holds the lock. Returns its number, which is above all others. */
export async function openRun(sql: Queryable, opening: RunOpening): Promise<number> {
  const [row] = await opened(sql, opening);
  if (row !== undefined && row.run > row.newest) return row.run;
  const { catchUp } = await import("./numbers.ts");
  await catchUp(sql);
  const again =
    row === undefined
      ? await opened(sql, opening)
      : await sql<{ run: number }[]>`update console.runs set run = default where run = ${row.run} returning run`;
  return theRow("runs", again).run;
}

/** None where the number is taken; `newest` is the highest of the others. */
function opened(sql: Queryable, opening: RunOpening): Promise<{ run: number; newest: number }[]> {
  return sql<{ run: number; newest: number }[]>`
    insert into console.runs ${sql({ ...opening })} on conflict do nothing
    returning run, (select coalesce(max(run), 0) from console.runs) as newest`;
}

/** The last word of a run. Resolves to the seconds that it took, as each listing of the ledger will have them. */
export async function closeRun(
  sql: Queryable,
  run: number,
  status: RunStatus,
  warnings: readonly Warning[],
  failed: RunFailure | null = null,
): Promise<number | null> {
  const failure = redacted(failed);
  const rows = await sql<Pick<RunEntry, "started_at" | "finished_at">[]>`
    update console.runs
       set status = ${status}, finished_at = clock_timestamp(), warnings = ${sql.json(storable(redacted(warnings)))},
           failed_stage = ${failure?.stage ?? null}, failure_code = ${failure?.code ?? null},
           failure_title = ${failure && storableText(failure.title)}, failure_hint = ${failure && storableText(failure.hint)},
           fault_count = ${failure?.fault_count ?? 0}, fault_groups = ${sql.json(storable(failure?.fault_groups ?? []))},
           reject_file = ${failure?.reject_file ?? null}
     where run = ${run}
    returning ${iso("started_at")} as started_at, ${iso("finished_at")} as finished_at`;
  return secondsOf(theRow("runs", rows));
}

/**
 * Runs still called running while somebody else holds the lock are dead: say so. Only the lock's holder may call this. It
 * waits neither for the disk nor for a standby, which may be what they died of: were it lost, it would be said again.
 * Resolves to those of which it was not said before.
 */
export async function markCrashed(sql: Sql, dataset: string): Promise<number[]> {
  const rows = await sql<{ run: number }[]>`
    update console.runs set status = 'crashed', finished_at = clock_timestamp()
     where dataset = ${dataset} and status = 'running' and set_config('synchronous_commit', 'off', true) = 'off'
    returning run`;
  return rows.map(({ run }) => run);
}

/** Within a transaction that will be rolled back, let a dry run that has ended count as the publication that it tried. */
export async function countAsPublished(tx: Queryable, run: number, mode: Mode): Promise<void> {
  const updated = await tx`update console.runs set status = 'published', mode = ${mode} where run = ${run}`;
  requireReached("runs", 1, updated);
}

export async function recordTables(sql: Queryable, run: number, tables: readonly TableCounts[]): Promise<void> {
  const rows = tables.map(({ table, ...counts }, position) => ({ run, position, table_name: table, ...counts }));
  await insertRows(sql, "run_tables", rows);
}

export async function recordFiles(sql: Queryable, run: number, files: readonly FileRecord[]): Promise<void> {
  const rows = files.map(({ table, ...file }) => ({ run, table_name: table, ...file }));
  await insertRows(sql, "run_files", rows);
}

export async function recordVerdicts(sql: Queryable, run: number, verdicts: readonly VerdictRecord[]): Promise<void> {
  const rows = verdicts.map(({ table, column, verdict: _, error: __, ...verdict }, position) => ({
    ...{ run, position, table_name: table, column_name: column },
    ...verdict,
  }));
  await insertRows(sql, "run_expectations", rows);
}

export async function recordSuites(sql: Queryable, run: number, suites: readonly KeptSuite[]): Promise<void> {
  const rows = suites.map(({ table, ...suite }, position) => ({ run, position, table_name: table, ...suite }));
  await insertRows(sql, "suites", rows);
}

export async function recordFaults(sql: Queryable, run: number, faults: readonly Fault[]): Promise<void> {
  const rows = faults.map(({ column, ...fault }, position) => ({ run, position, column_name: column, ...fault }));
  await insertRows(sql, "run_faults", rows);
}

/** Rows of a table of the ledger, by its columns' names; what a row does not say is NULL. */
export async function insertRows(sql: Queryable, table: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = sql([...new Set(rows.flatMap(Object.keys))]);
  const inserted = await sql`
    insert into console.${sql(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::console.${sql(table)}, ${sql.json(storable(rows))})`;
  requireReached(table, rows.length, inserted);
}

/** Remember what a published file is now on disk, once its contents proved to be the same. */
export async function touchFiles(
  sql: Queryable,
  run: number,
  files: readonly Pick<FileRecord, "table" | "modified_ms" | "identity" | "parts">[],
): Promise<void> {
  for (const { table, modified_ms, identity, parts = null } of files) {
    await sql`
      update console.run_files set modified_ms = ${modified_ms}, identity = ${identity},
             parts = ${parts && sql.json(storable(parts))}
       where run = ${run} and table_name = ${table}`;
  }
}

/**
 * What a value found in a bad file may contain and PostgreSQL has no room for, NUL and half a surrogate pair, as the
 * character that stands for one that cannot be shown.
 */
function storable(value: unknown): JSONValue {
  const text = JSON.stringify(value ?? null, (_, one) => (typeof one === "string" ? storableText(one) : one));
  return parseExactJson(text) as JSONValue;
}

function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd");
}
