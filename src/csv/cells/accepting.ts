import type { Column } from "../../core/columns.ts";
import { type Dialect, dialectOf } from "../../core/written/dialect.ts";
import { acceptedBy, type Written } from "../../core/written/settings.ts";
import type { CellType, DateRange } from "./cell-type.ts";
import { writtenTypeOf } from "./written-types.ts";

/** Ways in which values of a type are written elsewhere, the simplest first. */
const signs: Written[] = [" ", "\u00a0", "\u202f", "'", "\u2019", "_"].flatMap((thousands) => [
  { thousands },
  { decimal: ",", thousands },
]);
const grouped: Written[] = [{ thousands: "," }, { decimal: ",", thousands: "." }, ...signs];

const days = [
  ...["DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "DD.MM.YYYY", "D.M.YYYY", "DD-MM-YYYY", "MM-DD-YYYY"],
  ...["YYYY/MM/DD", "YYYY.MM.DD", "YYYYMMDD", "DD MMM YYYY", "DD-MMM-YYYY", "D MMMM YYYY", "MMMM D, YYYY"],
];
const midnights = ["YYYY-MM-DD 00:00:00", "YYYY-MM-DDT00:00:00", "YYYY-MM-DD 00:00:00.000"];
const twelve = ["HH:MM:SS AM", "HH:MM AM", "H:MM:SS AM", "H:MM AM"];
const times = ["HH:MM:SS", "HH:MM", "HH:MM:SS.F", ...twelve, "H:MM:SS", "H:MM"];
const moments = [...days.slice(0, 10), "YYYY-MM-DD"].flatMap((day) => times.map((time) => `${day} ${time}`));

const truths: Written[] = [
  ...[
    ["yes", "no"],
    ["y", "n"],
    ["1", "0"],
    ["t", "f"],
    ["on", "off"],
    ["1.0", "0.0"],
  ],
  ...[
    ["ja", "nein"],
    ["oui", "non"],
    ["sí", "no"],
    ["si", "no"],
    ["verdadero", "falso"],
    ["wahr", "falsch"],
    ["vrai", "faux"],
  ],
].map(([yes = "", no = ""]) => ({ true: [yes], false: [no] }));

const timestamps = (zone: string): Written[] => moments.map((form) => ({ timestamps: [form + zone] }));

/** By the catalog's name of the type. */
export const waysToWrite: Partial<Record<string, readonly Written[]>> = {
  int2: grouped,
  int4: grouped,
  int8: grouped,
  numeric: [{ decimal: "," }, ...grouped],
  float4: [{ decimal: "," }, ...grouped],
  float8: [{ decimal: "," }, ...grouped],
  bool: truths,
  date: [...days, ...midnights].map((form) => ({ dates: [form] })),
  timestamp: timestamps(""),
  timestamptz: [...timestamps("Z"), ...timestamps(" Z")],
};

/** What a value would be, with settings that say so. */
interface Reading {
  written: Written;
  value: string;
}

/** Values that are looked at in this way: a column that has more of them at fault is told enough by then. */
const mostAsked = 500;

/** Words by which somebody says that there is no value; none of them is one of a column that is no text. */
const missing = /^(?:#?n\/?a|n\.a\.|-{1,3}|\?|nil|missing|unknown)$/i;

/** For a column: why a value is not sound, with the settings with which it would be, where there are some. */
export function accepting(column: Column, dates: DateRange, dialect: Dialect) {
  let types: { written: Written; type: CellType }[] | null = null;
  let asked = 0;
  return (value: string, reason: string): string => {
    if (asked++ >= mostAsked) return reason;
    // Most files have nothing wrong.
    types ??= (waysToWrite[column.type] ?? []).map((written) => ({
      written,
      type: writtenTypeOf(column, dates, dialectOf(dialect, written)),
    }));
    const readings = types.flatMap(({ written, type }): Reading[] => {
      if (!type.pattern.test(value) || type.within?.(value) === false) return [];
      return [{ written, value: type.plain?.(value) ?? value }];
    });
    if (readings.length === 0 && column.nullable && missing.test(value)) {
      return `${reason}; ${acceptedBy({ null: [...dialect.null, value] })}, as NULL`;
    }
    return inWords(
      reason,
      readings.filter((one, at) => readings.findIndex(({ value }) => value === one.value) === at),
    );
  };
}

/** Where there are two readings, both are told: to offer one would be to guess. */
function inWords(reason: string, [one, other]: readonly Reading[]): string {
  if (one === undefined) return reason;
  const [bare = reason, offered] = reason.split("; did you mean ");
  const meant = offered?.replace(/\?$/, "");
  // `1.000` is 1 to some, and 1000 to others.
  if (other === undefined && meant !== undefined && !isSame(meant, one.value)) {
    return `${bare}; it may be ${meant} or ${one.value} (${settingIn(one.written)}), which nobody but the sender knows`;
  }
  if (other === undefined) {
    const isMeant = reason.includes("did you mean") ? reason : `${reason}; did you mean ${one.value}?`;
    return `${isMeant} Else ${acceptedBy(one.written)}`;
  }
  const [first, second] = [one, other].map(({ value, written }) => `${value} (${settingIn(written)})`);
  return `${bare}; it may be ${first} or ${second}, which the manifest has to say`;
}

/** In either case, as for True. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function settingIn(written: Written): string {
  return JSON.stringify({ written }).slice(1, -1);
}
