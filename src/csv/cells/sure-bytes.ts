import { isAscii } from "node:buffer";
import type { Column } from "../../core/columns.ts";
import { type Dialect, isPlainSetting } from "../../core/written/dialect.ts";
import type { DateRange } from "./cell-type.ts";
import { type DayNumbers, dayNumbers, type FixedForm, fixedForms } from "./fixed-dates.ts";
import type { Role } from "./judge.ts";
import { sureDigits } from "./rounding.ts";

/** How values are looked at byte by byte; numbers, for that is asked for every cell. */
export const byteKinds = { other: 0, text: 1, number: 2, word: 3, moment: 4 } as const;

/** A word of ASCII in lower case, and what it is to PostgreSQL: itself where that is null. */
export interface SureWord {
  readonly word: Buffer;
  readonly becomes: Buffer | null;
}

/**
 * By what a value of a column is known to be sound from its bytes alone, and what it becomes. It says yes to nothing that
 * the column's judge would refuse; where it says nothing, the value is looked at as text.
 */
export interface SureBytes {
  readonly kind: (typeof byteKinds)[keyof typeof byteKinds];
  readonly isKey: boolean;
  /** Bytes that any value may have. */
  readonly longest: number;
  /** Of numbers: digits on either side of the decimal sign. */
  readonly whole: number;
  readonly fraction: number;
  /** Of these: signs that are kept whatever they are; with more it depends on which. */
  readonly exact: number;
  readonly words: readonly SureWord[];
  readonly forms: readonly FixedForm[];
  readonly days: DayNumbers;
}

/** Any number of as many digits is one that numeric itself holds. */
const modest = 999;

type Particular = Partial<Omit<SureBytes, "isKey" | "days">>;

export function sureBytes(column: Column, { isKey }: Role, dates: DateRange, dialect: Dialect): SureBytes {
  const particular = column.own === true ? undefined : kinds[column.type]?.(column, dialect);
  const nothing = {
    kind: byteKinds.other,
    longest: modest,
    whole: 0,
    fraction: 0,
    exact: modest,
    words: [],
    forms: [],
  };
  return { ...nothing, isKey, days: dayNumbers(dates), ...particular };
}

const integer = (whole: number) => (): Particular => ({ kind: byteKinds.number, whole });
const single: Particular = {
  kind: byteKinds.number,
  whole: sureDigits.float4,
  fraction: sureDigits.float4,
  longest: sureDigits.float4,
};
/** Far fewer digits than would be infinite, or vanish. */
const double: Particular = {
  kind: byteKinds.number,
  whole: 100,
  fraction: 100,
  longest: 100,
  exact: sureDigits.float8,
};
const text = ({ length }: Column): Particular => {
  return { kind: byteKinds.text, longest: length ?? Number.MAX_SAFE_INTEGER };
};

/** By the catalog's name of the type, as `cellTypes` has them. */
const kinds: Partial<Record<string, (column: Column, dialect: Dialect) => Particular | undefined>> = {
  text,
  varchar: text,
  bpchar: text,
  int2: integer(4),
  int4: integer(9),
  int8: integer(18),
  float4: () => single,
  float8: () => double,
  numeric({ precision, scale }) {
    if (precision === null) return { kind: byteKinds.number, whole: modest, fraction: modest };
    const fraction = scale ?? 0;
    // A scale below zero asks for zeros, and one above the precision for zeros, too.
    if (fraction < 0 || fraction > precision) return undefined;
    return { kind: byteKinds.number, whole: precision - fraction, fraction };
  },
  bool(_column, dialect) {
    const isPlain = isPlainSetting(dialect, "true") && isPlainSetting(dialect, "false");
    const wordsOf = (all: readonly string[], becomes: string) =>
      all.map((word) => ({ word: Buffer.from(word.toLowerCase()), becomes: isPlain ? null : Buffer.from(becomes) }));
    const words = [...wordsOf(dialect.true, "True"), ...wordsOf(dialect.false, "False")];
    return words.every(({ word }) => isAscii(word)) ? { kind: byteKinds.word, words } : undefined;
  },
  date(_column, dialect) {
    return momentIn(dialect.dates);
  },
  timestamp(_column, dialect) {
    // Those with a zone are for other columns.
    return momentIn((dialect.timestamps ?? []).filter((form) => !form.includes("Z")));
  },
};

function momentIn(written: readonly string[]): Particular | undefined {
  const forms = fixedForms(written);
  return forms.length === 0 ? undefined : { kind: byteKinds.moment, forms };
}
