import { resolve } from "node:path";
import { escapeControl } from "../core/text.ts";
import { openTable, type TableSource } from "../csv/reader.ts";
import { quoteName } from "../expectations/sql.ts";
import type { LoadTable } from "../postgres/catalog.ts";

/**
 * What psql runs to find the rows of a query in a drop's file, wherever they are now: a temporary table like the live one
 * is filled with the file as a run fills its stage, hides the live one from the query, and is gone at the end. Null when
 * psql cannot read the file.
 */
export async function fileScript(table: LoadTable, source: TableSource, query: string): Promise<string | null> {
  const columns = (await openTable(source)).header?.columns;
  const from = origin(resolve(source.path));
  if (columns === undefined || from === null) return null;
  const name = quoteName(table.live.name);
  const live = `${quoteName(table.live.schema)}.${name}`;
  return inTransaction([
    ...settingsFor(table),
    `create temporary table ${name} (like ${live}) on commit drop;`,
    // psql takes a command of its own to the end of the line.
    `\\copy ${name} (${columns.map(quoteName).join(", ")}) from ${from} with (format csv, header, encoding 'UTF8')`,
    query,
  ]);
}

/** Statements that leave nothing behind in the session that they are pasted into. */
export function inTransaction(statements: readonly string[]): string {
  return ["begin;", ...statements, "rollback;"].join("\n");
}

/** What a run's own session has set, and the values of this table depend on. */
export function settingsFor({ live }: LoadTable): string[] {
  const hasZone = live.columns.some(({ type }) => type === "timestamptz" || type === "timetz");
  return hasZone ? ["set local timezone to 'UTC';"] : [];
}

/** Programs that write an archive's contents. */
const unpacking: Record<string, string> = { ".gz": "gzip", ".zst": "zstd" };

/** Where \copy gets the rows from; null for a path that does not fit on its line, and where no program unpacks the file. */
function origin(path: string): string | null {
  if (escapeControl(path) !== path) return null;
  const ending = Object.keys(unpacking).find((one) => path.endsWith(one));
  if (ending === undefined) return quoted(path);
  const program = unpacking[ending] ?? "";
  if (Bun.which(program) === null) return null;
  return `program ${quoted(`${program} -dc '${path.replaceAll("'", "'\\''")}'`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
