import { expect, test } from "bun:test";
import { parseManifest } from "../../src/core/dataset.ts";
import type { ConsoleError } from "../../src/core/errors.ts";

/** A manifest that is not sound: the file, every field, and what is required of it. */

const sound = {
  ...{ name: "shop", schema: "public", first_month: "2026-01", as_of_column: "as_of" },
  dates: { from: "2000-01-01", to: "2100-12-31" },
  rows: { shrink: { warn: 0.1, reject: 0.5 }, grow: { warn: 0.5, reject: 3 } },
  tables: { orders: { file: "orders.csv" } },
};

function reasonsOf(manifest: unknown): string {
  try {
    parseManifest(JSON.stringify(manifest), "shop/dataset.json");
  } catch (error) {
    return (error as ConsoleError).title.replace("shop/dataset.json is not a sound dataset manifest: ", "");
  }
  return "";
}

test.each<[object, string]>([
  [{}, ""],
  [{ $comment: "of ours" }, ""],
  [{ first_month: undefined }, "first_month is missing: required is a month such as `2026-01`"],
  [{ first_month: "2026-13" }, 'first_month is "2026-13"; required is a month such as `2026-01`'],
  [
    { name: "The Shop" },
    'name is "The Shop"; required is lower-case letters, digits and underscores, a letter first, such as `shop`',
  ],
  [{ frist_month: "2026-01" }, "frist_month is no field; did you mean first_month?"],
  [{ rows: { ...sound.rows, grow: 1 } }, "rows.grow must be an object (was a number)"],
  [{ links: "no" }, 'links must be "anywhere" or "inside" (was "no")'],
  [{ written: { delimitr: ";" } }, "written.delimitr is no field; did you mean delimiter?"],
  [
    { tables: { orders: { fiel: "orders.csv", rows: "event" } } },
    "tables.orders.file is missing: required is a file's name without a folder, such as `orders.csv`; " +
      'tables.orders.rows must be "events" (was "event"); tables.orders.fiel is no field; did you mean file?',
  ],
  [{ tables: {} }, "it names no table"],
])("%j", (change, reasons) => {
  expect(reasonsOf({ ...sound, ...change })).toBe(reasons);
});

test("what is no manifest at all", () => {
  expect(reasonsOf([])).toContain("tables is missing: required is `{");
  expect(reasonsOf("shop")).not.toBe("");
});

test.each([
  ["stage", "the console stages drops"],
  ["stage_shop", "the console stages drops"],
  ["stage_of_others", "the console stages drops"],
  ["console", "the console keeps its own tables"],
  ["information_schema", "PostgreSQL's own"],
  ["pg_shop", "PostgreSQL's own"],
])("the schema %s is not for a dataset's tables", (schema, reason) => {
  expect(reasonsOf({ ...sound, schema })).toMatch(
    new RegExp(`^The tables of shop/dataset.json cannot lie in the schema ${schema}: .*${reason}`),
  );
});

test.each(["stages", "Stage", "stage_", "staging", "backstage", "console_2", "my_pg", "shop"])(
  "the schema %s is",
  (schema) => {
    expect(reasonsOf({ ...sound, schema })).toBe("");
  },
);
