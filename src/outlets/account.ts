import { exitCodeOf, exitCodes, isFailureCode } from "../core/errors.ts";
import { type RunDetail, type RunFailure, secondsOf } from "../core/messages/listings.ts";
import { type KeptCounts, noVerdicts, standingOf } from "../core/messages/verdicts.ts";
import type { Lacking } from "../core/month.ts";

/** What a run came to, as those hear of it who were not there. */
type Outcome = "published" | "rejected" | "failed";

/** A check that did not pass: no value of a row is in it, only how many there are. */
export interface FailedCheck {
  table: string;
  column: string | null;
  type: string;
  kwargs: Readonly<Record<string, unknown>>;
  severity: string;
  standing: string;
  unexpected_count: number | null;
}

/** The account of one run: what is told of it outside, without a customer's value and without a secret. */
export interface Account {
  outcome: Outcome;
  /** True when it warned, or when checks failed that reject nothing. */
  warned: boolean;
  dataset: string;
  /** As the first line of a run names it. */
  database: string;
  /** null for what failed before there was a month. */
  month: string | null;
  as_of: string | null;
  /** The ledger's number; null for what was refused before the ledger gave one. */
  run: number | null;
  mode: string | null;
  /** ISO 8601, UTC. */
  started_at: string | null;
  finished_at: string;
  seconds: number | null;
  tables: RunDetail["tables"];
  expectations: KeptCounts;
  failed_checks: FailedCheck[];
  warnings: RunDetail["warnings"];
  failure: { code: string; title: string; hint: string; fault_count: number; faults: CountedFault[] } | null;
  /** Months that are not there and should be. */
  lacking: Lacking[];
  /** The command that runs it again. */
  again: string;
  /** The console's version. */
  console: string;
}

interface CountedFault {
  file: string;
  column: string | null;
  code: string;
  count: number;
}

/** Where a run was, beside what the ledger keeps of it. */
export type Surroundings = Pick<Account, "dataset" | "database" | "lacking" | "again" | "console">;

/** How a run ended, whoever knows of it. */
export interface Ending {
  run: number | null;
  month: string | null;
  /** ISO 8601, UTC. */
  at: string;
  failure:
    | (Pick<RunFailure, "code" | "title" | "hint"> & Partial<Pick<RunFailure, "fault_count" | "fault_groups">>)
    | null;
}

/** `detail` is what the ledger keeps of the run; null where it keeps nothing. */
export function accountOf(
  { run, month, at, failure }: Ending,
  detail: RunDetail | null,
  around: Surroundings,
): Account {
  const expectations = detail?.expectations ?? noVerdicts;
  const warnings = detail?.warnings ?? [];
  return {
    outcome: failure === null ? "published" : isRejection(failure.code) ? "rejected" : "failed",
    warned: warnings.length > 0 || expectations.warned > 0,
    ...{ month, run },
    as_of: detail?.as_of ?? null,
    mode: detail?.mode ?? null,
    started_at: detail?.started_at ?? null,
    finished_at: detail?.finished_at ?? at,
    seconds: detail === null ? null : secondsOf(detail),
    tables: detail?.tables ?? [],
    expectations,
    failed_checks: failedChecks(detail),
    warnings,
    failure: failure && {
      ...{ code: failure.code, title: failure.title, hint: failure.hint, fault_count: failure.fault_count ?? 0 },
      faults: (failure.fault_groups ?? []).map(({ file, column = null, code, count }) => ({
        file,
        column,
        code,
        count,
      })),
    },
    ...around,
  };
}

function isRejection(code: string): boolean {
  return isFailureCode(code) && exitCodeOf(code) === exitCodes.rejected;
}

function failedChecks(detail: RunDetail | null): FailedCheck[] {
  return (detail?.verdicts ?? [])
    .filter(({ verdict }) => verdict !== "passed")
    .map((verdict) => ({
      table: verdict.table,
      column: verdict.column ?? null,
      type: verdict.type,
      kwargs: verdict.kwargs as FailedCheck["kwargs"],
      severity: verdict.severity,
      standing: standingOf(verdict),
      unexpected_count: verdict.unexpected_count,
    }));
}
