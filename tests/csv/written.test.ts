import { afterAll, describe, expect, test } from "bun:test";
import { plainDialect } from "../../src/core/written/dialect.ts";
import { cellCases } from "../fixtures/written-cells.ts";
import { shapeOf } from "./reading.ts";
import { WrittenFolder } from "./written-reading.ts";

const folder = new WrittenFolder();
afterAll(() => folder.remove());

const named = (value: unknown) => JSON.stringify(value);

describe("a cell is the value that the manifest has it be, or is refused as what it is", () => {
  for (const { written, type, good, bad } of cellCases) {
    const shape = shapeOf({ id: "text not null", v: type }, ["id"]);
    const { delimiter } = { ...plainDialect, ...written };
    const fileOf = (cell: string) => `id${delimiter}v\nk${delimiter}${cell}\n`;
    for (const [cell, value] of good) {
      test(`${named(written)} ${type}: ${named(cell)} is ${named(value)}`, async () => {
        const { faults, cells } = await folder.read(fileOf(cell), shape, written);
        expect(faults).toEqual([]);
        expect(cells).toEqual([["k", value]]);
      });
    }
    for (const [cell, code, words = ""] of bad) {
      test(`${named(written)} ${type}: ${named(cell)} is ${code}`, async () => {
        const { faults } = await folder.read(fileOf(cell), shape, written);
        expect(faults.map((fault) => [fault.code, fault.line])).toEqual([[code, 2]]);
        expect(faults[0]?.reason).toContain(words);
      });
    }
    if (good.length > 1) {
      test(`${named(written)} ${type}: all of them in one file, which is read in pieces`, async () => {
        const rows = Array.from({ length: 4_000 }, (_, row) => good[row % good.length] ?? ["", null]);
        const text = rows.map(([cell], row) => `k${row}${delimiter}${cell}\n`).join("");
        const { faults, cells } = await folder.read(`id${delimiter}v\n${text}`, shape, written);
        expect(faults).toEqual([]);
        expect(cells).toEqual(rows.map(([, value], row) => [`k${row}`, value]));
      });
    }
  }
});

describe("what is refused names the setting that would accept it", () => {
  const shape = shapeOf({ id: "text not null", n: "int4" }, ["id"]);
  const aliased = { header: { "Customer ID": "id" } };
  const cases = [
    ["a name in another case", "ID,n\nk,1\n", {}, '"written":{"header_case":"ignored"}'],
    ["an alias in another case", "customer id,n\nk,1\n", aliased, '"written":{"header_case":"ignored"}'],
    ["blanks around names", "id , n\nk,1\n", {}, '"written":{"trim":"all"}'],
    ["a word for NULL among numbers", "id,n\nk,N/A\n", {}, '"written":{"null":["","N/A"]}'],
  ] as const;
  for (const [what, text, written, setting] of cases) {
    test(what, async () => {
      const { faults } = await folder.read(text, shape, written);
      for (const { reason } of faults) expect(reason).toContain(setting);
      expect(faults).not.toEqual([]);
      const more = JSON.parse(`{${setting}}`).written;
      expect((await folder.read(text, shape, { ...written, ...more })).faults).toEqual([]);
    });
  }
});
