import { ConsoleError } from "../../core/errors.ts";
import type { UnexpectedRow, UnexpectedValues } from "../../core/messages/listings.ts";
import { isUnmoved } from "../../csv/drop.ts";
import { findLines } from "../../csv/locate.ts";
import type { TableSource } from "../../csv/source.ts";
import type { ExpectationResult } from "../../expectations/results/result.ts";
import type { LoadTable } from "../../postgres/catalog/dataset-tables.ts";
import { type EvaluatedExpectation, evaluatedExpectation } from "../../postgres/ledger/queries.ts";
import { runStanding } from "../../postgres/ledger/standing.ts";
import { sourceOf } from "../drop/months.ts";
import type { Session } from "../session/session.ts";
import { statementFor } from "./unexpected-sql.ts";

type Evaluated = EvaluatedExpectation<ExpectationResult>;

/**
 * The unexpected values behind one verdict, with the lines of the file they came from while it is still the same, and a
 * statement that finds all of them.
 */
export async function browseSamples(session: Session, run: number, position: number): Promise<UnexpectedValues> {
  const evaluated = await evaluatedExpectation<ExpectationResult>(session.sql, session.dataset.name, run, position);
  if (evaluated === null) {
    throw new ConsoleError("unknown_run", `The ledger has no expectation ${position} of run ${run}.`, {
      hint: "`runs` lists the runs there are, `show` a run's expectations.",
    });
  }
  const table = session.tables.find((one) => one.name === evaluated.table);
  const rows = unexpectedValues(evaluated.result, table?.live.key ?? []);
  const source = table === undefined ? null : await unmovedSource(session, table, evaluated);
  const lines = source === null || rows.length === 0 ? null : await findLines(source, new Set(rows.map(keyText)));
  const total = evaluated.result.result.unexpected_count ?? rows.length;
  return {
    total,
    ...(await statementOf(session, run, { table, source, total, evaluated })),
    rows: rows.map((row) => withLine(row, lines, evaluated.file?.path ?? null)),
  };
}

/** The file of the evaluated rows; null when it is gone or is no longer what was read. */
async function unmovedSource({ dataset }: Session, table: LoadTable, { file }: Evaluated): Promise<TableSource | null> {
  if (file === null || !(await isUnmoved(file))) return null;
  const onDisk = { ...file, identity: file.identity ?? "", table: table.name, present: true, fault: null };
  return sourceOf(dataset, { table, file: onDisk, added: new Set() });
}

interface Known {
  table: LoadTable | undefined;
  source: TableSource | null;
  total: number;
  evaluated: Evaluated;
}

/** None for an expectation on the table as a whole. */
async function statementOf(
  session: Session,
  run: number,
  { table, source, total, evaluated }: Known,
): Promise<Pick<UnexpectedValues, "sql" | "sql_note">> {
  const { success, meta, result } = evaluated.result;
  const query = result.unexpected_index_query;
  if (query === undefined) return { sql: null, sql_note: "" };
  if (table === undefined) return { sql: null, sql_note: `${evaluated.table} is no table of the dataset any more` };
  const standing = await runStanding(session.sql, run, table.name);
  if (standing === null) return { sql: null, sql_note: "" };
  const rejected = !success && meta.severity === "critical";
  return statementFor(session, { table, query, total, standing, source, rejected });
}

function withLine(row: KeyedValue, lines: ReadonlyMap<string, number> | null, file: string | null): UnexpectedRow {
  const line = lines?.get(keyText(row)) ?? null;
  return { ...row, file: line === null ? null : file, line };
}

/** An unexpected value and the key of its row. */
export type KeyedValue = Pick<UnexpectedRow, "key" | "value">;

/** The first unexpected values of an expectation, as its result holds them. */
export function unexpectedValues({ result }: ExpectationResult, key: readonly string[]): KeyedValue[] {
  const places = result.partial_unexpected_index_list ?? [];
  return (result.partial_unexpected_list ?? []).map((value, index) => {
    const place = places[index] ?? {};
    return {
      key: Object.fromEntries(key.flatMap((name) => (name in place ? [[name, String(place[name])]] : []))),
      value: value === null ? null : typeof value === "string" ? value : JSON.stringify(value),
    };
  });
}

/** As `findLines` writes a key: the value itself, or a JSON array of several. */
export function keyText({ key }: KeyedValue): string {
  const values = Object.values(key);
  return values.length === 1 ? (values[0] ?? "") : JSON.stringify(values);
}
