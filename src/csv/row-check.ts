import { scope, type } from "../core/arktype.ts";
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

/** Compiling takes milliseconds and arktype keeps what it compiled for good, so it is done once for each shape. */
const checks = new Map<string, RowCheck>();

export function rowCheck(row: RowColumns): RowCheck {
  const id = JSON.stringify([row.columns, row.key, row.dates]);
  const check = checks.get(id) ?? makeCheck(row);
  checks.set(id, check);
  return check;
}

function makeCheck({ columns, key, dates }: RowColumns): RowCheck {
  const judges = columns.map((column) => {
    if (column === null) return null;
    return cellJudge(column, { isKey: key.includes(column.name), isOnly: columns.length === 1 }, dates);
  });
  const row = compiledScope().type.raw(judges.map(cellSchema));
  return {
    allows: (cells) => row.allows(cells),
    judges: judges.map((judge) => judge?.judge ?? (() => null)),
  };
}

function cellSchema(judge: CellJudge | null) {
  if (judge === null) return type("string");
  const { pattern, within, mayBeEmpty } = judge.quick;
  const sound = within === null ? type(pattern) : type(pattern).narrow((value) => within(value));
  return mayBeEmpty ? type("''").or(sound) : sound;
}

let compiling: ReturnType<typeof makeScope> | undefined;

// The one place where compiling pays: what it makes runs for every row.
const makeScope = () => scope({}, { jitless: false });

function compiledScope() {
  compiling ??= makeScope();
  return compiling;
}
