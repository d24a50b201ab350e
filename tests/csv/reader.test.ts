import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import type { Fault } from "../../src/core/faults.ts";
import { describeGroup } from "../../src/core/messages/fault-words.ts";
import { findPlaces, locateKeys } from "../../src/csv/parts/locate.ts";
import { openTable, type ReadOptions } from "../../src/csv/reader.ts";
import { RejectFile } from "../../src/csv/reject-file.ts";
import { FaultTally } from "../../src/csv/tally.ts";
import { dates, readFile, shapeOf } from "./reading.ts";
import { readRows } from "./reference.ts";

setDefaultTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), "streamflow-reader-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shape = shapeOf({ user_id: "text not null", watch_hours_30d: "numeric", note: "text" }, ["user_id"]);

function sourceOf(content: string | Buffer, file = "t.csv") {
  const path = join(folder, file);
  writeFileSync(path, content);
  return { path, shape, optional: new Set<string>(), dates };
}

const read = (content: string | Buffer, options?: ReadOptions, file?: string) =>
  readFile(sourceOf(content, file), options);

/** Reads it with a reject file, whose lines are told too, each as its cells. */
async function readWithRejects(content: string | Buffer) {
  const rejects = new RejectFile(join(folder, "rejects.csv"));
  const found = await readFile(sourceOf(content), {}, rejects);
  return { ...found, rejected: readRows(readFileSync(rejects.close() ?? "", "utf8")).slice(1) };
}

const header = "user_id,watch_hours_30d,note\n";
const rows = (count: number, row: (index: number) => string) =>
  header + Array.from({ length: count }, (_, i) => row(i)).join("");
const sound = (count: number) => rows(count, (i) => `u${i},${i}.5,some text to fill the line with\n`);

test("ten thousand values with one fault are one group, a thousand listed, and all handed on", async () => {
  const content = rows(10_001, (i) => (i === 0 ? "u0,1,\n" : `u${i},n/a,\n`));
  const { faults, faultCount, groups, rejected } = await readWithRejects(content);
  expect(faults).toHaveLength(1_000);
  expect(faultCount).toBe(10_000);
  expect(rejected.map(([, line]) => line)).toEqual(Array.from({ length: 10_000 }, (_, index) => String(index + 3)));
  expect(groups.map(describeGroup)).toEqual([
    expect.stringMatching(
      /^watch_hours_30d: 10,000 values are not numeric, first at line 3: `n\/a`; `check --suggest`/,
    ),
  ]);
  expect(groups[0]?.first.map(({ line }) => line)).toEqual([3, 4, 5]);
});

test("a byte that is not UTF-8 is told with its offset where it is listed, and without it in the many after that", async () => {
  const content = Buffer.from(
    rows(1_500, () => "u1,1,Jos\xe9\n"),
    "latin1",
  );
  const { faults, rejected } = await readWithRejects(content);
  const reasons = rejected.map(([, , , , reason]) => reason ?? "");
  const line = "u1,1,Jos\xe9\n".length;
  const offset = (index: number) => header.length + index * line + line - 2;
  const accepted = 'the manifest accepts it with "written":{"encoding":"windows-1252"}';
  const listed = (index: number) =>
    `byte 0xE9 at offset ${offset(index)} is not UTF-8; in Latin-1 it is é, and ${accepted}`;
  expect(faults.map(({ reason }) => reason)).toEqual(Array.from({ length: 1_000 }, (_, index) => listed(index)));
  expect(faults[0]?.value).toBe("Jos\\xE9");
  expect(reasons.slice(0, 1_000)).toEqual(faults.map(({ reason }) => reason));
  expect([...new Set(reasons.slice(1_000))]).toEqual([`byte 0xE9 is not UTF-8; in Latin-1 it is é, and ${accepted}`]);
});

test("quoted rows after a fault are judged as those before it", async () => {
  const content = rows(3_000, (i) => `"u${i}",${i === 0 ? '"x"' : '"1"'},"a, ""b""${i % 2 === 0 ? "\n" : ""}"\n`);
  const { faults, rows: count } = await read(`${content}"u x",,"c"d\n"",1,\n"nan",1,"nan"\n`);
  expect(count).toBe(3_003);
  expect(faults.map(({ line, column, value, code }) => [line, column, value, code])).toEqual([
    [2, "watch_hours_30d", "x", "not_numeric"],
    [4_502, "note", '"c"d', "quote_trailing"],
    [4_503, "user_id", '""', "null_forbidden"],
    [4_504, "user_id", '"nan"', "null_word"],
  ]);
});

describe("a sound file", () => {
  const content = sound(20_000);
  for (const [file, bytes] of [
    ["plain.csv", Buffer.from(content)],
    ["packed.csv.gz", gzipSync(content)],
    ["packed.csv.zst", zstdCompressSync(content)],
  ] as const) {
    test(`${file}: its rows are passed on as they are, it is hashed, and progress counts bytes on disk`, async () => {
      const passed: Uint8Array[] = [];
      const progress: number[] = [];
      const result = await read(
        bytes,
        { write: async (chunk) => void passed.push(chunk), onProgress: (done) => progress.push(done) },
        file,
      );
      expect(Buffer.concat(passed).toString()).toBe(content.slice(header.length));
      expect(result.sha256).toBe(new Bun.CryptoHasher("sha256").update(bytes).digest("hex"));
      expect(result).toMatchObject({ rows: 20_000, bytes: bytes.length, faultCount: 0 });
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
      expect(progress.at(-1)).toBe(bytes.length);
    });
  }
});

test("nothing is written once a fault was found, and what came before is whole rows", async () => {
  const passed: Uint8Array[] = [];
  const content = `${sound(10_000)}bad row\n${sound(10_000).slice(header.length)}`;
  const { faultCount } = await read(content, { write: async (chunk) => void passed.push(chunk) });
  const text = Buffer.concat(passed).toString();
  expect(faultCount).toBe(1);
  expect(content.slice(header.length).startsWith(text)).toBe(true);
  expect(text.endsWith("\n")).toBe(true);
  expect(text).not.toContain("bad row");
});

test("a write that fails rejects the read with its error", async () => {
  const error = new Error("the server is gone");
  await expect(read(sound(50_000), { write: () => Promise.reject(error) })).rejects.toBe(error);
  await expect(read(sound(1), { write: () => Promise.reject(error) })).rejects.toBe(error);
  // A row without a line end is written once the file is known to be over.
  await expect(read(sound(1).trimEnd(), { write: () => Promise.reject(error) })).rejects.toBe(error);
});

test("an aborted read rejects with the signal's reason", async () => {
  for (const [file, pack] of [
    ["t.csv", Buffer.from],
    ["t.csv.gz", gzipSync],
  ] as const) {
    const abort = new AbortController();
    const reason = new Error("interrupted");
    // Random enough to have more than one chunk on disk when it is compressed.
    const content = rows(60_000, (i) => `u${i},${Math.imul(i, 2654435761) >>> 0},${Bun.hash(String(i))}\n`);
    const reading = read(pack(content), { signal: abort.signal, onProgress: () => abort.abort(reason) }, file);
    await expect(reading).rejects.toBe(reason);
  }
});

describe("a file that changes while it is read", () => {
  const change: Record<string, (path: string) => void> = {
    grows: (path) => appendFileSync(path, "u1,2,\n"),
    shrinks: (path) => truncateSync(path, 1_000),
    vanishes: (path) => rmSync(path),
    "is replaced by one like it": (path) => {
      rmSync(path);
      writeFileSync(path, sound(20_000));
    },
  };
  for (const [how, act] of Object.entries(change)) {
    test(how, async () => {
      const source = sourceOf(sound(20_000), "changing.csv");
      let isChanged = false;
      const { faults } = await readFile(source, {
        onProgress() {
          if (!isChanged) act(source.path);
          isChanged = true;
        },
      });
      expect(faults.map(({ code }) => code)).toContain("file_changed");
    });
  }

  test("between its header and its rows", async () => {
    const source = sourceOf(sound(10), "changing.csv");
    const reader = await openTable(source);
    writeFileSync(source.path, sound(11));
    const tally = new FaultTally("changing.csv");
    await reader.read(tally);
    expect(tally.listed.map(({ code }) => code)).toContain("file_changed");
  });
});

describe("values beyond all measure", () => {
  const short = (faults: Fault[]) => faults.map(({ line, column, code }) => [line, column, code]);
  const long = "y".repeat(3_000_000);

  test("an unquoted one is told, and what follows is read", async () => {
    const { faults, rows: count } = await read(`${header}u1,1,${long}\nu2,x,\n`);
    expect(short(faults)).toEqual([
      [2, "note", "value_too_long"],
      [3, "watch_hours_30d", "not_numeric"],
    ]);
    expect(count).toBe(2);
  });

  test("a quoted one of many lines is told, and the lines are counted on", async () => {
    const { faults } = await read(`${header}u1,1,"${"y\n".repeat(1_500_000)}"\nu2,x,\n`);
    expect(short(faults)).toEqual([
      [2, "note", "value_too_long"],
      [1_500_003, "watch_hours_30d", "not_numeric"],
    ]);
  });

  test("one that is quoted and never closed is told at the line where it opened", async () => {
    const { faults } = await read(`${header}u1,1,\nu2,1,"${long}`);
    expect(short(faults)).toEqual([[3, "note", "quote_unclosed"]]);
  });

  test("a quote never closed costs its own line alone, however long the file goes on", async () => {
    const { faults, rows: count } = await read(
      rows(100_000, (i) => (i === 7 ? 'u7,1,"open\n' : `u${i},${i === 99_999 ? "x" : 1},text\n`)),
    );
    expect(short(faults)).toEqual([
      [9, "note", "quote_unclosed"],
      [100_001, "watch_hours_30d", "not_numeric"],
    ]);
    expect(count).toBe(100_000);
  });

  test("a line that never ends is told, however short its values, and what follows is read", async () => {
    const { faults, rows: count } = await read(`${header}u1,1${",x".repeat(1_500_000)}\nu2,x,\n`);
    expect(short(faults)).toEqual([
      [2, undefined, "row_long"],
      [3, "watch_hours_30d", "not_numeric"],
    ]);
    expect(count).toBe(2);
    expect(short((await read("a,".repeat(1_000_000))).faults)).toEqual([[1, undefined, "row_long"]]);
  });

  test("a record of several values just below the limit is sound", async () => {
    const wide = shapeOf({ user_id: "text not null", a: "text", b: "text", c: "text" }, ["user_id"]);
    const source = {
      ...sourceOf(`user_id,a,b,c\nu1,"${"y".repeat(1_000_000)}","${'""'.repeat(999_999)}",${"z".repeat(999_999)}\n`),
      shape: wide,
    };
    expect(await readFile(source)).toMatchObject({ rows: 1, faultCount: 0 });
  });
});

async function keysOf(content: string | ReturnType<typeof sourceOf>): Promise<[string, number | null][]> {
  const found: [string, number | null][] = [];
  for await (const { keys, lines } of locateKeys(typeof content === "string" ? sourceOf(content) : content)) {
    found.push(...keys.map((key, index): [string, number | null] => [key, lines[index] ?? null]));
  }
  return found;
}

describe("keys and their lines", () => {
  test("are found through quoted line ends, blank lines and faulty rows", async () => {
    const source = sourceOf(`${header}u1,1,"a\nb"\n\nu2,x,\nu3,1\n"u""4",1,\n,1,\nu5,1,"open\nu6,1,last`);
    expect(await keysOf(source)).toEqual([
      ["u1", 2],
      ["u2", 5],
      ["u3", null],
      ['u"4', 7],
      ["u5", 9],
      ["u6", 10],
    ]);
    expect(await findPlaces(source, new Set(["u6", "u1", "u9"]))).toEqual(
      new Map([
        ["u1", 2],
        ["u6", 10],
      ]),
    );
  });

  test("are the same whether lines are split at commas or scanned, wherever the file is cut", async () => {
    const row = fc.constantFrom("u1,1,a", " u2 ,,", "u3,1", "", "nan,1,a", ",1,a", "ü4,1,a,b", "u5,\ra,1", "u\r6,1,a");
    const written = fc.record({
      lines: fc.array(row, { minLength: 1, maxLength: 30 }),
      end: fc.constantFrom("\n", "\r\n"),
      endLast: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(written, async ({ lines, end, endLast }) => {
        const plain = header.replace("\n", end) + lines.join(end) + (endLast ? end : "");
        // A quote anywhere has the whole piece scanned.
        const scanned = `${header.replace("\n", end)}u0,1,"a"${end}${lines.join(end)}${endLast ? end : ""}`;
        const below = (await keysOf(scanned)).slice(1).map(([key, line]) => [key, line === null ? null : line - 1]);
        expect(await keysOf(plain)).toEqual(below as Awaited<ReturnType<typeof keysOf>>);
      }),
      { numRuns: 100 },
    );
  });

  test("of several columns are told as a JSON array", async () => {
    const source = { ...sourceOf(`${header}u1,1,a\n`), shape: { ...shape, key: ["note", "user_id"] } };
    expect(await findPlaces(source, new Set(['["a","u1"]']))).toEqual(new Map([['["a","u1"]', 2]]));
  });

  test("of a file that cannot be read are none", async () => {
    const source = sourceOf("not gzip", "broken.csv.gz");
    expect(await findPlaces(source, new Set(["u1"]))).toEqual(new Map());
  });
});

test("a compressed file that is cut short, wherever, is rejected", async () => {
  const content = Buffer.from(sound(3));
  for (const [ending, bytes] of [["gz", gzipSync(content)] as const, ["zst", zstdCompressSync(content)] as const]) {
    expect((await read(bytes, {}, `whole.csv.${ending}`)).faultCount).toBe(0);
    for (let length = 0; length < bytes.length; length++) {
      const { faultCount } = await read(bytes.subarray(0, length), {}, `cut.csv.${ending}`);
      expect([ending, length, faultCount > 0]).toEqual([ending, length, true]);
    }
  }
});

test("files are closed, however reading ends", async () => {
  const open = () => readdirSync("/proc/self/fd").length;
  await read(sound(1));
  const before = open();
  await read(sound(20_000));
  await read("nonsense");
  await read(gzipSync(sound(20_000)).subarray(0, 5_000), {}, "t.csv.gz");
  await read(sound(20_000), { write: () => Promise.reject(new Error("gone")) }).catch(() => {});
  for await (const _ of locateKeys(sourceOf(sound(20_000)))) break;
  expect(open()).toBe(before);
});
