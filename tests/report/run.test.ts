import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { ReportRequest } from "../../src/core/messages/report.ts";
import { writeReport } from "../../src/report/main.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type ReadPage, readPage, rowsOf } from "./reading.ts";

/** That a page says of values only what may be said, and draws what was observed. */

setDefaultTimeout(120_000);

let database: TestDatabase;
let drops: DropFolder;
let pipeline: Pipeline;

const users = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`);
/** Cells that a page must not take for anything but text. */
const naughty = [
  "<script>alert(1)</script>",
  "=cmd()",
  "</td></tr></table>",
  "javascript:alert(1)",
  "\u202etxt.exe",
  "&lt;b&gt;",
];

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  pipeline = startPipeline({ data: drops.path, home: join(drops.path, "home"), database: database.url });
  drops.write("month_000", smallDrop(users(40)));
  drops.write("month_001", smallDrop(users(44).slice(2), 3));
  drops.write("month_002", withNaughtyCells(smallDrop(users(44), 4)));
  for (const month of ["month_000", "month_001", "month_002"]) await ranIn(pipeline, [month]);
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  await database.drop();
});

function withNaughtyCells(files: Record<string, Rows>): Record<string, Rows> {
  const [header = [], ...rows] = files["usage_agg_30d.csv"] ?? [];
  const bad = rows.map((cells, index) => cells.with(1, naughty[index] ?? cells[1] ?? ""));
  return { ...files, "usage_agg_30d.csv": [header, ...bad] };
}

async function reportOf(request: Partial<ReportRequest>): Promise<{ page: ReadPage; html: string }> {
  const out = join(drops.path, "reports", "page.html");
  await writeReport(
    { kind: "report", subject: { run: null }, out, junit: null, gx: null, values: null, ...request },
    pipeline,
  );
  const html = readFileSync(out, "utf8");
  return { page: await readPage(html), html };
}

describe("the page of a published run", () => {
  test("draws what each expectation observed over the months", async () => {
    const { page } = await reportOf({ subject: { run: 2 } });
    const hours = page.pictures.find(({ title }) => title.startsWith("watch_hours_30d ≥ 0"));
    expect(hours?.told).toBe("From 0 at 2024-01-31 to 0 at 2024-02-29, between 0 and 0. At most 0.");
    expect(page.pictures.every(({ title, told }) => title !== "" && told !== "")).toBe(true);
  });
});

describe("the page of a rejected drop", () => {
  test("has its faults by reason, with file, line, column and value, which is text whatever it is", async () => {
    const { page, html } = await reportOf({});
    expect(page.text).toContain("was rejected");
    const faults = rowsOf(page, `All ${naughty.length}`);
    expect(faults.map((row) => [row.File, row.Line, row.Column])).toEqual(
      naughty.map((_, index) => ["usage_agg_30d.csv", String(index + 2), "watch_hours_30d"]),
    );
    expect(faults.map((row) => row.Value)).toEqual(naughty.map((value) => value.replace("\u202e", "\\u{202e}")));
    expect(html.match(/<script/g)).toEqual(["<script"]);
    expect(html).not.toContain("\u202e");
  });

  test("without values has their places and their reasons", async () => {
    const { page, html } = await reportOf({ values: false });
    expect(rowsOf(page, `All ${naughty.length}`).map((row) => row.Line)).toEqual(
      naughty.map((_, index) => String(index + 2)),
    );
    expect(page.text).toContain("left out of this page");
    for (const value of ["alert", "=cmd", "txt.exe"]) expect(html).not.toContain(value);
  });
});
