import * as fc from "fast-check";
import type { Column } from "../../../src/core/columns.ts";
import { text } from "../../csv/arbitraries.ts";

/** A cell as a file has it, and what PostgreSQL then holds, as text; null for NULL in both. */
export interface Cell {
  written: string | null;
  means: string | null;
}

export const nothing: Cell = { written: null, means: null };

const asWritten = (value: string): Cell => ({ written: value, means: value });
const meaning = ([written, means]: readonly [string, string]): Cell => ({ written, means });

const booleans = fc.constantFrom<Cell>({ written: "True", means: "true" }, { written: "False", means: "false" });

const integers = fc.oneof(
  fc.constantFrom(...([["-2147483648"], ["2147483647"], ["-0", "0"], ["007", "7"]] as const).map(pair)).map(meaning),
  fc.integer({ min: 0, max: 3 }).map(String).map(asWritten),
);

/** Without zeros at the end, since equal numbers are one value however they are written. */
const numerics = fc.oneof(
  fc
    .constantFrom(
      ...(
        [
          ["1.5"],
          ["1.50", "1.5"],
          ["0.00", "0"],
          ["-0.0", "0"],
          [".5", "0.5"],
          ["1E3", "1000"],
          ["1e-05", "0.00001"],
          ["-1.23e2", "-123"],
          ["9".repeat(60)],
          [`-${"9".repeat(200)}.${"1".repeat(100)}`],
        ] as const
      ).map(pair),
    )
    .map(meaning),
  fc.integer({ min: -3, max: 3 }).map(String).map(asWritten),
);

function pair([written, means = written]: readonly [string, string?]): readonly [string, string] {
  return [written, means];
}

export interface Days {
  from: string;
  to: string;
}

/** Any sound cell of a column; NULL as often as anything else. */
export function cellOf({ name, type }: Column, { from, to }: Days): fc.Arbitrary<Cell> {
  const dates = fc.constantFrom(from, to, "1970-01-01", "2000-02-29", "2024-02-29").map(asWritten);
  const texts = fc.oneof(fc.constantFrom("", " ", "One year", "NULL"), text).map(asWritten);
  const values: Record<string, fc.Arbitrary<Cell>> = {
    bool: booleans,
    int4: integers,
    numeric: numerics,
    date: dates,
    text: texts,
  };
  const sound = values[type];
  if (sound === undefined) throw new Error(`no cells are known for ${name}, which is of type ${type}`);
  return fc.option(sound, { nil: nothing, freq: 4 });
}

/** Text that may be a key: it is there, has no blanks around it and is no word for a missing value. */
export const key: fc.Arbitrary<string> = fc
  .oneof(fc.constantFrom("u1", "u2", "U1", "日本-0001", 'a"b', "a,b", "a\nb", "0", "e\u0301", "é"), text)
  .filter((value) => value.trim() === value && !/^(nan|NaN|None|NaT|<NA>|NULL|null|\\N|\\\.|)$/.test(value));
