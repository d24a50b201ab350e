import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dates, readBody, readFile, shapeOf } from "./reading.ts";
import { type Cells, readRows, writeRows } from "./reference.ts";

setDefaultTimeout(60_000);

const ours = fileURLToPath(new URL("../fixtures/nasty", import.meta.url));
/** A folder of more of them, such as those that other projects collected; folders in it are read too. */
const others = process.env.NASTY_CSV;

const files = [ours, ...(others === undefined ? [] : [others])].flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "README.md" && !entry.name.startsWith("."))
    .map(({ parentPath, name }) => ({ name, path: join(parentPath, name) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1)),
);

/** Columns of text, the first of them the key when `keyed`. */
function textShape(width: number, keyed: boolean) {
  const names = Array.from({ length: width }, (_, index) => `c${index}`);
  return shapeOf(textColumns(names), keyed ? ["c0"] : []);
}

const textColumns = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, "text"]));

/** The cells that the reference reader finds; null where it finds none, or lines of different widths. */
function referenceCells(data: Buffer): Cells | null {
  try {
    const rows = readRows(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data));
    return rows.every((row) => row.length === rows[0]?.length) ? rows : null;
  } catch {
    return null;
  }
}

/** The widths that a file may be meant to have: that of its first line, and those that the reference finds. */
function widthsOf(data: Buffer, cells: Cells | null): number[] {
  const [line = ""] = data.toString("latin1").split(/\r?\n/, 1);
  return [...new Set([line.split(",").length, cells?.[0]?.length ?? 1, 1, 2])];
}

/** Reads the bytes as the rows of a table: as cells that are the reference's, or rejected with a line for each fault. */
function holdBody(data: Buffer, width: number, lineEnd: "\n" | "\r\n", keyed: boolean): void {
  const { faults, rows, passed } = readBody(data, textShape(width, keyed), lineEnd, [Math.floor(data.length / 2)]);
  for (const { line } of faults) expect(line).toBeGreaterThanOrEqual(2);
  if (faults.length > 0) return;
  const found = referenceCells(passed) ?? [];
  expect(found).toHaveLength(rows);
  for (const row of found) expect(row).toHaveLength(width);
  // Blank lines at the end are all that is left out.
  expect(data.subarray(passed.length).toString().trim()).toBe("");
}

/** Reads the file as one of a table that has its columns; null when it is rejected, each time with a line. */
async function readWhole(path: string, columns: Record<string, string>): Promise<Cells | null> {
  const source = {
    path,
    shape: shapeOf(columns, []),
    optional: new Set<string>(),
    dates,
  };
  const passed: Uint8Array[] = [];
  const read = await readFile(source, { write: async (bytes) => void passed.push(bytes) });
  for (const { line } of read.faults) expect(line).toBeGreaterThanOrEqual(1);
  if (read.faultCount > 0) return null;
  const cells = referenceCells(Buffer.concat(passed)) ?? [];
  expect(cells).toHaveLength(read.rows);
  return cells;
}

/**
 * The names in the first line and the rows below it, by the reference reader; byte order mark and blank lines at the end are
 * left out. Where it finds none, a header that no file has.
 */
function tableIn(data: Buffer): { header: string[]; rows: Cells } {
  try {
    const [header = [], ...rows] = readRows(data.toString().replace(/^\ufeff/, ""));
    const isBlank = (row: Cells[number]) => header.length > 1 && row.length === 1 && row[0] === null;
    return {
      header: header.map((name) => name ?? ""),
      rows: rows.slice(0, rows.findLastIndex((row) => !isBlank(row)) + 1),
    };
  } catch {
    return { header: ["not", "a", "table"], rows: [] };
  }
}

/** What a key may be. */
const isKey = (value: string | null): value is string =>
  value !== null && value !== "" && value.trim() === value && !/^(nan|NaN|None|NaT|<NA>|NULL|null|\\N)$/.test(value);

describe("files that readers stumble over", () => {
  test.each(files)("as the body of a drop: $name", ({ path }) => {
    const data = readFileSync(path);
    for (const width of widthsOf(data, referenceCells(data))) {
      for (const lineEnd of ["\n", "\r\n"] as const) {
        for (const keyed of [false, true]) holdBody(data, width, lineEnd, keyed);
      }
    }
  });

  test.each(files)("under its own header: $name", async ({ path }) => {
    const { header, rows } = tableIn(readFileSync(path));
    const found = await readWhole(path, textColumns(header));
    if (found !== null) expect(found).toEqual(rows);
  });

  test.each(files)("its values as quoted keys: $name", ({ path }) => {
    const data = readFileSync(path);
    const values = [...(referenceCells(data) ?? []).flat(), data.toString().slice(0, 300_000).trim()];
    const keys = [...new Set(values)].filter(isKey).filter((value) => !value.includes("\0"));
    const cells = keys.map((key) => [key, key]);
    const body = Buffer.from(writeRows(cells, "\n", true));
    const { faults, passed } = readBody(body, textShape(2, true), "\n", [1, Math.max(1, body.length - 1)]);
    expect(faults).toEqual([]);
    expect(readRows(passed.toString())).toEqual(cells);
  });
});

const sound = [
  ...[
    "blank-lines-at-the-end",
    "byte-order-mark-inside",
    "byte-order-mark-quoted",
    "byte-order-mark",
    "comma-in-quotes",
  ],
  ...[
    "comments",
    "crlf-without-last",
    "crlf",
    "doubled-quotes",
    "formulas",
    "line-end-in-header",
    "line-ends-in-quotes",
  ],
  ...["line-ends-mixed-in-quotes", "long-cell", "numbers", "only-quotes", "quoted-throughout", "scripts", "tabs"],
  ...["trailing-comma", "utf-8-delimiters", "wide"],
];

test("of our own, these are read under their own header, and all others are rejected", async () => {
  const found: string[] = [];
  for (const { name, path } of files.filter((file) => file.path.startsWith(ours))) {
    const { header } = tableIn(readFileSync(path));
    if ((await readWhole(path, textColumns(header))) !== null) found.push(basename(name, ".csv"));
  }
  expect(found).toEqual(sound);
});
