import type { Cell } from "../core/training.ts";

/** A file format at work: takes rows in the order of the columns it was made for. */
export interface RowWriter {
  /** Resolves when there is room for more. */
  write(rows: readonly Cell[][]): Promise<void>;
  /** Writes what is still held back, and the file's end. */
  finish(): Promise<void>;
}
