import { type Dialect, encodingNamed, hasPlainRows, plainDialect } from "../../core/written/dialect.ts";
import { isMarked, quotedMark } from "../cells/judge.ts";
import { type Marks, marksOf, plainMarks } from "./marks.ts";
import { plainSigns, type Signs, signsOf } from "./signs.ts";

/** How a file is read, as its dialect has it. */
export interface Syntax {
  dialect: Dialect;
  /** One of the names that `encodingNamed` gives. */
  encoding: string;
  signs: Signs;
  marks: Marks;
  /** True where the rows' bytes are what PostgreSQL takes, so that they are passed on as they are. */
  hasPlainRows: boolean;
  /** Leaves blanks out of a cell that are no part of it; null where none are left out. */
  trim: ((cell: string) => string) | null;
}

export const plainSyntax: Syntax = {
  dialect: plainDialect,
  encoding: plainDialect.encoding,
  signs: plainSigns,
  marks: plainMarks,
  hasPlainRows: true,
  trim: null,
};

export function syntaxOf(dialect: Dialect): Syntax {
  if (dialect === plainDialect) return plainSyntax;
  const signs = signsOf(dialect);
  return {
    dialect,
    encoding: encodingNamed(dialect.encoding) ?? dialect.encoding,
    signs,
    marks: marksOf(dialect),
    hasPlainRows: hasPlainRows(dialect),
    trim: trimmerOf(dialect),
  };
}

function trimmerOf({ trim }: Dialect): Syntax["trim"] {
  if (trim === "none") return null;
  if (trim === "unquoted") return (cell) => (isMarked(cell) ? cell : cell.trim());
  return (cell) => (isMarked(cell) ? quotedMark + cell.slice(1).trim() : cell.trim());
}
