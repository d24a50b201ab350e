import type { Column, TableShape } from "../core/columns.ts";
import type { FileFault } from "../core/faults.ts";
import { suggest } from "../core/suggest.ts";
import { type Dialect, plainDialect } from "../core/written/dialect.ts";
import { acceptedBy } from "../core/written/settings.ts";
import { foreignText } from "./files/file-kind.ts";
import type { TableSource } from "./source.ts";

const delimiters: Record<string, string> = {
  ",": "commas",
  ";": "semicolons (;)",
  "\t": "tabs",
  "|": "vertical bars (|)",
};

/** Why the first line cannot be a header of this table at all; null when it can. */
function misread(
  cells: readonly string[],
  { shape, others = [] }: TableSource,
  reading: HeaderReading,
): FileFault | null {
  const { name: table } = shape;
  const names = namesOf(shape);
  const other = others.find((one) => isHeaderOf(cells, one));
  const meant = cells.map((cell) => reading.nameOf(cell) ?? cell);
  if (other !== undefined && !isHeaderOf(meant, shape)) {
    return { code: "other_table", reason: `the header is that of ${other.name}, not of ${table}` };
  }
  const [first = ""] = cells;
  const known = (words: readonly string[]) => words.some((word) => names.includes(reading.nameOf(word.trim()) ?? ""));
  const { delimiter } = reading.dialect;
  for (const [character, name] of Object.entries(delimiters)) {
    const parts = first.split(character).map((part) => part.replace(/^"|"$/g, ""));
    if (cells.length === 1 && parts.length > 1 && character !== delimiter && known(parts)) {
      const accepted = acceptedBy({ delimiter: character });
      const reason = `the columns are separated by ${name}, not by ${delimiters[delimiter]}; ${accepted}`;
      return { code: "delimiter", reason, value: character };
    }
  }
  if (known(cells) || cells.some((cell) => suggest(cell, names) !== null)) return null;
  const kind = foreignText(first);
  if (kind !== null) return { code: "not_csv", reason: `it is ${kind}` };
  const value = cells.join(delimiter);
  return { code: "header_missing", reason: `no column of ${table} is named in the first line`, value };
}

const namesOf = ({ columns }: TableShape) => columns.map(({ name }) => name);

/** True when each of these is a column of the table. */
function isHeaderOf(cells: readonly string[], table: TableShape): boolean {
  return new Set(cells).isSubsetOf(new Set(namesOf(table)));
}

/** What names in a header stand for. */
class HeaderReading {
  readonly #isCaseIgnored: boolean;

  constructor(
    readonly dialect: Dialect,
    readonly names: readonly string[],
  ) {
    this.#isCaseIgnored = dialect.header_case === "ignored";
  }

  isIgnored(cell: string): boolean {
    return this.#find(cell, this.dialect.ignore) !== undefined;
  }

  /** The column's name; null where it is none, or may be two. */
  nameOf(cell: string): string | null {
    const { header } = this.dialect;
    const alias = this.#find(cell, Object.keys(header));
    return (alias === undefined ? this.#find(cell, this.names) : header[alias]) ?? null;
  }

  /** The one that is written in the same way, or else the only one that is but for its case. */
  #find(cell: string, among: readonly string[]): string | undefined {
    if (among.includes(cell)) return cell;
    if (!this.#isCaseIgnored) return undefined;
    const alike = among.filter((name) => name.toLowerCase() === cell.toLowerCase());
    return alike.length === 1 ? alike[0] : undefined;
  }
}

/**
 * The columns of a file in its order, null for one that the table does not have or that is passed over; none when its
 * first line is no header.
 */
export function mapHeader(cells: readonly string[], source: TableSource) {
  const { shape, optional, computed, added, written = plainDialect } = source;
  const reading = new HeaderReading(written, namesOf(shape));
  const fault = misread(cells, source, reading);
  if (fault !== null) return { columns: null, faults: [fault] };
  const byName = new Map(shape.columns.map((column) => [column.name, column]));
  const meant = cells.map((cell) => (reading.isIgnored(cell) ? null : (reading.nameOf(cell) ?? cell)));
  const missing = new Set(byName.keys()).difference(new Set(meant));
  const faults: FileFault[] = [];
  const seen = new Map<string, number>();
  const columns = meant.map((name, index): Column | null => {
    if (name === null) return null;
    const column = byName.get(name) ?? null;
    const before = seen.get(name);
    if (before !== undefined) {
      const isSame = cells[index] === cells[before];
      const reason = isSame
        ? `column ${index + 1} has the name of column ${before + 1}`
        : `column ${index + 1} stands for ${name}, as does column ${before + 1}`;
      faults.push({ code: "column_repeated", reason, column: cells[index] ?? name });
    } else if (column === null) {
      const isNamed = (cells[index] ?? name) !== name;
      const reason = isNamed
        ? `the manifest has it stand for ${name}, which ${shape.name} has not`
        : whyUnknown(name, index, missing, source);
      faults.push({ code: "column_unknown", reason, column: cells[index] ?? name });
    }
    if (column !== null && computed?.has(name)) {
      const reason = `${shape.name} fills it by itself; ${acceptedBy({ ignore: [cells[index] ?? name] })}`;
      faults.push({ code: "column_computed", reason, column: name });
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
function whyUnknown(
  name: string,
  index: number,
  missing: Set<string>,
  { shape, written = plainDialect }: TableSource,
): string {
  if (name === "") return `column ${index + 1} has no name`;
  const none = `${shape.name} has no such column`;
  for (const { setting, differs } of [
    { setting: { trim: "all" } as const, differs: "without the blanks around it" },
    { setting: { header_case: "ignored" } as const, differs: "in another case" },
  ]) {
    const cell = "trim" in setting ? name.trim() : name;
    const meant = new HeaderReading({ ...written, ...setting }, namesOf(shape)).nameOf(cell);
    if (meant === null || !missing.delete(meant)) continue;
    return `${none}; ${differs} it is ${meant}, and ${acceptedBy(setting)}`;
  }
  const near = suggest(name, [...missing]);
  if (near === null) return none;
  missing.delete(near);
  return `${none}; did you mean ${near}? Else ${acceptedBy({ header: { [name]: near } })}`;
}
