import type { Column, TableShape } from "../core/columns.ts";
import type { FaultCode } from "../core/faults.ts";
import { suggest } from "../core/suggest.ts";

export interface HeaderFault {
  code: FaultCode;
  reason: string;
  column?: string;
  value?: string;
}

/** The columns of a file in its order, null for those that the table does not have, and what is wrong with them. */
export interface Mapping {
  columns: (Column | null)[];
  faults: HeaderFault[];
}

const delimiters: [character: string, name: string][] = [
  [";", "semicolons (;)"],
  ["\t", "tabs"],
  ["|", "vertical bars (|)"],
];

/** Why the first line cannot be a header of this table at all; null when it can. */
export function misreadHeader(cells: readonly string[], shape: TableShape): HeaderFault | null {
  const names = new Set(shape.columns.map((column) => column.name));
  const [first = ""] = cells;
  const known = (words: readonly string[]) => words.some((word) => names.has(word.trim()));
  for (const [character, name] of delimiters) {
    const parts = first.split(character).map((part) => part.replace(/^"|"$/g, ""));
    if (cells.length === 1 && parts.length > 1 && known(parts)) {
      return { code: "delimiter", reason: `the columns are separated by ${name}, not by commas`, value: character };
    }
  }
  const looksLikeNames = cells.some((cell) => suggest(cell, [...names]) !== null);
  if (known(cells) || looksLikeNames) return null;
  return {
    code: "header_missing",
    reason: `no column of ${shape.name} is named in the first line`,
    value: cells.join(","),
  };
}

/** What a header is held against: `optional` columns may be missing, `added` ones the table had not got a drop ago. */
export interface Expected {
  shape: TableShape;
  optional: ReadonlySet<string>;
  added?: ReadonlySet<string>;
}

/** Maps a header to the columns of the table by name. */
export function mapHeader(cells: readonly string[], { shape, optional, added }: Expected): Mapping {
  const byName = new Map(shape.columns.map((column) => [column.name, column]));
  const missing = new Set(shape.columns.map((column) => column.name).filter((name) => !cells.includes(name)));
  const faults: HeaderFault[] = [];
  const seen = new Map<string, number>();
  const columns = cells.map((name, index) => {
    const column = byName.get(name) ?? null;
    const before = seen.get(name);
    if (before !== undefined) {
      const reason = `column ${index + 1} has the name of column ${before + 1}`;
      faults.push({ code: "column_repeated", reason, column: name });
    } else if (column === null) faults.push(unknown(name, index, missing, shape));
    seen.set(name, before ?? index);
    return column;
  });
  for (const name of missing) {
    if (optional.has(name)) continue;
    const isNew = added?.has(name) ?? false;
    faults.push({
      code: isNew ? "column_new" : "column_missing",
      reason: isNew
        ? `${shape.name} has a column ${name} now; the drop before carried none either`
        : `${shape.name} has a column ${name}, the header has not`,
      column: name,
    });
  }
  return { columns, faults };
}

/** A column that the table does not have. One that it most likely stands for is then not missed as well. */
function unknown(name: string, index: number, missing: Set<string>, shape: TableShape): HeaderFault {
  if (name === "") return { code: "column_unknown", reason: `column ${index + 1} has no name`, column: name };
  const near = suggest(name, [...missing]);
  if (near !== null) missing.delete(near);
  const hint = near === null ? "" : `; did you mean ${near}?`;
  return { code: "column_unknown", reason: `${shape.name} has no such column${hint}`, column: name };
}
