import type { Cell, CellType, TrainingColumn } from "../core/messages/training.ts";
import type { OutputFile, RowWriter } from "./output-file.ts";

/**
 * Text that some reader takes for a missing value when it stands without quotes: what pandas and R do by themselves (its
 * `na_values`), the empty text, and MySQL's and ClickHouse's `\N`. Quoted, it is text to whoever looks at quotes.
 */
const missingWords = new Set([
  ...["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"],
  ...["NULL", "NaN", "NaT", "None", "n/a", "nan", "null", "\\N"],
]);

/** CSV as RFC 4180 has it, but for line feeds alone: header first, UTF-8, quotes where a value needs them. */
export async function csvWriter(file: OutputFile, columns: readonly TrainingColumn[]): Promise<RowWriter> {
  const write = (text: string) => file.write(Buffer.from(text));
  const lineOf = (cells: Cell[]) => `${cells.map((cell, index) => cellText(cell, columns[index]?.type)).join(",")}\n`;
  await write(`${columns.map(({ name }) => quoted(name)).join(",")}\n`);
  return { write: (rows) => write(rows.map(lineOf).join("")), finish: async () => {} };
}

/** What is not text may well be NaN, and is then read as what it is. */
function cellText(cell: Cell, type: CellType | undefined): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return type === "text" ? quoted(String(cell)) : String(cell);
}

function quoted(text: string): string {
  return missingWords.has(text) || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
