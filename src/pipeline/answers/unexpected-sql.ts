import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { UnexpectedValues } from "../../core/messages/listings.ts";
import { escapeControl } from "../../core/text.ts";
import { openTable } from "../../csv/reader.ts";
import type { TableSource } from "../../csv/source.ts";
import { quoteName } from "../../expectations/plan/sql.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import { attemptReading } from "../../postgres/connection/attempt.ts";
import type { RunStanding } from "../../postgres/ledger/standing.ts";
import type { Session } from "../session/session.ts";

/** What is known of an expectation whose unexpected rows are to be found again. */
export interface ToFind {
  table: LoadTable;
  /** The query over the table's own name, as its result holds it. */
  query: string;
  /** How many rows it found then. */
  total: number;
  standing: RunStanding;
  /** The file of the rows; null when it is no longer what was read. */
  source: TableSource | null;
  /** True when its failure rejected the drop, so that the reject file has its values. */
  rejected: boolean;
}

type Statement = Pick<UnexpectedValues, "sql" | "sql_note">;

/**
 * A statement that finds the unexpected rows of a run where they are now, run as it stands, and words for where it looks.
 * They are live only while those of the run are the live rows, all of them; else in the drop's file; else nowhere.
 */
export async function statementFor(session: Session, wanted: ToFind): Promise<Statement> {
  const live = await liveStatement(session, wanted);
  if (live !== null)
    return { sql: live, sql_note: "reads the live table: true as long as its rows are those of this run" };
  const script = wanted.source === null ? null : await fileScript(wanted.table, wanted.source, wanted.query);
  if (script !== null) return { sql: script, sql_note: "a psql script that reads the drop's file" };
  return { sql: null, sql_note: whyNone(wanted) };
}

/** The query over the live table, if that finds as many rows as the run did; whatever else the table holds would count. */
async function liveStatement({ sql, dataset }: Session, wanted: ToFind): Promise<string | null> {
  const { query, total, standing, table } = wanted;
  const isLive = standing.status === "published" && standing.mode !== "backfill";
  if (!isLive || standing.superseded || standing.absent !== 0) return null;
  // Where bare names mean the tables of this schema anyway, the query stands alone.
  const path = dataset.schema === "public" ? [] : [`set local search_path to ${quoteName(dataset.schema)}, public;`];
  const found = await sql.begin((tx) =>
    attemptReading(tx, async (inner) => {
      for (const setting of path) await inner.unsafe(setting);
      const [row] = await inner<{ found: number }[]>`
        select count(*) as found from (${inner.unsafe(query.replace(/;\s*$/, ""))}) as query`;
      return row?.found;
    }),
  );
  if ("exception" in found || found.value !== total) return null;
  const settings = [...settingsFor(table), ...path];
  return settings.length === 0 ? query : inTransaction([...settings, query]);
}

function whyNone({ standing, source, rejected }: ToFind): string {
  const published = standing.status === "published";
  const where = published ? "the live table holds other rows by now" : "these rows are not in the database";
  const file = source === null ? "the drop's file is not what was read" : "psql cannot read the drop's file";
  const { reject_file } = standing;
  if (!rejected || reject_file === null || !existsSync(reject_file)) return `${where}, and ${file}`;
  return `${where}: all are in ${reject_file}`;
}

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
