import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ExpectationValidationResult } from "../../src/expectations/results/result.ts";
import type { Sql } from "../../src/postgres/connection/connect.ts";

interface Corpus {
  datasets: Record<string, Dataset>;
  cases: Case[];
}

interface Dataset {
  columns: { name: string; type: string }[];
  rows: unknown[][];
}

export interface Case {
  id: string;
  expectation_type: string;
  table: string;
  kwargs: Record<string, unknown>;
  kwargs_resolved?: Record<string, unknown>;
  /** SUMMARY unless told. */
  result_format?: unknown;
  expected: Record<string, unknown> & { success?: boolean; error?: unknown; result?: Record<string, unknown> };
  compare?: Record<string, unknown>;
}

/** The cases of all JSON files of a folder; its README tells their format. */
export function readCorpora(folder: string): Promise<Corpus[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return Promise.all(files.map((name): Promise<Corpus> => Bun.file(join(folder, name)).json()));
}

const types: Record<string, (sql: Sql) => unknown> = {
  TEXT: (sql) => sql`text`,
  INTEGER: (sql) => sql`integer`,
  BIGINT: (sql) => sql`bigint`,
  NUMERIC: (sql) => sql`numeric`,
  "DOUBLE PRECISION": (sql) => sql`double precision`,
  BOOLEAN: (sql) => sql`boolean`,
  TIMESTAMP: (sql) => sql`timestamp`,
  DATE: (sql) => sql`date`,
};

export async function createTable(sql: Sql, name: string, { columns, rows }: Dataset): Promise<void> {
  await sql`create table ${sql(name)} ()`;
  for (const column of columns) {
    const type = types[column.type];
    if (type === undefined) throw new Error(`the cases have a type that this test does not know: ${column.type}`);
    await sql`alter table ${sql(name)} add column ${sql(column.name)} ${type(sql) as never}`;
  }
  const records = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column.name, row[at]])));
  await sql`
    insert into ${sql(name)} select * from jsonb_populate_recordset(null::${sql(name)}, ${sql.json(records as never)})`;
}

/** What the result says otherwise than the case expects; null when they agree. */
export function disagreement(
  { expected, compare = {} }: Case,
  found: ExpectationValidationResult | undefined,
): string | null {
  if (found === undefined) return "no result";
  const raised = found.exception_info.raised_exception;
  if (expected.error !== undefined) return raised ? null : "no exception was reported";
  if (raised) return `an exception: ${found.exception_info.exception_message}`;
  if (expected.success !== undefined && expected.success !== found.success) return `success is ${found.success}`;
  const { details = {} } = found.result;
  const fields: Record<string, unknown> = { ...details, ...found.result };
  const wanted = { ...expected, ...expected.result };
  for (const [key, value] of Object.entries(wanted)) {
    if (["success", "error", "result", "gx_1_2_outcome"].includes(key)) continue;
    if (!(key in fields)) {
      if (key in (expected.result ?? {})) continue;
      return `${key} is missing`;
    }
    if (!agrees(key, fields[key], value, compare)) {
      return `${key} is ${JSON.stringify(fields[key])}, not ${JSON.stringify(value)}`;
    }
  }
  return null;
}

function agrees(key: string, found: unknown, wanted: unknown, compare: Record<string, unknown>): boolean {
  if (key === "unexpected_index_list" && Array.isArray(found) && found.length === 0) return true;
  if (key.endsWith("unexpected_list") || key === "unexpected_index_list")
    return same(sorted(found), sorted(wanted), exact);
  const tolerance = compare[key];
  if (typeof tolerance === "object" && tolerance !== null && "rtol" in tolerance && "atol" in tolerance) {
    const near = { rtol: Number(tolerance.rtol), atol: Number(tolerance.atol) };
    return same(found, wanted, near);
  }
  return same(found, wanted, key.endsWith("_partition") ? { rtol: 1e-9, atol: 1e-9 } : exact);
}

interface Tolerance {
  rtol: number;
  atol: number;
}
const exact: Tolerance = { rtol: 1e-12, atol: 0 };

function sorted(list: unknown): unknown {
  return Array.isArray(list)
    ? list.map(ordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : list;
}

function ordered(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function same(found: unknown, wanted: unknown, { rtol, atol }: Tolerance): boolean {
  if (typeof found === "number" && typeof wanted === "number") {
    return Math.abs(found - wanted) <= atol + rtol * Math.abs(wanted);
  }
  if (typeof found !== "object" || typeof wanted !== "object" || found === null || wanted === null)
    return found === wanted;
  const keys = new Set([...Object.keys(found), ...Object.keys(wanted)]);
  const inner = (of: object, key: string) => Object.entries(of).find(([name]) => name === key)?.[1];
  return [...keys].every((key) => same(inner(found, key), inner(wanted, key), { rtol, atol }));
}
