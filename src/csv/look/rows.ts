import { parse } from "csv-parse/sync";
import { openTable } from "../reader.ts";
import type { TableSource } from "../source.ts";
import { FaultTally } from "../tally.ts";

/** A row's values as PostgreSQL would take them, empty for NULL, and the line of what was read that it is on. */
type OnRow = (cells: readonly string[], line: number) => void;

interface Row {
  record: string[];
  info: { lines: number };
}

/**
 * Read a file as a run would, strictly, and look at its rows while nothing is wrong. Returns what is wrong, and how lines
 * of rows are told as those of the file.
 */
export async function lookAtRows(source: TableSource, onRow: OnRow) {
  const tally = new FaultTally(source.path);
  let before = 0;
  const read = await (await openTable(source)).read(tally, {
    async write(chunk) {
      const rows = parse(Buffer.from(chunk), { info: true, relax_column_count: true }) as unknown as Row[];
      for (const { record, info } of rows) onRow(record, before + info.lines);
      before += rows.at(-1)?.info.lines ?? 0;
    },
  });
  return { tally, rows: read.rows, lineOf: read.lineOf };
}
