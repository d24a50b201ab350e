import type { Mode, Seal } from "../../core/messages/events.ts";
import type { RunDetail, RunEntry, RunFailure, RunStatus } from "../../core/messages/listings.ts";
import type { KeptVerdict, Severity } from "../../core/messages/verdicts.ts";
import type { Queryable } from "../connection/connect.ts";
import { iso, sql } from "../connection/fragments.ts";
import type { FileRecord, RunOpening } from "./records.ts";

/** The columns of a RunEntry. A run that is called running but is not the lock's holder is shown as crashed. */
function runEntry(holder: number | null) {
  return sql`
    r.run, r.month, r.as_of::text as as_of, r.mode,
    case when r.status = 'running' and r.backend_pid is distinct from ${holder}::int then 'crashed'
         else r.status end as status,
    ${iso("started_at")} as started_at, ${iso("finished_at")} as finished_at,
    (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('table', t.table_name, 'rows', t.rows,
              'inserted', t.inserted, 'updated', t.updated, 'unchanged', t.unchanged, 'absent', t.absent))
              order by t.position), '[]')
       from console.run_tables t where t.run = r.run) as tables,
    coalesce(jsonb_array_length(r.warnings), 0) as warned,
    (select jsonb_strip_nulls(jsonb_build_object('passed', count(*) filter (where e.verdict = 'passed'),
              'failed', count(*) filter (where e.verdict = 'failed' and e.severity = 'critical'),
              'warned', count(*) filter (where e.verdict = 'failed' and e.severity <> 'critical'),
              'unevaluated', count(*) filter (where e.verdict = 'unevaluated'),
              'unknown', nullif(count(*) filter (where e.verdict is null), 0)))
       from console.run_expectations e where e.run = r.run) as expectations`;
}

/** All runs of a dataset, newest first. `holder` is the server process that holds its lock. */
export function listRuns(sql: Queryable, dataset: string, holder: number | null): Promise<RunEntry[]> {
  return sql<RunEntry[]>`
    select ${runEntry(holder)} from console.runs r where r.dataset = ${dataset} order by r.run desc`;
}

/** The newest run of each month, dry runs and refusals left out: they say nothing of where the month stands. */
export function lastRuns(sql: Queryable, dataset: string, holder: number | null): Promise<RunEntry[]> {
  return sql<RunEntry[]>`
    select ${runEntry(holder)}
      from (select distinct on (month) * from console.runs
             where dataset = ${dataset} and mode <> 'dry_run' and status <> 'refused'
             order by month, run desc) r`;
}

/** A run with all that its tables of the ledger hold. */
export type LedgerRun = Omit<RunDetail, "snapshots"> & { snapshots: Seal[] };
type DetailRow = Omit<LedgerRun, "failure"> & { failure: RunFailure };

/** Everything the ledger knows of one run; null when there is no such run. */
export async function showRun(
  sql: Queryable,
  dataset: string,
  run: number,
  holder: number | null,
): Promise<LedgerRun | null> {
  const [row] = await sql<DetailRow[]>`
    select ${runEntry(holder)}, r.operator, r.host, r.warnings,
      jsonb_build_object('stage', r.failed_stage, 'code', r.failure_code, 'title', r.failure_title,
        'hint', r.failure_hint, 'fault_count', r.fault_count,
        'fault_groups', r.fault_groups, 'reject_file', r.reject_file) as failure,
      (select coalesce(jsonb_agg(jsonb_build_object('table', f.table_name, 'path', f.path, 'bytes', f.bytes,
                'sha256', f.sha256, 'rows', f.rows)
                || case when f.parts is null then '{}' else jsonb_build_object('parts', f.parts) end), '[]') from console.run_files f where f.run = r.run) as files,
      (select coalesce(jsonb_agg(jsonb_build_object('table', e.table_name, 'type', e.type, 'kwargs', e.kwargs,
                'severity', e.severity, 'verdict', coalesce(e.verdict, 'unknown'), 'success', e.success,
                -- Earlier runs kept there why it could not be evaluated.
                'observed', case when e.verdict is distinct from 'unevaluated' then e.observed end,
                'unexpected_count', e.unexpected_count, 'unexpected_percent', e.unexpected_percent)
                || case when e.column_name is null then '{}' else jsonb_build_object('column', e.column_name) end
                || case when e.verdict = 'unevaluated'
                        then jsonb_build_object('error', e.result #> '{exception_info,exception_message}') else '{}' end
                || jsonb_strip_nulls(jsonb_build_object('description', e.result #> '{expectation_config,description}',
                     'notes', e.result #> '{expectation_config,notes}'))
                order by e.position), '[]') from console.run_expectations e where e.run = r.run) as verdicts,
      (select coalesce(jsonb_agg(jsonb_build_object('table', u.table_name, 'name', u.name, 'notes', u.notes, 'meta', u.meta)
                order by u.position), '[]') from console.suites u where u.run = r.run) as suites,
      (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('file', f.file, 'line', f.line,
                'column', f.column_name, 'value', f.value, 'code', f.code, 'reason', f.reason)) order by f.position), '[]')
         from console.run_faults f where f.run = r.run) as faults,
      (select coalesce(jsonb_agg(jsonb_build_object('table', s.table_name, 'as_of', s.as_of, 'rows', s.rows,
                'fingerprint', s.fingerprint) order by s.table_name), '[]')
         from console.seals s where s.run = r.run) as snapshots,
      (select coalesce(jsonb_agg(jsonb_build_object('table', l.table_name, 'as_of', l.as_of, 'rows', l.rows,
                'fingerprint', l.fingerprint, 'run', l.run, 'lifted_at', ${iso("lifted_at")}, 'reason', l.reason,
                'lifted_by', l.lifted_by, 'operator', l.operator, 'host', l.host) order by l.lift), '[]')
         from console.lifted_seals l where l.run = r.run or l.lifted_by = r.run) as lifted,
      (select coalesce(jsonb_agg(jsonb_build_object('table', m.table_name, 'since', m.since, 'threshold', m.threshold,
                'columns', m.columns) order by m.table_name), '[]')
         from (select table_name, since, threshold,
                      jsonb_agg(jsonb_build_object('column', column_name, 'told_by', told_by, 'drifts', drifts)
                        || case when told_by <> 'all' then '{}' else jsonb_build_object('measure', measure,
                             'distance', distance, 'chance', chance, 'ks', ks, 'beyond', beyond, 'missing', missing,
                             'mean', mean) end
                        order by position) as columns
                 from console.moves where run = r.run group by table_name, since, threshold) m) as moves
      from console.runs r where r.dataset = ${dataset} and r.run = ${run}`;
  if (row === undefined) return null;
  return { ...row, failure: row.failure.code === null ? null : row.failure };
}

/** A publication: the run that last wrote this month, with its files. */
export interface Publication {
  run: number;
  month: string;
  as_of: string;
  mode: Mode;
  /** True when the live tables took part; false when the month was only ever backfilled, or adopted. */
  live: boolean;
  /** SHA-256 of the files that the live tables took part with last, in the order of their tables. */
  live_files: string[];
  /** True when its snapshots were dropped by retention, and none of this month has taken their place. */
  dropped: boolean;
  files: FileRecord[];
}

/** The newest publication of each month. */
export function publications(sql: Queryable, dataset: string): Promise<Publication[]> {
  return sql<Publication[]>`
      select distinct on (r.month) r.run, r.month, r.as_of::text as as_of, r.mode, w.run is not null as live,
        (select coalesce(jsonb_agg(f.sha256 order by f.table_name), '[]')
           from console.run_files f where f.run = w.run) as live_files,
        exists (select 1 from console.lifted_seals l
                 where l.dataset = r.dataset and l.month = r.month and l.reason = 'retention')
          and not exists (select 1 from console.seals s where s.dataset = r.dataset and s.month = r.month) as dropped,
        (select coalesce(jsonb_agg(${fileRecord}), '[]') from console.run_files f where f.run = r.run) as files
        from console.runs r
        left join lateral (select max(p.run) as run from console.runs p
                            where p.dataset = r.dataset and p.month = r.month
                              and p.status = 'published' and p.mode not in ('backfill', 'adopt')) w on true
       where r.dataset = ${dataset} and r.status = 'published'
       order by r.month, r.run desc`;
}

/** A line of console.run_files, alias `f`, as a FileRecord. */
const fileRecord = sql`jsonb_build_object('table', f.table_name, 'path', f.path, 'bytes', f.bytes, 'modified_ms', f.modified_ms,
    'identity', f.identity, 'sha256', f.sha256, 'rows', f.rows, 'columns', f.columns,
    'read_as', f.read_as, 'parts', f.parts)`;

/** One expectation of a run as the ledger keeps it, and the file that the table's rows came from. */
export interface EvaluatedExpectation<Result> {
  table: string;
  severity: Severity;
  verdict: KeptVerdict["verdict"];
  /** Null where it was not kept. */
  result: Result | null;
  file: FileRecord | null;
}

/** Null when the run has no such expectation. `Result` is what the caller had recorded. */
export async function evaluatedExpectation<Result>(
  sql: Queryable,
  dataset: string,
  run: number,
  position: number,
): Promise<EvaluatedExpectation<Result> | null> {
  const [row] = await sql<EvaluatedExpectation<Result>[]>`
    select e.table_name as table, e.severity, coalesce(e.verdict, 'unknown') as verdict, e.result,
      (select ${fileRecord}
         from console.run_files f where f.run = e.run and f.table_name = e.table_name) as file
      from console.run_expectations e join console.runs r using (run)
     where r.dataset = ${dataset} and e.run = ${run} and e.position = ${position}`;
  return row ?? null;
}

/** Those of the runs that read a file of these bytes for the table, in the same way. */
export async function runsThatRead(
  sql: Queryable,
  { table, sha256, read_as }: Pick<FileRecord, "table"> & Record<"sha256" | "read_as", string>,
  runs: readonly number[],
): Promise<number[]> {
  const found = await sql<{ run: number }[]>`
    select run from console.run_files
     where run = any(${[...runs]}::bigint[]) and table_name = ${table} and sha256 = ${sha256} and read_as = ${read_as}`;
  return found.map(({ run }) => run);
}

/** A run's status as it stands in the ledger; null when there is no such run. */
export async function runStatus(sql: Queryable, run: number): Promise<RunStatus | null> {
  const [row] = await sql<{ status: RunStatus }[]>`select status from console.runs where run = ${run}`;
  return row?.status ?? null;
}

/** Who holds the lock, from the ledger: their month, when they began, and who they are. */
type Holder = Pick<RunOpening, "month" | "operator" | "host" | "process"> & { started_at: string; isOver: boolean };

/** The newest run of the session that holds the lock, which may have come to its end; null where it has run none. */
export async function holderRun(sql: Queryable, dataset: string, holder: number): Promise<Holder | null> {
  const [row] = await sql<Holder[]>`
    select month, ${iso("started_at")} as started_at, operator, host, process, status <> 'running' as "isOver"
      from console.runs
     where dataset = ${dataset} and backend_pid = ${holder}
       and started_at >= coalesce((select backend_start from pg_stat_activity where pid = ${holder}), '-infinity')
     order by run desc limit 1`;
  return row ?? null;
}
