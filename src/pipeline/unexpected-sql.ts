import { existsSync } from "node:fs";
import type { UnexpectedValues } from "../core/listings.ts";
import type { TableSource } from "../csv/reader.ts";
import { quoteName } from "../expectations/sql.ts";
import { attemptReading } from "../postgres/attempt.ts";
import type { LoadTable } from "../postgres/catalog.ts";
import type { RunStanding } from "../postgres/run-standing.ts";
import type { Session } from "./session.ts";
import { fileScript, inTransaction, settingsFor } from "./unexpected-script.ts";

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
