import { expect, test } from "bun:test";
import type { KeyGroup } from "../../src/postgres/snapshots/fingerprint.ts";
import { findSuspects } from "../../src/postgres/snapshots/suspects.ts";

/** From sums of hashes alone: which key's row is another, or that this cannot be told. */

const group = 7;
/** A group of rows, each the hash of its key and the low half of its own. */
function sums(...rows: [keyHash: number, low: number][]): KeyGroup[] {
  const total = (of: (row: [number, number]) => bigint) => rows.reduce((sum, row) => sum + of(row), 0n);
  return rows.length === 0
    ? []
    : [
        [
          group,
          rows.length,
          String(total(([, low]) => BigInt(low))),
          String(total(([key, low]) => BigInt(key) * BigInt(low))),
        ],
      ];
}
const key = (many: number) => many * 256 + group;

test.each([
  ["nothing", sums([key(1), 10]), sums([key(1), 10]), [], 0],
  [
    "a changed row",
    sums([key(1), 10], [key(2), 20]),
    sums([key(1), 10], [key(2), 23]),
    [{ keyHash: key(2), change: "changed" }],
    0,
  ],
  ["an added row", sums([key(1), 10]), sums([key(1), 10], [key(3), 5]), [{ keyHash: key(3), change: "added" }], 0],
  ["a removed row", sums([key(1), 10], [key(3), 5]), sums([key(1), 10]), [{ keyHash: key(3), change: "removed" }], 0],
  ["the first row of a group", sums(), sums([key(4), 9]), [{ keyHash: key(4), change: "added" }], 0],
  ["the only row of a group", sums([key(4), 9]), sums(), [{ keyHash: key(4), change: "removed" }], 0],
  // 10 more at one key and 10 more at another: the quotient is a number between the two, of no key of this group.
  ["two rows of one group", sums([key(1), 10], [key(2), 20]), sums([key(1), 20], [key(2), 30]), [], 1],
  ["two rows whose changes cancel out", sums([key(1), 10], [key(2), 20]), sums([key(1), 11], [key(2), 19]), [], 1],
  ["two rows added", sums([key(1), 10]), sums([key(1), 10], [key(2), 5], [key(3), 5]), [], 1],
] as const)("%s", (_, sealed, found, suspects, unnamed) => {
  expect(findSuspects(sealed, found)).toEqual({ suspects: [...suspects], unnamed });
});

test("a quotient that is no hash of a key names nobody", () => {
  // By one row's sum alone: below nothing, beyond 31 bits.
  const after = (weighted: bigint): KeyGroup[] => [[group, 1, "1", String(weighted)]];
  const wild = [-249n, 2n ** 31n + 7n].map((weighted) => findSuspects([[group, 1, "0", "0"]], after(weighted)));
  expect(wild).toEqual(Array(2).fill({ suspects: [], unnamed: 1 }));
});
