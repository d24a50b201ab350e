import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { Unread } from "../../src/csv/bytes.ts";
import { RecordScanner } from "../../src/csv/scan.ts";
import { anyBytes, cutsOf } from "./arbitraries.ts";

setDefaultTimeout(60_000);

/** Where the last whole record ends, looked for from the start. */
function wholeRecords(data: Buffer, final: boolean): number {
  const inside = (to: number) => data.subarray(0, to).filter((byte) => byte === 0x22).length % 2 === 1;
  if (final && !inside(data.length)) return data.length;
  let end = data.lastIndexOf("\n");
  while (end !== -1 && inside(end)) end = end === 0 ? -1 : data.lastIndexOf("\n", end - 1);
  return end + 1;
}

const pieces = anyBytes.chain((data) =>
  fc.record({ data: fc.constant(data), cuts: cutsOf(data.length), takes: fc.array(fc.double({ min: 0, max: 1 })) }),
);

/** Hands out the data in pieces cut there, the last one as such. */
function* piecesOf(data: Buffer, cuts: readonly number[]): Generator<[piece: Buffer, final: boolean]> {
  const edges = [0, ...cuts, data.length];
  for (const [index, from] of edges.entries()) {
    const piece = data.subarray(from, edges[index + 1] ?? from);
    yield [piece, index === edges.length - 1];
  }
}

describe("what comes in pieces is found as in one", () => {
  test("whole records, whatever was taken between", () => {
    fc.assert(
      fc.property(pieces, ({ data, cuts, takes }) => {
        const unread = new Unread();
        const left = [...takes];
        let start = 0;
        let read = 0;
        const handedOut: { bytes: Buffer; as: string }[] = [];
        for (const [piece, final] of piecesOf(data, cuts)) {
          read += piece.length;
          // A copy, for a file's chunks do not lie behind one another.
          const all = unread.add(Buffer.from(piece));
          expect(all).toEqual(data.subarray(start, read));
          handedOut.push({ bytes: all, as: all.toString("latin1") });
          const whole = unread.wholeRecords(final);
          expect(whole).toBe(wholeRecords(all, final));
          const share = left.pop() ?? 0;
          const taken = share > 0.5 ? whole : Math.floor(share * all.length);
          unread.take(taken);
          start += taken;
        }
        for (const { bytes, as } of handedOut) expect(bytes.toString("latin1")).toBe(as);
      }),
      { numRuns: 1000 },
    );
  });

  test("a record that is scanned", () => {
    fc.assert(
      fc.property(pieces, fc.constantFrom(1, 2, 3), ({ data, cuts }, width) => {
        const unread = new Unread();
        const scanner = new RecordScanner(unread.data, false, width);
        for (const [piece, final] of piecesOf(data, cuts)) {
          const all = unread.add(Buffer.from(piece));
          if (all.length === 0) continue;
          const record = scanner.goOn(all, final).record(0);
          expect(record).toEqual(new RecordScanner(all, final, width).record(0));
          if (record !== null) break;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
