import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeDrop } from "../../data/generate/drop.ts";
import { monthIndex } from "../../src/core/month.ts";

/** Cells that a page must not take for anything but text. */
export const naughty = [
  ...["<script>document.title='hit'</script>", "=cmd()", "</td></tr></table>", "javascript:alert(1)"],
  ...["\u202etxt.exe", "&lt;b&gt;", "'\"><img src=x onerror=alert(1)>", `${"w".repeat(200)}`],
];

export const rejected = "month_004";
export const drifted = "month_008";
export const monthCount = 12;

/** Change the cells of a column of one file, row by row. */
function changeColumn(path: string, column: number, change: (cell: string, row: number) => string): void {
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const changed = lines.map((line, row) => {
    const cells = line.split(",");
    return cells.with(column, change(cells[column] ?? "", row)).join(",");
  });
  writeFileSync(path, `${[header, ...changed].join("\n")}\n`);
}

/** Twelve months as the generator makes them, of which one is rejected and one drifted. */
export function writeMonths(folder: string, users: number): void {
  for (let month = 0; month < monthCount; month++) writeDrop({ seed: 1, users }, month, folder);
  const usage = (month: string) => join(folder, month, "usage_agg_30d.csv");
  changeColumn(usage(rejected), 1, (cell, row) => `"${(naughty[row] ?? cell).replaceAll('"', '""')}"`);
  changeColumn(usage(drifted), 1, (cell) => (cell === "" ? "" : String(2 * Number(cell) + 10)));
}

/** The rejected month as it should have been. */
export function mendMonth(folder: string, users: number): void {
  writeDrop({ seed: 1, users }, monthIndex(rejected) ?? 0, folder);
}
