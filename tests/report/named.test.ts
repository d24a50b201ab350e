import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pipeline } from "../../src/client/pipeline.ts";
import type { RunDetail } from "../../src/core/messages/listings.ts";
import { writeReport } from "../../src/report/main.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { columns, ranNamed, suite } from "./named.ts";
import { readPage } from "./reading.ts";

setDefaultTimeout(120_000);

let database: TestDatabase;
let drops: DropFolder;
let pipeline: Pipeline;
let detail: RunDetail;
let out: string;

const what = { kind: "report", subject: { run: 2 }, junit: null, gx: null, values: null } as const;

beforeAll(async () => {
  database = await testDatabase();
  drops = dropFolder();
  pipeline = await ranNamed(drops, database);
  detail = await pipeline.call({ kind: "show", run: 2 });
  out = join(drops.path, "out");
  // What the file says now is no matter of what was run.
  writeFileSync(join(drops.path, "dataset/suite.json"), JSON.stringify({ name: "other", expectations: [] }));
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  await database.drop();
});

test("whatever things are named, months of them are published, and drift is told", () => {
  expect(detail).toMatchObject({ status: "published", expectations: { passed: 1, warned: 2 } });
  expect(detail.warnings.map(({ title }) => title).join()).toContain("drifted since 2024-01-31");
});

test("what a suite said of itself when it was evaluated is kept", () => {
  expect(detail.suites).toEqual([{ table: detail.tables[0]?.table ?? "", ...suite }]);
});

test("and stands on the run's page, as text", async () => {
  const path = join(drops.path, "run.html");
  await writeReport({ ...what, out: path }, pipeline);
  const html = readFileSync(path, "utf8");
  const { text } = await readPage(html);
  for (const said of [suite.name, ...suite.notes, "owner", "growth", "<b>at</b>", '["=cmd()",1]']) {
    expect(text).toContain(said);
  }
  expect(html).not.toContain("<img");
});

test("and in the suite that Great Expectations gets", async () => {
  await writeReport({ ...what, out: null, gx: out }, pipeline);
  const [name = ""] = readdirSync(join(out, "gx/expectations"));
  const { notes, meta } = JSON.parse(readFileSync(join(out, "gx/expectations", name), "utf8"));
  expect({ notes, meta }).toEqual({
    notes: suite.notes,
    meta: { ...suite.meta, great_expectations_version: "1.24.1" },
  });
});

test("each column has its place on the table's page", async () => {
  const site = join(drops.path, "site");
  await writeReport({ ...what, subject: "all", out: site }, pipeline);
  const [name = ""] = readdirSync(join(site, "tables"));
  const { headings } = await readPage(readFileSync(join(site, "tables", name), "utf8"));
  for (const column of Object.keys(columns)) {
    const told = column.replace("\u202e", "\\u{202e}").replace("\n", "\\n").replace("\t", "\\t");
    expect(headings.some((heading) => heading.includes(told))).toBe(true);
  }
});
