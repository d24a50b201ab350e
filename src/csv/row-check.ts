import type { Column } from "../core/columns.ts";
import type { DateRange, Wrong } from "./cells/cell-type.ts";
import { type CellJudge, cellJudge } from "./cells/judge.ts";

/** What a file's cells are held against. */
export interface RowColumns {
  /** In the file's order; null for a column that the table does not have. */
  columns: readonly (Column | null)[];
  key: readonly string[];
  dates: DateRange;
}

export interface RowCheck {
  /** True for a row that is sound for certain, false for one to be judged cell by cell. */
  allows(cells: string[]): boolean;
  /** For each column what is wrong with one of its cells, null when nothing is. */
  judges: ((cell: string) => Wrong | null)[];
}

export function rowCheck({ columns, key, dates }: RowColumns): RowCheck {
  const judges = columns.map((column) => {
    if (column === null) return null;
    return cellJudge(column, { isKey: key.includes(column.name), isOnly: columns.length === 1 }, dates);
  });
  return { allows: allowing(judges), judges: judges.map((judge) => judge?.judge ?? (() => null)) };
}

/** By hand, as it runs for every row: a compiled schema takes longer to make than a small file to read, and is no faster. */
function allowing(judges: readonly (CellJudge | null)[]): RowCheck["allows"] {
  const quick = judges.map((judge) => judge?.quick ?? null);
  return (cells) => {
    if (cells.length !== quick.length) return false;
    for (let index = 0; index < quick.length; index++) {
      const column = quick[index];
      const cell = cells[index] ?? "";
      if (!column || (column.mayBeEmpty && cell === "")) continue;
      if (!column.pattern.test(cell) || column.within?.(cell) === false) return false;
    }
    return true;
  };
}
