import type { Column } from "../core/columns.ts";
import { name, q, type Sql } from "./sql.ts";
import { familyOf, numeric, temporal } from "./values.ts";

/** A value as a validation result shows it. */
export type JsonValue = string | number | boolean | null;

/** What to select to get a column's value in a form that `jsonValue` reads. */
export function shown(column: Column): Sql {
  return familyOf(column) === "other" ? q`${name(column.name)}::text` : name(column.name);
}

/** A value that the driver read, as Great Expectations writes it into JSON: numbers as numbers, times in ISO 8601. */
export function jsonValue(column: Column, raw: unknown): JsonValue {
  if (raw === null || raw === undefined) return null;
  if (typeof raw === "boolean") return raw;
  const family = familyOf(column);
  if (!numeric.includes(family)) return temporal.includes(family) ? isoMoment(String(raw)) : String(raw);
  const number = Number(raw);
  if (Number.isFinite(number)) return number;
  return Number.isNaN(number) ? "NaN" : String(number);
}

/** `2024-01-31 10:00:00.5+00` as `2024-01-31T10:00:00.500000+00:00`; dates and infinity stay as they are. */
export function isoMoment(text: string): string {
  const [, day, time, fraction = "", zone = ""] = /^(\S+) ([\d:]+)(\.\d+)?([+-][\d:]+)?$/.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  const micros = fraction === "" ? "" : fraction.padEnd(7, "0");
  return `${day}T${time}${micros}${zone.length === 3 ? `${zone}:00` : zone}`;
}

/** A date or time as UTC text of fixed width: such texts compare as the moments do. */
export function sortableMoment(text: string): string {
  const [, day = "", time = "", fraction = "", zone = ""] =
    /^(\d+-\d{2}-\d{2})(?:[T ]([\d:]+)(\.\d+)?)? ?(Z|[+-][\d:]+)?$/.exec(text) ?? [];
  if (day === "") return text;
  const clock = time === "" ? "00:00:00" : time.padEnd("00:00:00".length, ":00");
  const parsed = new Date(`${day}T${clock}${zone === "" ? "Z" : zone.replace(/^([+-]\d{2})$/, "$1:00")}`);
  const moment = Number.isNaN(parsed.getTime()) ? `${day}T${clock}` : parsed.toISOString().slice(0, 19);
  return `${moment}${fraction.padEnd(7, fraction === "" ? ".000000" : "0")}`;
}
