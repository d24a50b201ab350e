import { parse } from "csv-parse/sync";

/** One line of a reject file: where the value stands, and the value. */
export interface RejectedValue {
  file: string;
  line: number | null;
  value: string | null;
}

/** The values that a reject file has for one reason and column, in its order. Throws where it cannot be read. */
export async function readRejects(path: string, reason: string, column: string | null): Promise<RejectedValue[]> {
  const records: string[][] = parse(Buffer.from(await Bun.file(path).arrayBuffer()), { from_line: 2 });
  return records
    .filter((cells) => cells[4] === reason && (column === null || cells[2] === column))
    .map(([file = "", line = "", , value = ""]) => ({
      file,
      line: line === "" ? null : Number(line),
      value: value === "" ? null : unguarded(value),
    }));
}

/** Without the apostrophe that keeps a spreadsheet from running it. */
function unguarded(value: string): string {
  return /^'[=+\-@\t\r\n|%]/.test(value) ? value.slice(1) : value;
}
