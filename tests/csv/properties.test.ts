import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import { Unread } from "../../src/csv/bytes.ts";
import { quotedMark } from "../../src/csv/cells/judge.ts";
import { parseBlock, parseQuoted, splitPlain } from "../../src/csv/parse.ts";
import { RecordScanner } from "../../src/csv/scan.ts";
import { anyBytes, anyTable, cutsOf, lineEnd, tableOf } from "./arbitraries.ts";
import { readBody, shapeOf } from "./reading.ts";
import { type Cells, readRows, writeCell, writeRows } from "./reference.ts";

setDefaultTimeout(60_000);

const texts = [1, 2, 3].map((width) =>
  shapeOf(Object.fromEntries(Array.from({ length: width }, (_, index) => [`c${index}`, "text"])), []),
);
const textShape = (width: number) => texts[width - 1] ?? shapeOf({}, []);

/** What a block's cells are, without telling NULL from the empty string. */
const plainCells = (rows: Cells) => rows.map((row) => row.map((cell) => cell ?? ""));
const unmarked = (rows: string[][] | null) => rows?.map((row) => row.map((cell) => cell.replace(quotedMark, "")));

describe("tables written by another writer", () => {
  test("read back exactly, and their bytes are passed on untouched, wherever the chunks are cut", () => {
    const written = fc.tuple(anyTable, lineEnd, fc.boolean(), fc.boolean()).chain(([rows, end, quoteAll, endLast]) => {
      const whole = writeRows(rows, end, quoteAll);
      const body = Buffer.from(endLast ? whole : whole.slice(0, -end.length));
      return fc.record({
        rows: fc.constant(rows),
        end: fc.constant(end),
        body: fc.constant(body),
        cuts: cutsOf(body.length),
      });
    });
    fc.assert(
      fc.property(written, ({ rows, end, body, cuts }) => {
        const read = readBody(body, textShape(rows[0]?.length ?? 0), end, cuts);
        expect(read.faults).toEqual([]);
        expect(read.rows).toBe(rows.length);
        expect(read.passed.equals(body)).toBe(true);
        expect(unmarked(parseBlock(body, end)?.records ?? null)).toEqual(plainCells(rows));
        expect(readRows(body.toString())).toEqual(rows);
      }),
      { numRuns: 400 },
    );
  });

  test("are scanned into the same cells, at the same lines", () => {
    fc.assert(
      fc.property(anyTable, lineEnd, (rows, end) => {
        const data = Buffer.from(writeRows(rows, end));
        const scanner = new RecordScanner(data, true, rows[0]?.length ?? 0);
        const scanned: string[][] = [];
        let line = 1;
        for (let at = 0; at < data.length; ) {
          const record = scanner.record(at);
          if (record === null) throw new Error("no record in final data");
          expect(record.cells.map(({ trouble }) => trouble)).toEqual(record.cells.map(() => null));
          scanned.push(record.cells.map((cell) => scanner.value(cell)));
          at = record.next;
          line += record.lines;
          expect(line).toBe(1 + data.subarray(0, at).toString("latin1").split("\n").length - 1);
        }
        expect(scanned).toEqual(plainCells(rows));
      }),
      { numRuns: 200 },
    );
  });
});

describe("one byte of a sound file changed, removed or added", () => {
  const columns = { id: "text not null", count: "int4", hours: "numeric", day: "date", note: "text" };
  const shape = shapeOf(columns, ["id"]);
  const typedRow = fc.tuple(
    fc.stringMatching(/^[a-z]{1,4}$/).filter((key) => key !== "nan" && key !== "null"),
    fc.option(fc.integer({ min: -999, max: 99_999 }).map(String)),
    fc.option(fc.constantFrom("1.50", "-0.25", "1e-05", "42")),
    fc.option(fc.constantFrom("2024-01-31", "1999-12-01")),
    tableOf(2).map((rows) => rows[0]?.[0] ?? null),
  );
  const damaged = fc
    .record({
      rows: fc.array(typedRow, { minLength: 1, maxLength: 4 }),
      end: lineEnd,
      quoteAll: fc.boolean(),
      kind: fc.constantFrom("change", "remove", "add"),
      byte: fc.oneof(fc.constantFrom(...Buffer.from('",\n\r\\ 0a-.\ufeffé\0')), fc.integer({ min: 0, max: 255 })),
      place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    })
    .map(({ rows, end, quoteAll, kind, byte, place }) => {
      const body = Buffer.from(writeRows(rows, end, quoteAll));
      const at = Math.floor(place * (body.length + (kind === "add" ? 1 : 0)));
      const middle = kind === "remove" ? Buffer.alloc(0) : Buffer.from([byte]);
      const after = kind === "add" ? at : at + 1;
      return {
        rows,
        end,
        quoteAll,
        at,
        after,
        data: Buffer.concat([body.subarray(0, at), middle, body.subarray(after)]),
      };
    });

  test("leaves the cells as they were, changes the touched one, or is rejected with its line", () => {
    const ends = { read: 0, rejected: 0 };
    fc.assert(
      fc.property(damaged, ({ rows, end, quoteAll, at, after, data }) => {
        const { faults, rows: counted, passed } = readBody(data, shape, end);
        if (faults.length > 0) {
          for (const { line } of faults) expect(line).toBeGreaterThanOrEqual(2);
          ends.rejected++;
          return;
        }
        ends.read++;
        const now = readRows(passed.toString());
        expect(now).toHaveLength(rows.length);
        expect(counted).toBe(rows.length);
        let from = 0;
        for (const [index, row] of rows.entries()) {
          for (const [place, cell] of row.entries()) {
            const to = from + Buffer.byteLength(writeCell(cell, quoteAll));
            const isTouched = from <= after && at <= to;
            if (!isTouched) expect(now[index]?.[place] ?? null).toBe(cell);
            from = to + (place === row.length - 1 ? end.length : 1);
          }
        }
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(ends.read, ends.rejected)).toBeGreaterThan(100);
  });
});

describe("any bytes", () => {
  const cutBytes = anyBytes.chain((data) => fc.record({ data: fc.constant(data), cuts: cutsOf(data.length) }));

  test("give the same answer wherever the chunks are cut", () => {
    fc.assert(
      fc.property(cutBytes, lineEnd, fc.constantFrom(1, 2, 3), ({ data, cuts }, end, width) => {
        const whole = readBody(data, textShape(width), end);
        const inChunks = readBody(data, textShape(width), end, cuts);
        expect(inChunks.faults).toEqual(whole.faults);
        expect(inChunks.rows).toBe(whole.rows);
        if (whole.faults.length === 0) expect(inChunks.passed.equals(whole.passed)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("are passed on only when another reader finds the same rows in them; all else has a line", () => {
    const ends = { read: 0, rejected: 0 };
    fc.assert(
      fc.property(anyBytes, lineEnd, fc.constantFrom(1, 2, 3), (data, end, width) => {
        const { faults, rows, passed } = readBody(data, textShape(width), end);
        if (faults.length > 0) {
          for (const { line } of faults) expect(line).toBeGreaterThanOrEqual(2);
          ends.rejected++;
        } else {
          ends.read++;
          const found = readRows(passed.toString());
          expect(found).toHaveLength(rows);
          for (const row of found) expect(row).toHaveLength(width);
        }
      }),
      { numRuns: 500 },
    );
    expect(Math.min(ends.read, ends.rejected)).toBeGreaterThan(20);
  });

  test("without quotes are split as csv-parse does", () => {
    const unquoted = anyBytes.map((data) => Buffer.from(data.toString().replace(/["\r\0]/g, "")));
    fc.assert(
      fc.property(unquoted, (data) => {
        const unread = new Unread();
        unread.add(data);
        const block = data.subarray(0, unread.wholeRecords(false));
        expect(splitPlain(block.toString("utf8"), "\n")).toEqual(parseQuoted(block, "\n") ?? []);
      }),
      { numRuns: 300 },
    );
  });
});
