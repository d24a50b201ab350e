import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConsoleError } from "../../../core/errors.ts";
import type { UnexpectedRow, UnexpectedValues } from "../../../core/messages/unexpected.ts";
import { isRejecting } from "../../../core/messages/verdicts.ts";
import { isInBucket } from "../../../core/settings.ts";
import { escapeControl } from "../../../core/text.ts";
import { hasPlainText, plainDialect } from "../../../core/written/dialect.ts";
import { unmoved } from "../../../csv/drop/changes.ts";
import { pathIn } from "../../../csv/drop/names.ts";
import { findPlaces } from "../../../csv/parts/locate.ts";
import { isReadAsItIs, partsOf } from "../../../csv/parts/parts.ts";
import { partAndLine } from "../../../csv/parts/place.ts";
import { openTable } from "../../../csv/reader.ts";
import type { TableSource } from "../../../csv/source.ts";
import { quoteName } from "../../../expectations/plan/sql.ts";
import type { ExpectationValidationResult } from "../../../expectations/results/result.ts";
import type { LoadTable } from "../../../postgres/catalog/dataset-tables.ts";
import { attemptReading } from "../../../postgres/connection/attempt.ts";
import { type EvaluatedExpectation, evaluatedExpectation } from "../../../postgres/ledger/queries.ts";
import { type RunStanding, runStanding } from "../../../postgres/ledger/standing.ts";
import { keyForm } from "../../drop/key-form.ts";
import { sourceOf } from "../../drop/months.ts";
import type { Session } from "../../session/session.ts";

export type Evaluated = EvaluatedExpectation<ExpectationValidationResult> & { result: ExpectationValidationResult };
type Statement = Pick<UnexpectedValues, "sql" | "sql_note">;

/**
 * The unexpected values behind one verdict, with the lines of the file they came from while it is still the same, and a
 * statement that finds all of them.
 */
export async function browseSamples(session: Session, run: number, position: number): Promise<UnexpectedValues> {
  const evaluated = await evaluatedOf(session, run, position);
  if (evaluated === null) return { total: 0, sql: null, sql_note: "its result was not kept", rows: [] };
  return samplesOf(session, run, evaluated);
}

/** What the ledger has of one verdict; null where its result was not kept. Throws where there is none. */
export async function evaluatedOf({ sql, dataset }: Session, run: number, position: number): Promise<Evaluated | null> {
  const evaluated = await evaluatedExpectation<ExpectationValidationResult>(sql, dataset.name, run, position);
  if (evaluated === null) {
    throw new ConsoleError("unknown_run", `The ledger has no expectation ${position} of run ${run}.`, {
      hint: "`runs` lists the runs there are, `show` a run's expectations.",
    });
  }
  const { result } = evaluated;
  return result === null ? null : { ...evaluated, result };
}

async function samplesOf(session: Session, run: number, evaluated: Evaluated): Promise<UnexpectedValues> {
  const table = session.tables.find((one) => one.name === evaluated.table);
  const source = table === undefined ? null : await unmovedSource(session, table, evaluated);
  const statement = await statementOf(session, run, evaluated, table, source);
  return { total: totalOf(evaluated), ...statement, rows: await firstRows(evaluated, table, source) };
}

export function totalOf({ result: { result } }: Evaluated): number {
  return result.unexpected_count ?? result.partial_unexpected_list?.length ?? 0;
}

/** The file of the evaluated rows; null when it is gone or is no longer what was read. */
async function unmovedSource({ dataset }: Session, table: LoadTable, { file }: Evaluated): Promise<TableSource | null> {
  const now = file && (await unmoved(file));
  if (file === null || now === null) return null;
  const { parts, ...facts } = now;
  const onDisk = { ...facts, ...(parts && { parts }), path: file.path, table: table.name, present: true, fault: null };
  return sourceOf(dataset, { table, file: onDisk, added: new Set(), others: [] });
}

/** The first unexpected values, as the result holds them, each with the line of its row. */
async function firstRows(
  { result: { result } }: Evaluated,
  table: LoadTable | undefined,
  source: TableSource | null,
): Promise<UnexpectedRow[]> {
  const key = table?.live.key ?? [];
  const formOf = keyForm(key.flatMap((name) => table?.live.columns.find((column) => column.name === name) ?? []));
  const indices = result.partial_unexpected_index_list ?? [];
  const rows = (result.partial_unexpected_list ?? []).map((value, index) => {
    const place = indices[index] ?? {};
    const cells = key.filter((name) => name in place).map((name) => [name, String(place[name])]);
    return {
      key: Object.fromEntries(cells),
      value: value === null || typeof value === "string" ? value : JSON.stringify(value),
    };
  });
  const formed = rows.map(({ key }) => formOf(keyText(key)));
  if (source === null || rows.length === 0) return rows.map((row) => ({ ...row, file: null, line: null }));
  const places = await findPlaces(source, new Set(formed), formOf);
  const parts = await partsOf(source);
  const pathOf = (part: number) =>
    parts.length === 1 ? source.path : pathIn(dirname(source.path), parts[part]?.name ?? "");
  return rows.map((row, index) => {
    const place = places.get(formed[index] ?? "");
    if (place === undefined) return { ...row, file: null, line: null };
    const { part, line } = partAndLine(place);
    return { ...row, file: pathOf(part), line };
  });
}

/** As `findPlaces` writes a key: the value itself, or a JSON array of several. */
function keyText(key: UnexpectedRow["key"]): string {
  const values = Object.values(key);
  return values.length === 1 ? (values[0] ?? "") : JSON.stringify(values);
}

/**
 * A statement that finds the unexpected rows of a run where they are now, run as it stands, and words for where it looks;
 * none for an expectation on the table as a whole. They are live only while those of the run are the live rows, all of
 * them; else in the drop's file; else nowhere.
 */
async function statementOf(
  session: Session,
  run: number,
  evaluated: Evaluated,
  table: LoadTable | undefined,
  source: TableSource | null,
): Promise<Statement> {
  const { result } = evaluated.result;
  const query = result.unexpected_index_query;
  if (query === undefined) return { sql: null, sql_note: "" };
  if (table === undefined) return { sql: null, sql_note: `${evaluated.table} is no table of the dataset any more` };
  const standing = await runStanding(session.sql, run, table.name);
  if (standing === null) return { sql: null, sql_note: "" };
  const live = await liveStatement(session, table, query, totalOf(evaluated), standing);
  if (live !== null) {
    return { sql: live, sql_note: "reads the live table: true as long as its rows are those of this run" };
  }
  const script = source === null ? null : await fileScript(table, source, query);
  if (script !== null) return { sql: script, sql_note: "a psql script that reads the drop's file" };
  const where =
    standing.status === "published" ? "the live table holds other rows by now" : "these rows are not in the database";
  const { reject_file } = standing;
  if (isRejecting(evaluated) && reject_file !== null && existsSync(reject_file)) {
    return { sql: null, sql_note: `${where}: all are in ${reject_file}` };
  }
  const file = source === null ? "the drop's file is not what was read" : "psql cannot read the drop's file";
  return { sql: null, sql_note: `${where}, and ${file}` };
}

/** The query over the live table, if that finds as many rows as the run did; whatever else the table holds would count. */
export async function liveStatement(
  { sql, dataset }: Session,
  table: LoadTable,
  query: string,
  total: number,
  standing: RunStanding,
): Promise<string | null> {
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

/**
 * What psql runs to find the rows of a query in a drop's file, wherever they are now: a temporary table like the live one
 * is filled with the file as a run fills its stage, hides the live one from the query, and is gone at the end. Null when
 * psql cannot read the file.
 */
async function fileScript(table: LoadTable, source: TableSource, query: string): Promise<string | null> {
  const isOne = source.parts === undefined && isReadAsItIs(source.path);
  if (!isOne || !hasPlainText(source.written ?? plainDialect)) return null;
  const columns = (await openTable(source)).header?.columns;
  const from = isInBucket(source.path) ? null : origin(resolve(source.path));
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
function inTransaction(statements: readonly string[]): string {
  return ["begin;", ...statements, "rollback;"].join("\n");
}

/** What a run's own session has set, and the values of this table depend on. */
function settingsFor({ live }: LoadTable): string[] {
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
