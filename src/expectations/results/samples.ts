import type { Column, TableShape } from "../../core/columns.ts";
import type { Attempt } from "../../postgres/connection/attempt.ts";
import type { Transaction } from "../../postgres/connection/connect.ts";
import {
  dropScratch,
  type KeptRow,
  keepRows,
  keptRows,
  keyAlias,
  type Scratch,
  valueAlias,
} from "../../postgres/live/row-lines.ts";
import type { Compiled, Place, RowCheck } from "../plan/plan.ts";
import { unexpectedRows } from "../plan/row-check.ts";
import { commas, name, q, type Sql, toFragment, toLine, value } from "../plan/sql.ts";
import { type JsonValue, jsonValue, shown } from "../plan/values.ts";
import { select, wholeTable } from "./count.ts";
import type { Shown } from "./result.ts";
import type { Samples } from "./row-result.ts";

/** Unexpected rows read at most for one expectation, even when all are asked for. */
const most = 100_000;

/** The unexpected rows of a failed check with their keys: as many as the format lists. */
export async function sampleRows(
  tx: Transaction,
  { under, shownAs, shape }: Place,
  { plan, rows, format }: Compiled & { plan: RowCheck },
  unexpected: number,
): Promise<Attempt<Samples>> {
  const judged = columnsNamed(shape, plan.columns);
  const keys = columnsNamed(shape, format.keys);
  const where = q`${plan.from ?? wholeTable} where ${unexpectedRows(plan, rows)}`;
  const empty = { values: [], rows: [], whole: [], query: queryText([...keys, ...judged], where, shownAs) };
  const limit = format.level === "COMPLETE" ? most : format.partial;
  if (unexpected === 0 || limit === 0 || format.level === "BOOLEAN_ONLY") return { value: empty };
  const columns = format.wholeRows ? distinct([...keys, ...judged, ...shape.columns]) : distinct([...keys, ...judged]);
  const statement = q`select ${commas(columns.map(shown))} from ${where} limit ${value("int8", String(limit))}`;
  const found = await select(tx, under, statement);
  if ("exception" in found) return found;
  const records = found.value.map(
    (raw) => new Map(columns.map((column, at) => [column.name, jsonValue(column, raw[at])])),
  );
  const pick = (wanted: readonly Column[]) =>
    records.map((record) => Object.fromEntries(wanted.map((column) => [column.name, record.get(column.name) ?? null])));
  return {
    value: {
      ...empty,
      values: pick(judged).map((record) => asShown(record, plan)),
      rows: pick(distinct([...keys, ...judged])),
      whole: pick(shape.columns),
    },
  };
}

/** The values of a row as a result shows them. */
export function asShown(record: Record<string, JsonValue>, { show, columns }: RowCheck): Shown {
  if (show === "record") return record;
  const values = columns.map((column) => record[column] ?? null);
  return show === "pair" ? values : (values[0] ?? null);
}

function queryText(columns: readonly Column[], where: Sql, shownAs: string): string {
  const selected = commas(distinct(columns).map((column) => name(column.name)));
  return `${toLine(q`select ${selected} from ${where}`, shownAs)};`;
}

export function columnsNamed(shape: TableShape, names: readonly string[]): Column[] {
  return names.flatMap((wanted) => shape.columns.filter((column) => column.name === wanted));
}

function distinct(columns: readonly Column[]): Column[] {
  return [...new Set(columns)];
}

/** An unexpected value, and the line of the file where its row stands; undefined for what is not known or not to be told. */
export interface UnexpectedValue {
  line: number | undefined;
  value: string | undefined;
}

export type CompiledRowCheck = Compiled & { plan: RowCheck };

/**
 * All unexpected rows of a row check, by their lines, however many there are: they are set apart in the database and come
 * in pieces. The scratch table of lines is filled already.
 */
export async function* everyUnexpectedValue(
  tx: Transaction,
  { under, shape }: Pick<Place, "under" | "shape">,
  { plan, rows, format }: CompiledRowCheck,
  scratch: Scratch,
): AsyncGenerator<UnexpectedValue[]> {
  const keys = columnsNamed(shape, shape.key);
  const judged = columnsNamed(shape, plan.columns);
  const selected = [
    ...keys.map((column, at) => q`${name(column.name)} as ${name(keyAlias(at))}`),
    ...judged.map((column, at) => q`${shown(column)} as ${name(valueAlias(at))}`),
  ];
  const statement = q`select ${commas(selected)} from ${plan.from ?? wholeTable} where ${unexpectedRows(plan, rows)}`;
  await keepRows(tx, scratch.rows, toFragment(tx, statement, under));
  // Whose suite keeps values out of its results does not want them elsewhere.
  const isTold = format.level !== "BOOLEAN_ONLY" && !format.withoutValues;
  for await (const found of keptRows(tx, scratch, keys.length)) {
    yield found.map((row) => ({
      line: row.line ?? undefined,
      value: isTold ? textOf(plan, judged, row) : undefined,
    }));
  }
  await dropScratch(tx, scratch.rows);
}

/** A value as PostgreSQL writes it, digit by digit; several of them as JSON. */
function textOf(plan: RowCheck, judged: readonly Column[], row: KeptRow): string | undefined {
  if (plan.show === "value") {
    const value = row[valueAlias(0)];
    return value === null || value === undefined ? undefined : String(value);
  }
  const record = judged.map((column, at) => [column.name, jsonValue(column, row[valueAlias(at)])] as const);
  return JSON.stringify(asShown(Object.fromEntries(record), plan));
}
