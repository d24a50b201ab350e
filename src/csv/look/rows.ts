import { parse } from "csv-parse/sync";
import type { Fault } from "../../core/faults.ts";
import { splitPlain } from "../parse.ts";
import { openParts, readPart } from "../parts/open.ts";
import type { TableSource } from "../source.ts";
import { FaultTally } from "../tally.ts";

/**
 * A row's values as PostgreSQL would take them, empty for NULL, in the order of the table's columns, and the line that it is on
 * of what was read of its file.
 */
type OnRow = (cells: readonly string[], line: number) => void;

interface Row {
  record: string[];
  info: { lines: number };
}

/** Splitting at signs costs a fraction of what the parser does; a quote needs that. */
function rowsOf(chunk: Buffer): Row[] {
  if (chunk.includes('"')) return parsedRows(chunk);
  const records = splitPlain(chunk.toString("utf8"), chunk.includes("\r\n") ? "\r\n" : "\n");
  return records.map((record, at) => ({ record, info: { lines: at + 1 } }));
}

function parsedRows(chunk: Buffer): Row[] {
  const rows: Row[] = [];
  const take = (record: string[], { lines }: Row["info"]) => {
    rows.push({ record, info: { lines } });
    return null;
  };
  parse(chunk, { relax_column_count: true, on_record: take });
  return rows;
}

/** What was read of a table's files: what is wrong with them, their rows, and how lines are told as those of the first. */
interface Looked {
  count: number;
  listed: Fault[];
  rows: number;
  lineOf(line: number): number;
}

/** Read a table's files as a run would, strictly, and look at their rows while nothing is wrong. */
export async function lookAtRows(source: TableSource, onRow: OnRow): Promise<Looked> {
  const { parts } = await openParts(source);
  const names = source.shape.columns.map(({ name }) => name);
  const looked: Looked = { count: 0, listed: [], rows: 0, lineOf: (line) => line };
  for (const [nth, part] of parts.entries()) {
    const tally = new FaultTally(part.name);
    const own = part.reader.header?.columns ?? names;
    const isAlike = own.every((name, at) => name === names[at]);
    const order = names.map((name) => own.indexOf(name));
    let before = 0;
    const read = await readPart(part, tally, {
      async write(chunk) {
        const rows = rowsOf(Buffer.from(chunk));
        for (const { record, info } of rows) {
          onRow(isAlike ? record : order.map((at) => record[at] ?? ""), before + info.lines);
        }
        before += rows.at(-1)?.info.lines ?? 0;
      },
    });
    looked.count += tally.count;
    looked.listed.push(...tally.listed);
    looked.rows += read.rows;
    if (nth === 0) looked.lineOf = read.lineOf;
  }
  return looked;
}
