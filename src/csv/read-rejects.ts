import { parse } from "csv-parse/sync";

/** One line of a reject file: where the value stands, the value, and the key of its row by the names of its columns. */
export interface RejectedValue {
  file: string;
  line: number | null;
  value: string | null;
  key: Record<string, string>;
}

/** The values that a reject file has for one reason and column, in its order. Throws where it cannot be read. */
export async function readRejects(
  path: string,
  { reason, column, key: names }: { reason: string; column: string | null; key: readonly string[] },
): Promise<RejectedValue[]> {
  const records: string[][] = parse(Buffer.from(await Bun.file(path).arrayBuffer()), { from_line: 2 });
  return records
    .filter((cells) => cells[4] === reason && (column === null || cells[2] === column))
    .map(([file = "", line = "", , value = "", , key = ""]) => ({
      file,
      line: line === "" ? null : Number(line),
      value: value === "" ? null : unguarded(value),
      key: keyOf(unguarded(key), names),
    }));
}

/** Nothing where the file has none, as those of older consoles. */
function keyOf(text: string, names: readonly string[]): Record<string, string> {
  if (text === "") return {};
  const values: string[] = names.length === 1 ? [text] : JSON.parse(text);
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
}

/** Without the apostrophe that keeps a spreadsheet from running it. */
function unguarded(value: string): string {
  return /^'[=+\-@\t\r\n|%]/.test(value) ? value.slice(1) : value;
}
