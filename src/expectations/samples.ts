import type { Column, TableShape } from "../core/columns.ts";
import type { Attempt } from "../postgres/attempt.ts";
import type { Transaction } from "../postgres/connect.ts";
import type { Compiled } from "./compile.ts";
import { type JsonValue, jsonValue, shown } from "./json-values.ts";
import { select, wholeTable } from "./measure.ts";
import type { Place, RowCheck } from "./plan.ts";
import { unexpectedRows } from "./row-check.ts";
import type { Samples } from "./row-result.ts";
import { commas, name, q, type Sql, toLine, value } from "./sql.ts";
import type { Shown } from "./validation-result.ts";

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
