import { expect, test } from "bun:test";
import fc from "fast-check";
import { costs, lengthOf, partsOf, shares, union, whole } from "./account.ts";
import { newStatement, type Span, type Statement } from "./statement.ts";

const statement = (text: string, began: number, waits: Span[], copying: Span[] = []): Statement => ({
  ...newStatement(1, text, began),
  waits,
  copying,
});

const ingest = { name: "ingest", span: [20, 60] } as const;

test("what came before a statement is the client's only while nobody waited", () => {
  const statements = [
    statement("first", 10, [[10, 15]]),
    statement("beside it", 12, [[12, 30]]),
    statement("copy", 40, [[40, 42]], [[42, 50]]),
    statement("last", 55, [[55, 58]]),
  ];
  expect(costs(statements, partsOf([ingest], 100)).map(({ part, before, server }) => [part, before, server])).toEqual([
    ["start", 10, 5],
    ["start", 0, 18],
    ["ingest", 10, 2],
    ["ingest", 5, 3],
  ]);
  expect(shares(statements, [0, 100])).toEqual({ wall: 100, server: 25, copying: 8, client: 67 });
  expect(shares(statements, [20, 60])).toEqual({ wall: 40, server: 15, copying: 8, client: 17 });
});

test("the parts of a run follow each other from its start to its end", () => {
  const upsert = { name: "upsert", span: [61, 80] } as const;
  expect(partsOf([ingest, upsert], 100)).toEqual([
    { name: "start", span: [0, 20] },
    { name: "ingest", span: [20, 61] },
    { name: "upsert", span: [61, 80] },
    { name: "end", span: [80, 100] },
  ]);
  expect(partsOf([], 100)).toEqual([whole(100)]);
});

test("a union has no overlaps, and covers what its spans cover", () => {
  const anySpan = fc.tuple(fc.nat(50), fc.nat(20)).map(([from, length]): Span => [from, from + length]);
  fc.assert(
    fc.property(fc.array(anySpan), (spans) => {
      const merged = union(spans);
      const covered = new Set(
        spans.flatMap(([from, to]) => Array.from({ length: to - from }, (_, step) => from + step)),
      );
      expect(lengthOf(merged)).toBe(covered.size);
      for (const [index, [from]] of merged.entries()) expect(from).toBeGreaterThan(merged[index - 1]?.[1] ?? -1);
    }),
  );
});
