import type { Column } from "../../core/columns.ts";
import type { Dataset } from "../../core/dataset.ts";
import type { FileFault } from "../../core/faults.ts";

/** What is wrong with a cell: `reason` is a clause such as "not a whole number; did you mean 1?". */
export type Wrong = Pick<FileFault, "code" | "reason">;

/** Days that a date may be, inclusive, as YYYY-MM-DD. */
export type DateRange = Dataset["dates"];

/** How the values of one column are written. Every value that it finds sound is one that PostgreSQL takes unaltered. */
export interface CellType {
  /** True when any text is a value, the empty string included. */
  readonly isText?: boolean;
  /** What every sound value looks like. */
  readonly pattern: RegExp;
  /** What no pattern can say, for a value that matches. */
  readonly within?: ((value: string) => boolean) | undefined;
  /** A sound value as PostgreSQL takes it, where it is written in another way. */
  readonly plain?: ((value: string) => string) | undefined;
  /** Why a value is not sound; `matches` when it is of the pattern all the same. */
  explain(value: string, matches: boolean): Wrong;
}

export type MakeCellType = (column: Column, dates: DateRange) => CellType;

/** How people miswrite a value, and what they meant. The pattern begins with ^, or it would be tried at every character. */
export type Mistake = readonly [written: RegExp, meant: (value: string) => string];

const longestMended = 100;

/** Not a number or a day miswritten, whatever else it may be. */
const word = /^[a-z](?:.*[a-z\d])?$/is;

/**
 * Makes the function that gives the reason, and `; did you mean 1?` when the value has blanks around it or is one of
 * these mistakes, and mending it gives a value of the type.
 */
export function didYouMean(
  reason: string,
  mistakes: readonly Mistake[],
  { pattern, within }: Pick<CellType, "pattern" | "within">,
): (value: string) => string {
  const isSound = (value: string) => pattern.test(value) && within?.(value) !== false;
  const anyMistake = new RegExp(mistakes.map(([written]) => written.source).join("|"));
  return (value) => {
    if (value.length > longestMended || word.test(value)) return reason;
    const trimmed = value.trim();
    if (trimmed !== value && isSound(trimmed)) return `${reason}; did you mean ${trimmed}?`;
    if (!anyMistake.test(value)) return reason;
    for (const [written, meant] of mistakes) {
      if (!written.test(value)) continue;
      const mended = meant(value);
      if (isSound(mended)) return `${reason}; did you mean ${mended}?`;
    }
    return reason;
  };
}

/** The text in a pattern. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** A cell that the manifest lets be read in two ways. */
export function twoReadings(one: string, other: string): Wrong {
  return { code: "ambiguous", reason: `it may be ${one} and it may be ${other}, as the manifest has it` };
}
