/** How a table's suite fits it, as far as that shows without a look at a single row. */
export interface SuiteFit {
  table: string;
  /** The suite's file; null where the manifest names none. */
  path: string | null;
  /** How many it has; 0 where it cannot be read. */
  expectations: number;
  /** Columns that expectations name and the table has not. */
  missing: MissingColumn[];
  /** Expectations that cannot be evaluated: no run begins with one. */
  unsound: UnsoundExpectation[];
  /** Why the suite cannot be read. */
  trouble: string | null;
}

export interface MissingColumn {
  column: string;
  /** Which expectations name it: the first is 1. */
  expectations: number[];
}

interface UnsoundExpectation {
  /** The first is 1. */
  expectation: number;
  type: string;
  reason: string;
  /** The missing column that is to blame. */
  column: string | null;
}

/** `refused` is what no run begins with; `lacking` what names columns that there are not, and is evaluated all the same. */
export type FitState = "fits" | "lacking" | "refused" | "none";

export function fitState({ path, missing, unsound, trouble }: SuiteFit): FitState {
  if (path === null) return "none";
  if (unsound.length > 0 || trouble !== null) return "refused";
  return missing.length > 0 ? "lacking" : "fits";
}

/** An expectation that a table gave reason to. */
export interface ProposedExpectation {
  type: string;
  kwargs: Record<string, unknown>;
  /** What is declared of the table is critical; what it only happens to hold is a warning until somebody decides. */
  severity: "critical" | "warning";
  because: string;
}

/** Why nothing, or nothing more, is proposed of a column; null for the table as a whole. */
export interface LeftOut {
  column: string | null;
  why: string;
}

/** A suite that was written from a table as it is. */
export interface SuiteWritten {
  table: string;
  path: string;
  rows: number;
  expectations: ProposedExpectation[];
  left_out: LeftOut[];
  /** The command that holds it against the table. */
  next: string;
  /** What the manifest is to say for runs to use it, such as `db/dataset.json says "suite": "…"`; null where it names this file, or the table is none of its own. */
  manifest: string | null;
}
