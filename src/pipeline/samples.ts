import { ConsoleError } from "../core/errors.ts";
import type { UnexpectedRow, UnexpectedValues } from "../core/listings.ts";
import { statFile } from "../csv/drop.ts";
import { findLines } from "../csv/keys.ts";
import type { ExpectationResult } from "../expectations/validation-result.ts";
import type { LoadTable } from "../postgres/catalog.ts";
import type { FileRecord } from "../postgres/ledger.ts";
import { type EvaluatedExpectation, evaluatedExpectation } from "../postgres/ledger-queries.ts";
import { sourceOf } from "./incoming.ts";
import type { Session } from "./session.ts";
import { type KeyedValue, keyText, unexpectedValues } from "./unexpected.ts";

/** The unexpected values behind one verdict, with the lines of the file they came from while it is still the same. */
export async function browseSamples(session: Session, run: number, position: number): Promise<UnexpectedValues> {
  const evaluated = await evaluatedExpectation<ExpectationResult>(session.sql, session.dataset.name, run, position);
  if (evaluated === null) {
    throw new ConsoleError("unknown_run", `The ledger has no expectation ${position} of run ${run}.`, {
      hint: "`runs` lists the runs there are, `show` a run's expectations.",
    });
  }
  const { result } = evaluated.result;
  const table = session.tables.find((one) => one.name === evaluated.table);
  const rows = unexpectedValues(evaluated.result, table?.live.key ?? []);
  const lines = table === undefined ? new Map<string, number>() : await linesOf(session, table, evaluated, rows);
  return {
    total: result.unexpected_count ?? rows.length,
    sql: result.unexpected_index_query ?? null,
    rows: rows.map((row) => withLine(row, lines, evaluated.file?.path ?? null)),
  };
}

async function linesOf(
  { dataset }: Session,
  table: LoadTable,
  { file }: EvaluatedExpectation<ExpectationResult>,
  rows: readonly KeyedValue[],
): Promise<Map<string, number>> {
  if (file === null || rows.length === 0 || !(await isUnmoved(file))) return new Map();
  const onDisk = { ...file, identity: file.identity ?? "", table: table.name, present: true, fault: null };
  return findLines(sourceOf(dataset, { table, file: onDisk, added: new Set() }), new Set(rows.map(keyText)));
}

async function isUnmoved({ path, bytes, modified_ms }: FileRecord): Promise<boolean> {
  const found = await statFile(path).catch(() => null);
  return found?.size === bytes && found.mtimeMs === modified_ms;
}

function withLine(row: KeyedValue, lines: ReadonlyMap<string, number>, file: string | null): UnexpectedRow {
  const line = lines.get(keyText(row)) ?? null;
  return { ...row, file: line === null ? null : file, line };
}
