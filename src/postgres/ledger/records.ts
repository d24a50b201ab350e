import type { JSONValue } from "postgres";
import type { Fault } from "../../core/faults.ts";
import type { Mode, TableCounts, Verdict, Warning } from "../../core/messages/events.ts";
import type { RunFailure, RunStatus } from "../../core/messages/listings.ts";
import type { Queryable, Sql } from "../connection/connect.ts";

/** Who runs what, as a run's first line in the ledger. */
export interface RunOpening {
  dataset: string;
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
}

/** A verdict with the Great Expectations result it came from. */
export type VerdictRecord = Verdict & { result: unknown };

/** Open a run; visible at once, so that others can tell who holds the lock. Returns its number. */
export async function openRun(sql: Queryable, opening: RunOpening): Promise<number> {
  const [row] = await sql<{ run: number }[]>`insert into console.runs ${sql({ ...opening })} returning run`;
  if (row === undefined) throw new Error("the ledger gave no run number");
  return row.run;
}

/** The last word of a run. */
export async function closeRun(
  sql: Queryable,
  run: number,
  status: RunStatus,
  warnings: readonly Warning[],
  failure: RunFailure | null = null,
): Promise<void> {
  await sql`
    update console.runs
       set status = ${status}, finished_at = clock_timestamp(), warnings = ${sql.json([...warnings])},
           failed_stage = ${failure?.stage ?? null}, failure_code = ${failure?.code ?? null},
           failure_title = ${failure?.title ?? null}, failure_hint = ${failure?.hint ?? null},
           fault_count = ${failure?.fault_count ?? 0}, fault_groups = ${sql.json(storable(failure?.fault_groups ?? []))},
           reject_file = ${failure?.reject_file ?? null}
     where run = ${run}`;
}

/** Runs still called running while somebody else holds the lock are dead: say so. Only the lock's holder may call this. */
export async function markCrashed(sql: Sql, dataset: string): Promise<void> {
  await sql`
    update console.runs set status = 'crashed', finished_at = clock_timestamp()
     where dataset = ${dataset} and status = 'running'`;
}

/** Within a transaction that will be rolled back, let a dry run that has ended count as the publication that it tried. */
export async function countAsPublished(tx: Queryable, run: number, mode: Mode): Promise<void> {
  await tx`update console.runs set status = 'published', mode = ${mode} where run = ${run}`;
}

export async function recordTables(sql: Queryable, run: number, tables: readonly TableCounts[]): Promise<void> {
  const rows = tables.map(({ table, ...counts }, position) => ({ run, position, table_name: table, ...counts }));
  await sql`
    insert into console.run_tables (run, position, table_name, rows, inserted, updated, unchanged, absent)
    select run, position, table_name, rows, inserted, updated, unchanged, absent
      from jsonb_to_recordset(${sql.json(rows)}) as r(run bigint, position int, table_name text, rows bigint,
           inserted bigint, updated bigint, unchanged bigint, absent bigint)`;
}

export async function recordFiles(sql: Queryable, run: number, files: readonly FileRecord[]): Promise<void> {
  const rows = files.map(({ table, ...file }) => ({ run, table_name: table, ...file }));
  await sql`
    insert into console.run_files (run, table_name, path, bytes, modified_ms, identity, sha256, rows, columns)
    select run, table_name, path, bytes, modified_ms, identity, sha256, rows, columns
      from jsonb_to_recordset(${sql.json(rows)}) as r(run bigint, table_name text, path text, bytes bigint,
           modified_ms double precision, identity text, sha256 text, rows bigint, columns jsonb)`;
}

/** Remember what a published file is now on disk, once its contents proved to be the same. */
export async function touchFiles(
  sql: Queryable,
  run: number,
  files: readonly Pick<FileRecord, "table" | "modified_ms" | "identity">[],
): Promise<void> {
  for (const { table, modified_ms, identity } of files) {
    await sql`
      update console.run_files set modified_ms = ${modified_ms}, identity = ${identity}
       where run = ${run} and table_name = ${table}`;
  }
}

export async function recordVerdicts(sql: Queryable, run: number, verdicts: readonly VerdictRecord[]): Promise<void> {
  const rows = verdicts.map(({ table, column, kwargs, observed, result, ...verdict }, position) => ({
    ...verdict,
    run,
    position,
    table_name: table,
    column_name: column ?? null,
    kwargs,
    observed,
    result,
  }));
  await sql`
    insert into console.run_expectations (run, position, table_name, type, column_name, kwargs, severity, success,
           observed, unexpected_count, unexpected_percent, result)
    select run, position, table_name, type, column_name, kwargs, severity, success, observed, unexpected_count,
           unexpected_percent, result
      from jsonb_to_recordset(${sql.json(storable(rows))}) as r(run bigint, position int, table_name text, type text,
           column_name text, kwargs jsonb, severity text, success boolean, observed jsonb, unexpected_count bigint,
           unexpected_percent double precision, result jsonb)`;
}

export async function recordFaults(sql: Queryable, run: number, faults: readonly Fault[]): Promise<void> {
  const rows = faults.map(({ column, value, ...fault }, position) => ({
    ...fault,
    run,
    position,
    column_name: column ?? null,
    value: value ?? null,
  }));
  await sql`
    insert into console.run_faults (run, position, file, line, column_name, value, code, reason)
    select run, position, file, line, column_name, value, code, reason
      from jsonb_to_recordset(${sql.json(storable(rows))}) as r(run bigint, position int, file text, line bigint,
           column_name text, value text, code text, reason text)`;
}

/** jsonb holds no NUL, which a value found in a bad file may contain. */
function storable(value: unknown): JSONValue {
  return JSON.parse(JSON.stringify(value ?? null).replaceAll("\\u0000", "\\ufffd"));
}
