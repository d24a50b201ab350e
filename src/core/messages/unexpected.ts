/** Values that an expectation did not expect, as the ledger kept them when it was evaluated. */
export interface UnexpectedValues {
  /** How many there were in all; `rows` holds the first of them. */
  total: number;
  /** Finds all of them where they are now, run as it stands in psql; null where nothing does. */
  sql: string | null;
  /** What `sql` reads, or why there is none; empty when the expectation is about no single rows. */
  sql_note: string;
  rows: UnexpectedRow[];
}

/** A stretch of them; `all` is false where only those are known that the ledger kept. `total` are those that a filter leaves. */
export interface UnexpectedPage {
  total: number;
  all: boolean;
  from: number;
  rows: UnexpectedRow[];
}

export interface UnexpectedRow {
  /** The row's key columns and their values. */
  key: Record<string, string>;
  /** The value as text; null for NULL. */
  value: string | null;
  file: string | null;
  /** 1-based line of the file where the record starts. */
  line: number | null;
}
