/** A table of the dataset, and where its rows are to lie, or lie already. */
export interface PlacedTable {
  table: string;
  kind: "live" | "snapshot";
  /** The column whose value says on which node a row lies. */
  column: string;
  /** The table whose rows of the same value lie on the same node; null for the first of them. */
  colocated_with: string | null;
  /** Rows that are to move, or that moved now; null for a table that was distributed before. */
  rows: number | null;
}

/** What `doctor --distribute` would do, or did. */
export interface Distribution {
  tables: PlacedTable[];
  /** Tables of the ledger, which stay where they are. */
  local: string[];
  /** Parts of each table that is still to be distributed, and the nodes that take them. */
  shards: number;
  nodes: number;
  /** True when it was done, and not only looked at; also where nothing was left to do. */
  done: boolean;
}
