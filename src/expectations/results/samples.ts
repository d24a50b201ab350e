import type { Column, TableShape } from "../../core/columns.ts";
import type { Attempt } from "../../postgres/connection/attempt.ts";
import {
  dropScratch,
  type KeptRow,
  keepRows,
  keptRows,
  keyAlias,
  type Scratch,
  shownKeyAlias,
  valueAlias,
} from "../../postgres/live/row-lines.ts";
import type { Compiled, RowCheck } from "../plan/plan.ts";
import { unexpectedRows } from "../plan/screen.ts";
import { commas, name, q, toFragment, toLine, value } from "../plan/sql.ts";
import { type JsonValue, jsonValue, readable } from "../plan/values.ts";
import type { Shown } from "./result.ts";
import type { Samples } from "./row-result.ts";
import { type Place, select, wholeTable } from "./select.ts";

/** Unexpected rows read at most for one expectation, even when all are asked for. */
const most = 100_000;

/** The unexpected rows of a failed check with their keys: as many as the format lists. */
export async function sampleRows(
  place: Place,
  { plan, rows, format }: Compiled<RowCheck>,
  unexpected: number,
): Promise<Attempt<Samples>> {
  const judged = columnsNamed(place.shape, plan.columns);
  const told = [...new Set([...columnsNamed(place.shape, format.keys), ...judged])];
  const from = q`${plan.from ?? wholeTable} where ${unexpectedRows(plan, rows)}`;
  const names = commas(told.map((column) => name(column.name)));
  const query = `${toLine(q`select ${names} from ${from}`, place.shownAs)};`;
  const limit = format.level === "COMPLETE" ? most : format.partial;
  if (unexpected === 0 || limit === 0 || format.level === "BOOLEAN_ONLY") {
    return { value: { values: [], rows: [], whole: [], query } };
  }
  const columns = format.wholeRows ? [...new Set([...told, ...place.shape.columns])] : told;
  const selected = commas(columns.map((column) => readable(column)));
  const found = await select(place, q`select ${selected} from ${from} limit ${value("int8", String(limit))}`);
  if ("exception" in found) return found;
  const records = found.value.map((raw) => new Map(columns.map((column, at) => [column, jsonValue(column, raw[at])])));
  const pick = (wanted: readonly Column[]) =>
    records.map((record) => Object.fromEntries(wanted.map((column) => [column.name, record.get(column) ?? null])));
  const values = pick(judged).map((record) => asShown(record, plan));
  return { value: { values, rows: pick(told), whole: pick(place.shape.columns), query } };
}

/** The values of a row as a result shows them. */
function asShown(record: Record<string, JsonValue>, { show, columns }: RowCheck): Shown {
  if (show === "record") return record;
  const values = columns.map((column) => record[column] ?? null);
  return show === "pair" ? values : (values[0] ?? null);
}

function columnsNamed(shape: TableShape, names: readonly string[]): Column[] {
  return names.flatMap((wanted) => shape.columns.filter((column) => column.name === wanted));
}

/** An unexpected value, with the line and the key of its row; undefined for what is not known or not to be told. */
interface UnexpectedValue {
  line: number | undefined;
  value: string | undefined;
  key: string[] | undefined;
}

/**
 * All unexpected rows of a row check, by their lines, however many there are: they are set apart in the database and come
 * in pieces. The scratch table of lines is filled already.
 */
export async function* everyUnexpectedValue(
  { tx, under, shape }: Omit<Place, "shownAs">,
  { plan, rows, format }: Compiled<RowCheck>,
  scratch: Scratch,
): AsyncGenerator<UnexpectedValue[]> {
  const keys = columnsNamed(shape, shape.key);
  const judged = columnsNamed(shape, plan.columns);
  const selected = [
    ...keys.map((column, at) => q`${name(column.name)} as ${name(keyAlias(at))}`),
    ...keys.map((column, at) => q`${readable(column)} as ${name(shownKeyAlias(at))}`),
    ...judged.map((column, at) => q`${readable(column)} as ${name(valueAlias(at))}`),
  ];
  const statement = q`select ${commas(selected)} from ${plan.from ?? wholeTable} where ${unexpectedRows(plan, rows)}`;
  await keepRows(tx, scratch.rows, toFragment(tx, statement, under));
  // Whose suite keeps values out of its results does not want them elsewhere.
  const isTold = format.level !== "BOOLEAN_ONLY" && !format.withoutValues;
  for await (const found of keptRows(tx, scratch, keys.length)) {
    yield found.map((row) => ({
      line: row.line ?? undefined,
      value: isTold ? textOf(plan, judged, row) : undefined,
      key: isTold ? keys.map((column, at) => String(jsonValue(column, row[shownKeyAlias(at)]))) : undefined,
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
