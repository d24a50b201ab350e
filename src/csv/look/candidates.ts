import type { Column } from "../../core/columns.ts";
import { type Dialect, dialectOf } from "../../core/written/dialect.ts";
import type { Written } from "../../core/written/settings.ts";
import { waysToWrite } from "../cells/accepting.ts";
import type { CellType } from "../cells/cell-type.ts";
import { writtenTypeOf } from "../cells/written-types.ts";

/** A type that a column may have, and how its values are written then. */
export interface Candidate {
  type: string;
  written: Written;
  cell: CellType;
}

/** Any day that PostgreSQL and people mean alike. */
export const widestDates = { from: "0001-01-01", to: "9999-12-31" };

/** The simplest first. Of integers the widest: how wide one has to be is told by its values. */
const types = ["bool", "int8", "numeric", "date", "timestamp", "timestamptz"] as const;

/** Two digits are as likely numbers, of which others may come. */
const ofDigits = /^[\d.]+$/;

export function columnOf(name: string, type: string): Column {
  return { name, type, precision: null, scale: null, length: null, nullable: true };
}

export function candidatesFor(base: Dialect): Candidate[] {
  return types.flatMap((type) => {
    const ways = (waysToWrite[type] ?? []).filter(({ true: [yes = ""] = [] }) => !ofDigits.test(yes));
    return [{}, ...ways].map((written) => ({
      type,
      written,
      cell: writtenTypeOf(columnOf("", type), widestDates, dialectOf(base, written)),
    }));
  });
}

/** What a value would be; null where the candidate does not take it. */
export function readingOf({ type, cell }: Candidate, value: string): string | null {
  // A number does not begin with a zero that means something, as a code does.
  if ((type === "int8" || type === "numeric") && /^-?0\d/.test(value)) return null;
  if (!cell.pattern.test(value) || cell.within?.(value) === false) return null;
  return cell.plain?.(value) ?? value;
}
