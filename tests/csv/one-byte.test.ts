import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dates, readFile, shapeOf } from "./reading.ts";
import { type Cells, readRows, writeCell } from "./reference.ts";

setDefaultTimeout(120_000);

const shape = shapeOf({ id: "text not null", count: "int4", note: "text", nose: "text" }, ["id"]);
/** One byte tells these two apart, and a file may have either. */
const optional = new Set(["note", "nose"]);
const rows: Record<string, string | null>[] = [
  { id: "u1", count: "5", note: "a, b" },
  { id: "u2", count: null, note: "ü" },
];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-one-byte-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A sound file, and where in it each of its cells stands. */
interface Written {
  names: string[];
  data: Buffer;
  cells: { value: string | null; from: number; to: number }[][];
}

interface Form {
  bom?: boolean;
  quoted?: boolean;
  end?: string;
  endsLast?: boolean;
  names?: string[];
}

function written({ bom, quoted = false, end = "\n", endsLast = true, names = ["id", "count", "note"] }: Form): Written {
  let text = (bom ? "\ufeff" : "") + names.map((name) => writeCell(name, quoted)).join(",") + end;
  const cells = rows.map((row, index) =>
    names.map((name, column) => {
      const value = row[name] ?? null;
      const from = Buffer.byteLength(text);
      text += writeCell(value, quoted);
      const to = Buffer.byteLength(text);
      const isLast = column === names.length - 1;
      if (!isLast || endsLast || index < rows.length - 1) text += isLast ? end : ",";
      return { value, from, to };
    }),
  );
  return { names, data: Buffer.from(text), cells };
}

/** Reads it as a file; null when it is rejected, each time with a line. */
async function read(data: Buffer): Promise<{ names: string[]; rows: Cells } | null> {
  const path = join(folder, "t.csv");
  writeFileSync(path, data);
  const passed: Uint8Array[] = [];
  const source = { path, shape, optional, dates };
  const { faults, names, rows: counted } = await readFile(source, { write: async (bytes) => void passed.push(bytes) });
  if (faults.length > 0) {
    for (const { line } of faults) expect(line).toBeGreaterThanOrEqual(1);
    return null;
  }
  const found = readRows(Buffer.concat(passed).toString());
  expect(found).toHaveLength(counted);
  return { names, rows: found };
}

/** Holds the file with `put` in the place of the bytes from `at` to `after` against the sound one; true if it moved a column. */
async function hold({ names, data, cells }: Written, at: number, after: number, put: number[]): Promise<boolean> {
  const damaged = Buffer.concat([data.subarray(0, at), Buffer.from(put), data.subarray(after)]);
  const found = await read(damaged);
  if (found === null) return false;
  const moved = names.filter((name, index) => found.names[index] !== name);
  expect(found.names).toHaveLength(names.length);
  for (const name of moved) expect(optional).toContain(name);
  expect(found.rows).toHaveLength(cells.length);
  for (const [index, row] of cells.entries()) {
    for (const [place, { value, from, to }] of row.entries()) {
      const isTouched = from <= after && at <= to;
      if (!isTouched) expect([damaged.toString(), found.rows[index]?.[place]]).toEqual([damaged.toString(), value]);
    }
  }
  return moved.length > 0;
}

/** Bytes that mean something in CSV, that begin or go on with a character, and all that the names are made of. */
const bytes = [...new Set([...Buffer.from('",\n\r\\ 0;\t|\0\x1aAidcountes_\ufeffé'), 0x80, 0xe9, 0xff])];

const forms: Record<string, Form> = {
  plain: {},
  "with a byte order mark": { bom: true },
  "all quoted": { quoted: true },
  "with CRLF": { end: "\r\n" },
  "with all of it, in another order": { bom: true, quoted: true, end: "\r\n", names: ["note", "id", "count"] },
  "without a last line end": { endsLast: false },
};

const what =
  "each byte of the file changed to, removed for or joined by any that matters: each cell stays under its column, the " +
  "touched one changes, a column becomes another as a whole where the header comes to name that, or the file is rejected " +
  "with a line";

describe(what, () => {
  for (const [name, form] of Object.entries(forms)) {
    test(`a file ${name}`, async () => {
      const file = written(form);
      expect((await read(file.data))?.rows).toEqual(file.cells.map((row) => row.map(({ value }) => value)));
      let moves = 0;
      for (let at = 0; at <= file.data.length; at++) {
        if (at < file.data.length) await hold(file, at, at + 1, []);
        for (const byte of bytes) {
          if (await hold(file, at, at, [byte])) moves++;
          if (at < file.data.length && (await hold(file, at, at + 1, [byte]))) moves++;
        }
      }
      // The t of note made an s.
      expect(moves).toBe(1);
    });
  }
});
