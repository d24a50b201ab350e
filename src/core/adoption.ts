/** Rows that no run of the ledger took, and what became of them: the answer to `adopt`. */
export interface Adoption {
  /** Rows that are live, by table. */
  live: { table: string; rows: number }[];
  /** What the live tables are taken to hold: up to this date; null when nothing says. */
  live_as_of: string | null;
  dates: UnsealedSnapshots[];
  /** True when their snapshots were sealed as they are; false when that was only looked at. */
  adopted: boolean;
}

/** What stands under one date without a seal. */
export interface UnsealedSnapshots {
  as_of: string;
  /** The month that it belongs to, such as `month_001`; before the first one the calendar's, such as `2023-12`. */
  month: string;
  snapshots: { table: string; rows: number }[];
  /** How the rows compare with the month's drop; null when it was not looked at. */
  drop: DropAgreement | null;
  /** The run that adopted it. */
  run: number | null;
}

export type DropAgreement =
  | { state: "absent" }
  | { state: "faulty"; reason: string }
  | { state: "compared"; tables: TableAgreement[] };

/** Rows of a snapshot held against those of the drop, by key. */
export interface TableAgreement {
  table: string;
  /** Rows that are the same in every cell. */
  equal: number;
  /** Rows that differ by no more than what a float rounds. */
  rounded: number;
  different: number;
  /** Rows that only the snapshot has, and only the drop. */
  only_here: number;
  only_in_drop: number;
  /** Columns that differ in some row. */
  columns: { column: string; rounded: number; different: number }[];
}
