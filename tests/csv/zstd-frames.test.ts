import { expect, test } from "bun:test";
import { constants, zstdCompressSync } from "node:zlib";
import { ZstdFrames } from "../../src/csv/files/zstd-frames.ts";

const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => Number(Bun.hash(String(index)) & 0xffn)));
const skippable = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from("hello")]);
const { ZSTD_c_checksumFlag: checksum, ZSTD_c_contentSizeFlag: contentSize } = constants;

const frames: [name: string, bytes: Buffer][] = [
  ["a small frame", zstdCompressSync("user_id\nu1\n")],
  ["nothing but a frame", zstdCompressSync("")],
  ["a frame of many blocks", zstdCompressSync(noise)],
  ["a frame of one repeated byte", zstdCompressSync(Buffer.alloc(1_000_000, "x"))],
  ["a frame with a checksum", zstdCompressSync("text", { params: { [checksum]: 1 } })],
  ["a frame without its size", zstdCompressSync("text", { params: { [contentSize]: 0 } })],
  ["a skippable frame before another", Buffer.concat([skippable, zstdCompressSync("text")])],
];

for (const [name, bytes] of frames) {
  test(`${name} is whole at its end, and nowhere before`, () => {
    const whole = new ZstdFrames();
    const ends: number[] = [];
    const step = Math.max(1, Math.floor(bytes.length / 5_000));
    for (let at = 0; at < bytes.length; at += step) {
      expect(whole.push(bytes.subarray(at, at + step))).toBe(true);
      if (whole.isWhole) ends.push(Math.min(at + step, bytes.length));
    }
    expect(ends.filter((end) => !bytes.subarray(0, end).equals(skippable))).toEqual([bytes.length]);
  });
}

test("what is no frame is told at once", () => {
  expect(new ZstdFrames().push(Buffer.from("user_id,"))).toBe(false);
  expect(new ZstdFrames().push(Buffer.concat([zstdCompressSync("text"), Buffer.from("more")]))).toBe(false);
});
