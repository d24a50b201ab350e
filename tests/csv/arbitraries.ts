import * as fc from "fast-check";
import type { Cells } from "./reference.ts";

/** Texts in which a reader's mistakes would show: what CSV is made of, and words that mean something. */
const telling = fc.constantFrom(
  ...[
    '"',
    '""',
    ",",
    "\n",
    "\r\n",
    "\r",
    "\\.",
    "\\",
    " ",
    "\t",
    "nan",
    "None",
    "<NA>",
    "NULL",
    "\ufeff",
    "é",
    "😀",
    ";",
    "a",
  ],
);

/** Any text that PostgreSQL can hold. */
export const text: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(telling, { maxLength: 6 }).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  )
  .filter((value) => !value.includes("\0") && value.isWellFormed());

/** Rows of one width. A single column has no NULL: its line would be blank. */
export function tableOf(width: number): fc.Arbitrary<Cells> {
  const cell = width === 1 ? text : fc.option(text, { freq: 4 });
  return fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 });
}

export const anyTable: fc.Arbitrary<Cells> = fc.integer({ min: 1, max: 3 }).chain(tableOf);

export const lineEnd = fc.constantFrom("\n" as const, "\r\n" as const);

/** Bytes that are hardly ever sound CSV, and seldom far from it. */
export const anyBytes: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: telling.map((part) => Buffer.from(part)) },
      {
        weight: 20,
        arbitrary: fc.constantFrom(
          ...["\n", "\r\n", ",", '",', '"\n', "a,b\n", 'a,"b"\n'].map((part) => Buffer.from(part)),
        ),
      },
      { weight: 1, arbitrary: fc.constantFrom(Buffer.from([0]), Buffer.from([0xe9]), Buffer.from([0xc3])) },
    ),
    { maxLength: 20 },
  )
  .map((parts) => Buffer.concat(parts));

/** Places to cut so many bytes into chunks, ascending. */
export function cutsOf(length: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(length), { maxLength: 5 }).map((cuts) => cuts.sort((a, b) => a - b));
}
