import type { SchemaElement } from "hyparquet-writer";
import { ConsoleError } from "../core/errors.ts";
import type { Cell, CellType, TrainingColumn } from "../core/messages/training.ts";

type Value = string | number | bigint | boolean;

interface Kind {
  element: Pick<SchemaElement, "type" | "converted_type" | "logical_type">;
  /** What the library takes for a cell; null where the type has no such value. */
  value(cell: NonNullable<Cell>): Value | null;
}

/** The older annotation stands beside the newer one, for readers that know only that. */
const timestamp = (isAdjustedToUTC: boolean): Kind => ({
  element: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC, unit: "MICROS" },
  },
  value: (cell) => {
    const micros = microsOf(String(cell));
    return micros === null || BigInt.asIntN(64, micros) !== micros ? null : micros;
  },
});

/** How each type of cell is stored. */
const kinds: Record<CellType, Kind> = {
  text: { element: { type: "BYTE_ARRAY", converted_type: "UTF8" }, value: String },
  boolean: { element: { type: "BOOLEAN" }, value: (cell) => cell },
  int32: { element: { type: "INT32" }, value: Number },
  int64: { element: { type: "INT64" }, value: BigInt },
  double: { element: { type: "DOUBLE" }, value: finiteAsWritten },
  date: { element: { type: "INT32", converted_type: "DATE" }, value: (cell) => daysOf(String(cell)) },
  timestamp: timestamp(false),
  timestamptz: timestamp(true),
};

/** A numeric may be larger than any double, which is no reason to call it infinite. */
function finiteAsWritten(cell: NonNullable<Cell>): number | null {
  const value = Number(cell);
  return Math.abs(value) === Number.POSITIVE_INFINITY && /\d/.test(String(cell)) ? null : value;
}

export function schemaOf(columns: readonly TrainingColumn[]): SchemaElement[] {
  return [
    { name: "root", num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, repetition_type: "OPTIONAL" as const, ...kinds[type].element })),
  ];
}

/** One column of some rows. Throws at a value that Parquet has no place for: as NULL it would be told from none. */
export function columnData(rows: readonly Cell[][], index: number, columns: readonly TrainingColumn[]) {
  const column = columns[index];
  if (column === undefined) throw new Error(`There is no column ${index}.`);
  const { value } = kinds[column.type];
  const data = rows.map((row) => {
    const cell = row[index] ?? null;
    return cell === null ? null : (value(cell) ?? refuse(column, cell, `${columns[0]?.name} ${row[0]}`));
  });
  return { name: column.name, data };
}

function refuse({ name, type, source }: TrainingColumn, cell: Cell, row: string): never {
  const title = `Parquet has no ${type} such as ${cell}, which ${source ?? "the set"} has in ${name}, at ${row}.`;
  throw new ConsoleError("not_convertible", title, {
    hint: "Export it as CSV, which has the value as it is, or correct the drop and run its month with --restamp.",
  });
}

/** PostgreSQL's dates and timestamps, as it writes them in ISO style, as the whole numbers that Parquet stores. */

const dayMs = 86_400_000;
const dayMicros = 86_400_000_000n;

/** `2024-01-31`, and so on to the years that PostgreSQL knows: `12024-01-31`, `0044-03-15 BC`. */
const dateShape = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/;
/** `2024-01-31 10:00:00.25`, with the offset from UTC that a timestamptz has: `+00`, `-03:30`, `+01:15:04`. */
const timestampShape =
  /^(\d{4,}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;

/** Days since 1970-01-01; null for what is no day, such as `infinity`. */
export function daysOf(text: string): number | null {
  const [, year = "", month = "", day = "", era] = dateShape.exec(text) ?? [];
  if (year === "") return null;
  // Before the year 1 there was the year 1 BC, which is the year 0 to everybody who counts on.
  return daysSinceEpoch(era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
}

/** Microseconds since 1970-01-01 00:00 UTC, or on the clock where there is no offset; null for what is no moment. */
export function microsOf(text: string): bigint | null {
  const [, date = "", hours, minutes, seconds, fraction = "", sign, ...rest] = timestampShape.exec(text) ?? [];
  const [offHours = "0", offMinutes = "0", offSeconds = "0", era = ""] = rest;
  const days = daysOf(`${date}${era}`);
  if (days === null) return null;
  const clock = secondsOf(hours, minutes, seconds);
  const offset = secondsOf(offHours, offMinutes, offSeconds) * (sign === "-" ? -1 : 1);
  return BigInt(days) * dayMicros + BigInt(clock - offset) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

function secondsOf(hours = "0", minutes = "0", seconds = "0"): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** A Date reaches no further than the year 275760, PostgreSQL to 5874897: whole cycles of the calendar are put aside. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const cycles = Math.floor(year / cycleYears);
  const moment = new Date(0);
  moment.setUTCFullYear(year - cycles * cycleYears, month - 1, day);
  return moment.getTime() / dayMs + cycles * cycleDays;
}

const cycleYears = 400;
const cycleDays = 146_097;
