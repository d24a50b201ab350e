import type { Cell, TrainingColumn } from "../core/training.ts";
import type { OutputFile } from "./output-file.ts";
import type { RowWriter } from "./row-writer.ts";

/** CSV as RFC 4180 has it, but for line feeds alone: header first, UTF-8, quotes where a value needs them. */
export async function csvWriter(file: OutputFile, columns: readonly TrainingColumn[]): Promise<RowWriter> {
  const encoder = new TextEncoder();
  const write = (text: string) => file.write(encoder.encode(text));
  await write(lineOf(columns.map(({ name }) => name)));
  return {
    write: (rows) => write(rows.map(lineOf).join("")),
    finish: async () => {},
  };
}

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(",")}\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  if (typeof cell === "number") return String(cell);
  return cell === "" || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
