import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { changedSince, contentsOf } from "../../src/csv/drop/changes.ts";
import { dropFiles } from "../../src/csv/drop/files.ts";
import { locateKeys } from "../../src/csv/parts/locate.ts";
import { openParts, readParts } from "../../src/csv/parts/open.ts";
import { partAndLine } from "../../src/csv/parts/place.ts";
import type { TableSource } from "../../src/csv/source.ts";
import { FaultTally } from "../../src/csv/tally.ts";
import { zipOf } from "../helpers/zip.ts";
import { dates, shapeOf } from "./reading.ts";

setDefaultTimeout(60_000);

const data = mkdtempSync(join(tmpdir(), "streamflow-parts-"));
const folder = join(data, "m");
afterAll(() => rmSync(data, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

type Files = Record<string, string | Buffer>;
function write(files: Files): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

async function listed(file: string, others: string[] = []) {
  const tables = [file, ...others].map((one, index) => ({ name: `t${index}`, file: one }));
  const [found] = await dropFiles(data, "m", tables);
  if (found === undefined) throw new Error("nothing is listed");
  return found;
}

const shape = shapeOf({ k: "text not null", n: "int4" }, ["k"]);
async function sourceOf(file: string): Promise<TableSource> {
  const found = await listed(file);
  expect(found.fault).toBeNull();
  return { path: found.path, shape, optional: new Set(), dates, listed: found, parts: found.parts };
}

/** What each file gave to be copied, and what was found wrong with it as "file:line: code". */
async function readAll(source: TableSource) {
  const opened = await openParts(source);
  const faults: string[] = [];
  const tallies: FaultTally[] = [];
  const copied: string[] = [];
  const read = await readParts(
    opened,
    ({ name }) => {
      const tally = new FaultTally(name);
      tallies.push(tally);
      return tally;
    },
    { write: async (chunk) => void copied.push(Buffer.from(chunk).toString()) },
  );
  for (const { listed } of tallies) {
    for (const { file, line, code } of listed) faults.push(`${file}${line === undefined ? "" : `:${line}`}: ${code}`);
  }
  return { header: opened.header?.columns ?? null, rows: read.rows, copied: copied.join(""), faults, read };
}

describe("names", () => {
  const table: [what: string, files: string[], file: string, others: string[], parts: string[] | null][] = [
    ["by their numbers", ["u_10.csv", "u_9.csv", "u_1.csv"], "u_*.csv", [], ["u_1.csv", "u_9.csv", "u_10.csv"]],
    [
      "compressed in ways of their own",
      ["u_1.csv.gz", "u_2.csv.zst", "u_3.csv"],
      "u_*.csv",
      [],
      ["u_1.csv.gz", "u_2.csv.zst", "u_3.csv"],
    ],
    [
      "another table's own is none",
      ["u_1.csv", "u_2.csv", "u_extra.csv.gz"],
      "u_*.csv",
      ["u_extra.csv"],
      ["u_1.csv", "u_2.csv"],
    ],
    ["a dated name is one file", ["u_2024-01-31.csv"], "u_*.csv", [], null],
    ["signs of patterns are themselves", ["u+1.csv", "u+2.csv", "uu1.csv"], "u+*.csv", [], ["u+1.csv", "u+2.csv"]],
    ["hidden ones are none", [".u_1.csv", "u_2.csv"], "*u_*.csv", [], null],
    ["several stars", ["a-1-b.csv", "a-2-b.csv", "a.csv"], "a*-*b.csv", [], ["a-1-b.csv", "a-2-b.csv"]],
  ];
  test.each(table)("%s", async (_, files, file, others, parts) => {
    write(Object.fromEntries(files.map((name) => [name, "x"])));
    const found = await listed(file, others);
    expect(found.fault).toBeNull();
    expect(found.parts?.map(({ path }) => basename(path)) ?? null).toEqual(parts);
    expect(found.bytes).toBe(parts?.length ?? 1);
    expect(basename(found.path)).toBe(parts === null ? (files.find((name) => !name.startsWith(".")) ?? "") : file);
  });

  const refused: [what: string, files: string[], file: string, others: string[], code: string, reason: string][] = [
    [
      "one part twice",
      ["u_1.csv", "u_1.csv.gz"],
      "u_*.csv",
      [],
      "file_ambiguous",
      "the drop has u_1.csv and u_1.csv.gz",
    ],
    [
      "two patterns",
      ["u_1.csv", "u_2.csv"],
      "u_*.csv",
      ["*_2.csv"],
      "file_ambiguous",
      "u_2.csv fits u_*.csv and *_2.csv",
    ],
    [
      "a part that is not read",
      ["u_1.csv", "u_2.csv.bz2"],
      "u_*.csv",
      [],
      "file_ambiguous",
      "there is u_2.csv.bz2, and bzip2 is not read: compress it by gzip, zstd or zip, or not at all",
    ],
    ["none", [], "u_*.csv", [], "file_missing", "the file is not in the drop"],
    [
      "none, but others",
      ["a.csv", "u.xlsx"],
      "u_*.csv",
      [],
      "file_missing",
      "the file is not in the drop; there is u.xlsx",
    ],
    [
      "only ones that are not read",
      ["u.csv.xz"],
      "u.csv",
      [],
      "file_missing",
      "the file is not in the drop; there is u.csv.xz, and xz is not read: compress it by gzip, zstd or zip, or not at all",
    ],
    [
      "of another form",
      ["u.parquet"],
      "u.csv",
      [],
      "file_missing",
      'the file is not in the drop; there is u.parquet, which the manifest takes as "file":"u.parquet"',
    ],
    [
      "of another name",
      ["u.zip"],
      "u.csv",
      [],
      "file_missing",
      'the file is not in the drop; there is u.zip, which the manifest takes as "file":"u.zip"',
    ],
  ];
  test.each(refused)("%s", async (_, files, file, others, code, reason) => {
    write(Object.fromEntries(files.map((name) => [name, "x"])));
    expect((await listed(file, others)).fault).toMatchObject({ code, reason });
  });

  test("a folder, or a link that leads nowhere, among the parts is named", async () => {
    write({ "u_1.csv": "x" });
    mkdirSync(join(folder, "u_2.csv"));
    expect((await listed("u_*.csv")).fault).toEqual({
      file: "u_2.csv",
      code: "file_unreadable",
      reason: "a folder, not a file",
    });
  });
});

describe("parts", () => {
  test("are read in order, each with its header, whatever order its columns have", async () => {
    write({
      "u_2.csv": "n,k\r\n3,c\r\n",
      "u_1.csv": "k,n\na,1\nb,2\n",
      "u_3.csv": "k,n\n",
      "u_4.csv.gz": gzipSync("k,n\nd,4"),
    });
    const found = await readAll(await sourceOf("u_*.csv"));
    expect(found).toMatchObject({ header: ["k", "n"], rows: 4, copied: "a,1\nb,2\n3,c\r\nd,4", faults: [] });
    expect(found.read.parts.map(({ name, rows }) => [name, rows])).toEqual([
      ["u_1.csv", 2],
      ["u_2.csv", 1],
      ["u_3.csv", 0],
      ["u_4.csv.gz", 1],
    ]);
    const named = readdirSync(folder).sort();
    const sums = Bun.spawnSync(["sha256sum", ...named], { cwd: folder }).stdout;
    expect(found.read.sha256).toBe(new Bun.CryptoHasher("sha256").update(sums).digest("hex"));
    expect(await contentsOf(await listed("u_*.csv"))).toBe(found.read.sha256 ?? "");
  });

  test("each fault is told of the file and the line where it stands", async () => {
    write({ "u_1.csv": "k,n\na,1\n", "u_2.csv": "k,n\nb,2\nc,x\n", "u_3.csv": "", "u_4.csv": "a,1\n" });
    const { faults, header } = await readAll(await sourceOf("u_*.csv"));
    expect(header).toBeNull();
    expect(faults).toEqual(["u_2.csv:3: not_integer", "u_3.csv:1: file_empty", "u_4.csv:1: header_missing"]);
  });

  test("one that has other columns than the first is refused", async () => {
    write({ "u_1.csv": "k,n\na,1\n", "u_2.csv": "k\nb\n" });
    const source = { ...(await sourceOf("u_*.csv")), optional: new Set(["n"]) };
    const { faults, header } = await readAll(source);
    expect({ faults, header }).toEqual({ faults: ["u_2.csv:1: part_columns"], header: null });
  });

  test("rows there have to be, in one of them", async () => {
    write({ "u_1.csv": "k,n\n", "u_2.csv": "k,n\n" });
    expect((await readAll(await sourceOf("u_*.csv"))).faults).toEqual(["u_1.csv: no_rows"]);
  });

  test("a key tells its file and line", async () => {
    write({ "u_1.csv": "k,n\na,1\nb,2\n", "u_2.csv": "k,n\nb,3\n" });
    const places: string[] = [];
    for await (const { keys, lines } of locateKeys(await sourceOf("u_*.csv"))) {
      for (const [index, key] of keys.entries()) {
        const { part, line } = partAndLine(lines[index] ?? 0);
        places.push(`${key} ${part} ${line}`);
      }
    }
    expect(places).toEqual(["a 0 2", "b 0 3", "b 1 2"]);
  });

  test("one that comes, goes or changes during the run is noticed", async () => {
    const files = { "u_1.csv": "k,n\na,1\n", "u_2.csv": "k,n\nb,2\n" };
    write(files);
    const listedAt = Date.now();
    const before = await listed("u_*.csv");
    const sha256 = await contentsOf(before);
    const now = async () => changedSince(listedAt, [{ listed: before, sha256 }], [await listed("u_*.csv")]);
    expect(await now()).toEqual([]);
    write({ "u_3.csv": "k,n\n" });
    expect(await now()).toMatchObject([{ file: "u_*.csv", code: "file_changed" }]);
    rmSync(join(folder, "u_3.csv"));
    write({ "u_2.csv": "k,n\nb,3\n" });
    expect(await now()).toMatchObject([{ code: "file_changed" }]);
    write(files);
    rmSync(join(folder, "u_1.csv"));
    expect(await now()).toMatchObject([{ code: "file_changed", reason: "it is gone since the run began" }]);
  });
});

describe("zip", () => {
  const one = "k,n\na,1\nb,2\n";

  test.each([true, false])("one file, stored %p", async (isStored) => {
    const content = `k,n\n${Array.from({ length: 30_000 }, (_, n) => `k${n},${n}\n`).join("")}`;
    write({
      "u.csv.zip": zipOf({ "export/whatever.csv": content, "__MACOSX/u.csv": "x", "export/.DS_Store": "x" }, isStored),
    });
    const { rows, faults, copied, read } = await readAll(await sourceOf("u.csv"));
    expect({ rows, faults }).toEqual({ rows: 30_000, faults: [] });
    expect(copied).toBe(content.slice(4));
    expect(read.sha256).toBe(await contentsOf(await listed("u.csv")));
  });

  test("the parts, in order", async () => {
    write({ "u.zip": zipOf({ "u_10.csv": "k,n\nc,x\n", "u_2.csv": one, "u_3.csv": "n,k\n1,d\n" }) });
    const { faults, read } = await readAll(await sourceOf("u.zip"));
    expect(faults).toEqual(["u.zip/u_10.csv:2: not_integer"]);
    expect(read.parts.map(({ name }) => name)).toEqual(["u.zip/u_2.csv", "u.zip/u_3.csv", "u.zip/u_10.csv"]);
  });

  const zip = zipOf({ "u.csv": one });
  const bad: [what: string, content: Buffer, fault: string, reason: string][] = [
    ["no archive", Buffer.from(one), "u.zip: file_ending", "it does not hold a zip archive, which its name says"],
    ["nothing", Buffer.alloc(0), "u.zip: file_empty", "the file has no bytes"],
    ["no file in it", zipOf({ "u/": "" }), "u.zip: file_empty", "the archive holds no file"],
    [
      "cut short",
      zip.subarray(0, -30),
      "u.zip: file_cut",
      "the archive is cut short: its directory, or what that names, is not there",
    ],
    [
      "another sum",
      zipOf({ "u.csv": one }, false, { crc: 1 }),
      "u.zip: file_corrupt",
      "the compressed data is damaged: its CRC-32 is not the archive's",
    ],
    [
      "damaged data",
      zipOf({ "u.csv": Buffer.alloc(99, 0xff) }, true, { method: 8 }),
      "u.zip: file_corrupt",
      "the compressed data is damaged",
    ],
    [
      "encrypted",
      zipOf({ "u.csv": one }, false, { flags: 1 }),
      "u.zip: file_unreadable",
      "u.csv in the archive is encrypted",
    ],
    [
      "by bzip2",
      zipOf({ "u.csv": one }, false, { method: 12 }),
      "u.zip: file_ending",
      "u.csv is in the archive by bzip2, which is not read: zip it by deflate",
    ],
    [
      "a spreadsheet",
      zipOf({ "[Content_Types].xml": "<", "xl/workbook.xml": "<" }),
      "u.zip: not_csv",
      "it is a spreadsheet (xlsx)",
    ],
    [
      "an archive in it",
      zipOf({ "u.csv": zip }),
      "u.zip: file_ending",
      "it holds zip data, which its name does not say",
    ],
    ["an empty file in it", zipOf({ "u.csv": "" }), "u.zip:1: file_empty", "the file has no bytes"],
  ];
  test.each(bad)("%s", async (_, content, fault, reason) => {
    write({ "u.zip": content });
    const opened = await openParts(await sourceOf("u.zip"));
    const tally = new FaultTally("u.zip");
    await readParts(opened, () => tally);
    expect(
      tally.listed.map(({ file, line, code }) => `${file}${line === undefined ? "" : `:${line}`}: ${code}`),
    ).toEqual([fault]);
    expect(tally.listed[0]?.reason).toStartWith(reason);
  });

  test("one file twice", async () => {
    write({
      "u.zip": Buffer.from(
        zipOf({ "u.csv": one, "v.csv": one }).toString("latin1").replaceAll("v.csv", "u.csv"),
        "latin1",
      ),
    });
    const { faults } = await readAll(await sourceOf("u.zip"));
    expect(faults).toEqual(["u.zip: file_ambiguous"]);
  });
});
