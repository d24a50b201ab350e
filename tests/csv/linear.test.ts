import { afterAll, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Unread } from "../../src/csv/bytes.ts";
import { locateKeys } from "../../src/csv/parts/locate.ts";
import { SourceFile } from "../../src/csv/source.ts";
import { dates, readBody, readFile, shapeOf } from "./reading.ts";

/** Whatever a file is made of, it costs in proportion to its bytes. Counted is how often they are looked at. */

setDefaultTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), "streamflow-linear-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let looks = 0;

/** Bytes that a search goes through. */
const searched = new Map<string | symbol, (bytes: Buffer, result: unknown, from: number) => number>([
  ["indexOf", ({ length }, found, from) => (found === -1 ? length : Number(found)) - from],
  // Of those that are found the place is not known: it is taken for the first byte.
  ["includes", ({ length }, found, from) => (found ? 0 : length - from)],
  ["lastIndexOf", ({ length }) => length],
]);

/** The same bytes, each look at which is counted. */
function counted(data: Buffer): Buffer {
  return new Proxy(data, {
    get(bytes, name) {
      const value: unknown = Reflect.get(bytes, name, bytes);
      if (typeof value === "number" && name !== "length") looks++;
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const result: unknown = value.apply(bytes, given);
        looks += searched.get(name)?.(bytes, result, Number(given[1] ?? 0)) ?? 0;
        return result instanceof Buffer ? counted(result) : result;
      };
    },
  });
}

/** How often each byte is looked at on average, copying included, while a file is worked on that comes in such pieces. */
async function looksPerByte(content: string, piece: number, work: (path: string) => Promise<unknown>) {
  const data = Buffer.from(content);
  const path = join(folder, "t.csv");
  writeFileSync(path, data);
  using _pieces = spyOn(SourceFile.prototype, "chunks").mockImplementation(async function* (this: SourceFile) {
    try {
      for (let at = 0; at < data.length; at += piece) yield Buffer.from(data.subarray(at, at + piece));
    } finally {
      await this.handle.close();
    }
  });
  const { add } = Unread.prototype;
  using _add = spyOn(Unread.prototype, "add").mockImplementation(function (this: Unread, chunk: Buffer) {
    this.data = counted(add.call(this, chunk));
    return this.data;
  });
  looks = 0;
  await work(path);
  return looks / data.length;
}

const shape = shapeOf({ id: "text", a: "text", b: "text" }, ["id"]);
/** Of a column that the table does not have: sound blocks of a faulty file are not parsed, which takes real bytes. */
const head = "id,a,b,unknown\n";
const sourceIn = (path: string) => ({ path, shape, optional: new Set<string>(), dates });
const ways = {
  read: (path: string) => readFile(sourceIn(path)),
  "searched for keys": (path: string) => Array.fromAsync(locateKeys(sourceIn(path))),
};

/** Records that no piece ends. */
const files: Record<string, string> = {
  "a line of quotes": `${head}${'"'.repeat(40_000)}`,
  "a quote that is never closed": `${head}u1,"${"x".repeat(40_000)}`,
  "one after which all quotes are doubled": `${head}u1,"${'""'.repeat(20_000)}`,
  "one with line ends after it": `${head}u1,"x\n${"some text\n".repeat(4_000)}`,
  "one after a quote astray": `${head}a"b,"c\n${'""'.repeat(20_000)}`,
  "lines of quotes after a quote astray": `${head}a"b,"c\n${'""\n'.repeat(13_000)}`,
  "many quoted values": `${head}${'"some text",'.repeat(4_000)}"`,
  "many quoted values after a quote astray": `${head}a"b,"\n"${',"some text"'.repeat(4_000)},"`,
  "a value without quotes": `${head}"u1",${"x".repeat(40_000)}`,
  "a header of quotes": '"'.repeat(40_000),
  "a header that never ends": `id,"${"x".repeat(40_000)}`,
  "a header of many columns": "id,".repeat(15_000),
  "blank lines before the header": "\n".repeat(40_000),
};

describe("bytes are looked at a few times each, in however many pieces they come", () => {
  for (const [name, content] of Object.entries(files)) {
    test.each(Object.entries(ways))(`${name}, %s`, async (_, work) => {
      expect(await looksPerByte(content, 250, work)).toBeLessThan(8);
    });
  }
});

test("nor are doubled quotes counted anew with each piece of a value of a million", async () => {
  const content = `${head}u1,"${'""'.repeat(1_000_000)}`;
  expect(await looksPerByte(content, 65_536, ways["searched for keys"])).toBeLessThan(8);
});

test("nor is a block tried again with each piece once it is unsound", () => {
  const body = Buffer.from(`a"b,"c\n${'""\n'.repeat(13_000)}`);
  const cuts = Array.from({ length: body.length / 250 }, (_, index) => index * 250);
  const { includes } = Buffer.prototype;
  let tried = 0;
  // A NUL byte is what a block is looked through for first.
  using _includes = spyOn(Buffer.prototype, "includes").mockImplementation(function (
    this: Buffer,
    ...given: Parameters<Buffer["includes"]>
  ) {
    if (given[0] === 0) tried += this.length;
    return includes.apply(this, given);
  });
  expect(readBody(body, shape, "\n", cuts).faults[0]).toMatchObject({ code: "quote_bare", line: 2 });
  expect(tried).toBeLessThan(2 * body.length);
});
