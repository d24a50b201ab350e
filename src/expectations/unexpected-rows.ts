import type { Column } from "../core/columns.ts";
import type { Transaction } from "../postgres/connect.ts";
import {
  dropScratch,
  type KeptRow,
  keepRows,
  keptRows,
  keyAlias,
  type Scratch,
  valueAlias,
} from "../postgres/row-lines.ts";
import type { Compiled } from "./compile.ts";
import { jsonValue, shown } from "./json-values.ts";
import { wholeTable } from "./measure.ts";
import type { Place, RowCheck } from "./plan.ts";
import { unexpectedRows } from "./row-check.ts";
import { asShown, columnsNamed } from "./samples.ts";
import { commas, name, q, toFragment } from "./sql.ts";

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
