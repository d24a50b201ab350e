import { isAscii } from "node:buffer";
import type { Column } from "../../core/columns.ts";
import { type Dialect, formsOf, isPlainSetting } from "../../core/written/dialect.ts";
import type { Form } from "../../core/written/forms.ts";
import { type CellType, type DateRange, literally, twoReadings, type Wrong } from "./cell-type.ts";
import { cellTypeOf } from "./cell-types.ts";
import { isModest } from "./numbers.ts";

type MakeWritten = (column: Column, dates: DateRange, dialect: Dialect) => CellType | null;

/** A column's type as the manifest has its values written. */
export function writtenTypeOf(column: Column, dates: DateRange, dialect: Dialect): CellType {
  return writtenTypes[column.type]?.(column, dates, dialect) ?? cellTypeOf(column, dates);
}

/** Digits, in groups throughout or not at all. A group is never led by a zero: `0.001` is no one. */
function wholePart(thousands: string | null): string {
  return thousands === null ? String.raw`\d+` : String.raw`(?:\d+|[1-9]\d{0,2}(?:${literally(thousands)}\d{3})+)`;
}

const integer: MakeWritten = (column, dates, { thousands }) => {
  if (thousands === null) return null;
  const plain = (value: string) => (value.includes(thousands) ? value.replaceAll(thousands, "") : value);
  const surely = digitsOfAny[column.type] ?? 0;
  const otherwise: Wrong = {
    code: "not_integer",
    reason: `not a whole number with ${named(thousands)} between thousands`,
  };
  const pattern = new RegExp(`^-?${wholePart(thousands)}$`);
  return respelt(cellTypeOf(column, dates), pattern, plain, otherwise, (value) => value.length <= surely);
};

/** So many digits any integer of the type has room for. */
const digitsOfAny: Partial<Record<string, number>> = { int2: 4, int4: 9, int8: 18 };

const fraction: MakeWritten = (column, dates, { decimal, thousands }) => {
  if (decimal === "." && thousands === null) return null;
  const sign = literally(decimal);
  const whole = wholePart(thousands);
  const pattern = new RegExp(String.raw`^-?(?:${whole}(?:${sign}\d+)?|${sign}\d+)(?:[eE][+-]?\d{1,6})?$`);
  const ungrouped = thousands === null ? (value: string) => value : (value: string) => value.replaceAll(thousands, "");
  const plain = decimal === "." ? ungrouped : (value: string) => ungrouped(value).replace(decimal, ".");
  const groups = thousands === null ? "" : ` and ${named(thousands)} between thousands`;
  const reason = `not a number with ${named(decimal)} before its fraction${groups}`;
  const isUnlimited = column.type === "numeric" && column.precision === null;
  const isSurely = isUnlimited ? isModest : undefined;
  return respelt(cellTypeOf(column, dates), pattern, plain, { code: "not_numeric", reason }, isSurely);
};

function named(sign: string): string {
  return { " ": "a blank", "\u00a0": "a no-break space", "\u202f": "a narrow no-break space" }[sign] ?? `"${sign}"`;
}

/** A type whose values are of another pattern, and what they are when they are written as usual. */
function respelt(
  base: CellType,
  pattern: RegExp,
  plain: (value: string) => string,
  otherwise: ReturnType<CellType["explain"]>,
  /** Whether a value of the pattern is known to be within what the type holds. */
  isSurely: (value: string) => boolean = () => false,
): CellType {
  return {
    pattern,
    plain,
    within: base.within && ((value) => isSurely(value) || base.within?.(plain(value)) !== false),
    explain: (value, matches) => (matches ? base.explain(plain(value), true) : otherwise),
  };
}

const truth: MakeWritten = (_column, _dates, dialect) => {
  if (isPlainSetting(dialect, "true") && isPlainSetting(dialect, "false")) return null;
  const words = [dialect.true, dialect.false];
  const known = new Map(
    words.flatMap((all, index) => all.map((word) => [word.toLowerCase(), index === 0 ? "True" : "False"])),
  );
  const choices = words.map((all) => all.join(", ")).join(" or ");
  const explain = (): Wrong => ({ code: "not_boolean", reason: `not ${choices}` });
  const inAscii = [...known.keys()].every((word) => isAscii(Buffer.from(word)));
  if (inAscii) {
    const pattern = new RegExp(`^(?:${[...known.keys()].map(literally).join("|")})$`, "i");
    return { pattern, plain: (value) => known.get(value.toLowerCase()) ?? value, explain };
  }
  /** A spelling is known once it was met. */
  const meant = (value: string) => {
    const found = known.get(value);
    if (found !== undefined || value.length > longestWord) return found;
    const inLower = known.get(value.toLowerCase());
    if (inLower !== undefined) known.set(value, inLower);
    return inLower;
  };
  const longestWord = Math.max(...words.flat().map((word) => word.length));
  return {
    pattern: /^/,
    within: (value) => meant(value) !== undefined,
    plain: (value) => meant(value) ?? value,
    explain,
  };
};

const date: MakeWritten = (column, dates, dialect) => {
  if (isPlainSetting(dialect, "dates")) return null;
  const base = cellTypeOf(column, dates);
  const forms = formsOf(dialect.dates);
  return formed(base, forms, "not_date", "not a date in the form");
};

const timestamp =
  (hasZone: boolean): MakeWritten =>
  (column, dates, { timestamps }) => {
    if (timestamps === null) return null;
    const forms = formsOf(timestamps).filter((form) => form.hasZone === hasZone);
    const why =
      forms.length > 0 ? "" : `, of which the manifest names none ${hasZone ? "with" : "without"} a time zone`;
    return formed(cellTypeOf(column, dates), forms, "not_timestamp", `not a timestamp in the form${why}`);
  };

/** Values that are kept with their readings: a column of dates has few. */
const mostKept = 5_000;

/** Values in one of these forms. What is in two of them and says two things is refused. */
function formed(base: CellType, forms: readonly Form[], code: "not_date" | "not_timestamp", not: string): CellType {
  const readings = (value: string) => [...new Set(forms.map((form) => form.read(value)).filter((one) => one !== null))];
  const known = new Map<string, string | null>();
  /** What a value says, when it says one thing and the column takes it. */
  const meant = (value: string) => {
    let found = known.get(value);
    if (found === undefined) {
      const [one, ...others] = readings(value);
      found = one !== undefined && others.length === 0 && base.within?.(one) !== false ? one : null;
      if (known.size < mostKept) known.set(value, found);
    }
    return found;
  };
  return {
    pattern: /^/,
    within: (value) => meant(value) !== null,
    plain: (value) => meant(value) ?? value,
    explain(value) {
      const [one, other] = readings(value);
      if (one === undefined) return { code, reason: `${not} ${forms.map(({ form }) => form).join(" or ")}`.trim() };
      return other === undefined ? base.explain(one, true) : twoReadings(one, other);
    },
  };
}

const writtenTypes: Partial<Record<string, MakeWritten>> = {
  int2: integer,
  int4: integer,
  int8: integer,
  numeric: fraction,
  float4: fraction,
  float8: fraction,
  bool: truth,
  date,
  timestamp: timestamp(false),
  timestamptz: timestamp(true),
};
