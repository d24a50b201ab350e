import type { TableShape } from "../core/columns.ts";
import type { FileFault } from "../core/faults.ts";
import { suggest } from "../core/suggest.ts";
import { foreignText } from "./files/file-kind.ts";
import type { TableSource } from "./source.ts";

const delimiters: [character: string, name: string][] = [
  [";", "semicolons (;)"],
  ["\t", "tabs"],
  ["|", "vertical bars (|)"],
];

/** Why the first line cannot be a header of this table at all; null when it can. */
function misread(cells: readonly string[], { shape, others = [] }: TableSource): FileFault | null {
  const { name: table } = shape;
  const names = namesOf(shape);
  const other = others.find((one) => isHeaderOf(cells, one));
  if (other !== undefined && !isHeaderOf(cells, shape)) {
    return { code: "other_table", reason: `the header is that of ${other.name}, not of ${table}` };
  }
  const [first = ""] = cells;
  const known = (words: readonly string[]) => words.some((word) => names.includes(word.trim()));
  for (const [character, name] of delimiters) {
    const parts = first.split(character).map((part) => part.replace(/^"|"$/g, ""));
    if (cells.length === 1 && parts.length > 1 && known(parts)) {
      return { code: "delimiter", reason: `the columns are separated by ${name}, not by commas`, value: character };
    }
  }
  if (known(cells) || cells.some((cell) => suggest(cell, names) !== null)) return null;
  const kind = foreignText(first);
  if (kind !== null) return { code: "not_csv", reason: `it is ${kind}` };
  return { code: "header_missing", reason: `no column of ${table} is named in the first line`, value: cells.join(",") };
}

const namesOf = ({ columns }: TableShape) => columns.map(({ name }) => name);

/** True when each of these is a column of the table. */
function isHeaderOf(cells: readonly string[], table: TableShape): boolean {
  return new Set(cells).isSubsetOf(new Set(namesOf(table)));
}

/** The columns of a file in its order, null for one that the table does not have; none when its first line is no header. */
export function mapHeader(cells: readonly string[], source: TableSource) {
  const { shape, optional, added } = source;
  const fault = misread(cells, source);
  if (fault !== null) return { columns: null, faults: [fault] };
  const byName = new Map(shape.columns.map((column) => [column.name, column]));
  const missing = new Set(byName.keys()).difference(new Set(cells));
  const faults: FileFault[] = [];
  const seen = new Map<string, number>();
  const columns = cells.map((name, index) => {
    const column = byName.get(name) ?? null;
    const before = seen.get(name);
    if (before !== undefined) {
      const reason = `column ${index + 1} has the name of column ${before + 1}`;
      faults.push({ code: "column_repeated", reason, column: name });
    } else if (column === null) {
      faults.push({ code: "column_unknown", reason: whyUnknown(name, index, missing, shape.name), column: name });
    }
    seen.set(name, before ?? index);
    return column;
  });
  for (const column of missing.difference(optional)) {
    const has = `${shape.name} has a column ${column}`;
    faults.push(
      added?.has(column)
        ? { code: "column_new", reason: `${has} now; the drop before carried none either`, column }
        : { code: "column_missing", reason: `${has}, the header has not`, column },
    );
  }
  return { columns, faults };
}

/** The column that an unknown one most likely stands for is then not missed as well. */
function whyUnknown(name: string, index: number, missing: Set<string>, table: string): string {
  if (name === "") return `column ${index + 1} has no name`;
  const near = suggest(name, [...missing]);
  if (near === null) return `${table} has no such column`;
  missing.delete(near);
  return `${table} has no such column; did you mean ${near}?`;
}
