/** A second opinion on CSV, sharing no code with the reader: a writer, and a reader of sound files. */

/** Cells as PostgreSQL would have them: null for an empty cell without quotes. */
export type Cells = (string | null)[][];

/** One cell as text; quoted when it must be, or when `alwaysQuote` says so. */
export function writeCell(cell: string | null, alwaysQuote = false): string {
  if (cell === null) return "";
  const must = cell === "" || /[",\r\n]/.test(cell) || /^(nan|NaN|None|NaT|<NA>|\\\.)$/.test(cell);
  return must || alwaysQuote ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Rows as CSV text, each line ended. */
export function writeRows(rows: Cells, lineEnd: string, alwaysQuote = false): string {
  return rows.map((row) => row.map((cell) => writeCell(cell, alwaysQuote)).join(",") + lineEnd).join("");
}

const token = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
const separator = /,|\r\n|\n|$/y;

/** The cells of sound CSV text; throws on anything else. */
export function readRows(text: string): Cells {
  const rows: Cells = [];
  let row: (string | null)[] = [];
  let at = 0;
  while (at < text.length || row.length > 0) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) throw new Error(`no cell at ${at}`);
    const [raw, quoted, plain] = found;
    row.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    separator.lastIndex = at + raw.length;
    const end = separator.exec(text);
    if (end === null) throw new Error(`no end of cell at ${at + raw.length}`);
    at = separator.lastIndex;
    if (end[0] === ",") continue;
    rows.push(row);
    row = [];
    if (at >= text.length) break;
  }
  return rows;
}
