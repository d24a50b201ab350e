import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { RequestOf } from "../../../core/messages/requests.ts";
import type { UnexpectedPage, UnexpectedRow } from "../../../core/messages/unexpected.ts";
import { isRejecting } from "../../../core/messages/verdicts.ts";
import { expectationInWords } from "../../../core/suites/expectation-words.ts";
import { pathIn } from "../../../csv/drop/names.ts";
import { readRejects } from "../../../csv/read-rejects.ts";
import { runStanding } from "../../../postgres/ledger/standing.ts";
import type { Session } from "../../session/session.ts";
import { browseSamples, type Evaluated, evaluatedOf, liveStatement, totalOf } from "./samples.ts";

const signs = { atLeast: "≥", atMost: "≤", ellipsis: "…" };

/** What was read last, as long as it is the same file: pages of one list follow each other. */
let kept: { name: string; rows: UnexpectedRow[] } | null = null;

/**
 * A page of all unexpected values behind one verdict, of those that hold the words: from the reject file of a run that was
 * rejected, or from the live table while that holds the run's rows; else of the first ones, which the ledger kept.
 */
export async function browseValues(session: Session, request: RequestOf<"values">): Promise<UnexpectedPage> {
  const { run, position, from, count, filter } = request;
  const evaluated = await evaluatedOf(session, run, position);
  const all = evaluated === null ? null : await allOf(session, run, position, evaluated);
  const rows = all ?? (await browseSamples(session, run, position)).rows;
  const wanted = filter.trim() === "" ? rows : rows.filter((row) => holds(row, filter));
  return { total: wanted.length, all: all !== null, from, rows: wanted.slice(from, from + count) };
}

function holds({ key, value, file, line }: UnexpectedRow, filter: string): boolean {
  const text = `${Object.values(key).join(" ")} ${value} ${file}:${line}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

async function allOf(
  session: Session,
  run: number,
  position: number,
  evaluated: Evaluated,
): Promise<UnexpectedRow[] | null> {
  const table = session.tables.find((one) => one.name === evaluated.table);
  const standing = await runStanding(session.sql, run, evaluated.table);
  const { reject_file: path = null } = standing ?? {};
  if (path !== null && isRejecting(evaluated) && existsSync(path)) {
    const name = `${path}@${statSync(path).mtimeMs}#${position}`;
    if (kept?.name !== name) kept = { name, rows: await rejected(path, evaluated, table?.live.key ?? []) };
    return kept.rows;
  }
  const query = evaluated.result.result.unexpected_index_query;
  if (standing === null || table === undefined || query === undefined) return null;
  const statement = await liveStatement(session, table, query, totalOf(evaluated), standing);
  if (statement === null) return null;
  // By itself first: as a row of another server a column has no name.
  const found = await session.sql<Record<string, unknown>[]>`
    with q as materialized (${session.sql.unsafe(query.replace(/;\s*$/, ""))}) select to_jsonb(q) as row from q`;
  return found.map(({ row }) => asRow(row as Record<string, unknown>, table.live.key));
}

async function rejected(
  path: string,
  { result, severity, file: read }: Evaluated,
  key: readonly string[],
): Promise<UnexpectedRow[]> {
  const { type, kwargs } = result.expectation_config;
  const column = typeof kwargs.column === "string" ? kwargs.column : null;
  const verdict = { type, kwargs, severity, ...(column !== null && { column }) };
  const reason = `not as expected: ${expectationInWords(verdict, signs)}`;
  const found = await readRejects(path, { reason, column, key });
  const folder = read === null ? "" : dirname(read.path);
  return found.map((one) => ({ ...one, file: pathIn(folder, one.file) }));
}

function asRow(row: Record<string, unknown>, key: readonly string[]): UnexpectedRow {
  const [cells, others] = [true, false].map((isKey) =>
    Object.entries(row).filter(([name]) => key.includes(name) === isKey),
  );
  const [, value = null] = others?.[0] ?? cells?.[0] ?? [];
  return {
    key: Object.fromEntries((cells ?? []).map(([name, cell]) => [name, String(cell)])),
    value: value === null ? null : typeof value === "string" ? value : JSON.stringify(value),
    file: null,
    line: null,
  };
}
