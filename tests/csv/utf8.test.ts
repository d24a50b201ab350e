import { expect, test } from "bun:test";
import { isUtf8 } from "node:buffer";
import * as fc from "fast-check";
import { ByteText, firstForeignByte } from "../../src/csv/utf8.ts";
import { byteKind } from "../../src/csv/written/signs.ts";

/** Bytes at the edges of what a character may begin with and go on with. */
const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed];
const later = [0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff];
const bytes = fc
  .array(fc.oneof(fc.constantFrom(...edges, ...later), fc.integer({ min: 0, max: 255 })), { maxLength: 8 })
  .map((values) => Buffer.from(values));

test("the first byte that is not UTF-8 is where the runtime's own check stops", () => {
  fc.assert(
    fc.property(bytes, (data) => {
      const at = firstForeignByte(data);
      expect(at === -1).toBe(isUtf8(data));
      if (at === -1) return;
      expect(isUtf8(data.subarray(0, at))).toBe(true);
      for (let length = 1; length <= 4 && at + length <= data.length; length++) {
        expect(isUtf8(data.subarray(at, at + length))).toBe(false);
      }
    }),
    { numRuns: 5_000 },
  );
});

const written = (data: Buffer, from = 0, to = data.length) =>
  new ByteText(data).written(from, to, byteKind.beyondAscii);

test("so it is for each pair of bytes that a character can begin with, whatever follows at the edges", () => {
  const differing: string[] = [];
  const ends = [0x7f, 0x80, 0xbf, 0xc0];
  for (let lead = 0x80; lead < 0x100; lead++) {
    for (let second = 0; second < 0x100; second++) {
      for (const third of ends) {
        for (const fourth of ends) {
          for (const data of [
            [lead, second],
            [lead, second, third],
            [lead, second, third, fourth],
          ].map(Buffer.from)) {
            if ((firstForeignByte(data) === -1) !== isUtf8(data)) differing.push(data.toString("hex"));
          }
        }
      }
    }
  }
  expect(differing).toEqual([]);
});

test("bytes are shown as text, and each that is not as its escape", () => {
  const shown = fc.array(fc.oneof(fc.constantFrom("é", "😀", "a"), fc.integer({ min: 0xf8, max: 0xff })));
  fc.assert(
    fc.property(shown, (parts) => {
      const data = Buffer.concat(parts.map((part) => Buffer.from(typeof part === "string" ? part : [part])));
      const expected = parts.map((part) => (typeof part === "string" ? part : `\\x${part.toString(16).toUpperCase()}`));
      expect(written(data)).toBe(expected.join(""));
      expect(written(Buffer.concat([Buffer.from("é"), data, Buffer.from("é")]), 2, 2 + data.length)).toBe(
        expected.join(""),
      );
    }),
  );
});
