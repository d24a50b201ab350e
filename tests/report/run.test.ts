import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { profileValue } from "../../src/client/words.ts";
import { formatBytes, formatCount } from "../../src/core/format.ts";
import type { ReportRequest } from "../../src/core/messages/report.ts";
import { writeReport } from "../../src/report/main.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { type ReadPage, readPage, rowsOf } from "./reading.ts";

/** That a page says what the ledger and the tables say, and of values only what may be said. */

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
  test("has the figures of `show`, `compare` and the tables", async () => {
    const { page } = await reportOf({ subject: { month: "1" } });
    const detail = await pipeline.call({ kind: "show", run: 2 });
    expect(page.headings[0]).toBe("month_001, as of 2024-02-29");
    expect(page.text).toContain(
      "month_001, as of 2024-02-29, was published: all 24 expectations passed, 5 snapshots sealed",
    );
    expect(page.text).toContain(`${detail.operator}@${detail.host}`);

    const changed = rowsOf(page, "Rows of each table");
    expect(changed.map((row) => [row.Table, row.Rows, row.New, row.Changed, row.Unchanged, row.Absent])).toEqual(
      detail.tables.map(({ table, rows, inserted, updated, unchanged, absent }) =>
        [table, rows, inserted, updated, unchanged, absent].map(String),
      ),
    );
    expect(changed.map((row) => row["Rows before"])).toEqual(changed.map(() => "40"));
    const [counted] = await database.sql`select count(*) from usage_agg_30d_snapshots where as_of = '2024-02-29'`;
    expect(changed.find((row) => row.Table === "usage_agg_30d")?.Rows).toBe(String(counted?.count));

    expect(rowsOf(page, "All 24 expectations").length).toBe(detail.verdicts.length);
    expect(
      rowsOf(page, "Snapshots that this run sealed").map((row) => [row.Snapshot, row.Rows, row.Fingerprint]),
    ).toEqual(detail.snapshots.map(({ table, rows, fingerprint }) => [table, formatCount(rows), fingerprint]));
    expect(
      rowsOf(page, "Files that this run read").map((row) => [row.File, row.Size, row.Rows, row["SHA-256"]]),
    ).toEqual(
      detail.files.map(({ path, bytes, rows, sha256 }) => [path, formatBytes(bytes), String(rows), String(sha256)]),
    );

    const compared = await pipeline.call({ kind: "compare", from: "2024-01-31", to: "2024-02-29" });
    const moved = rowsOf(page, "How far the values of each column moved");
    for (const { table, columns } of compared.tables) {
      for (const { column, distance, changed: cells, ks } of columns) {
        const row = moved.find((one) => one.Snapshot === table && one.Column === column);
        expect([row?.Distance, row?.KS, row?.["Keys changed"]]).toEqual(
          [distance, ks].map((one) => one?.toFixed(3) ?? "–").concat(String(cells)),
        );
      }
    }
  });

  test("draws what each expectation observed over the months", async () => {
    const { page } = await reportOf({ subject: { run: 2 } });
    const hours = page.pictures.find(({ title }) => title.startsWith("watch_hours_30d ≥ 0"));
    expect(hours?.told).toBe("From 0 at 2024-01-31 to 0 at 2024-02-29, between 0 and 0. At most 0.");
    expect(page.pictures.every(({ title, told }) => title !== "" && told !== "")).toBe(true);
  });
});

test("the page of a table has the figures of `profile` and of SQL, column by column", async () => {
  await pipeline.call({ kind: "profiling" });
  const site = join(drops.path, "site");
  await writeReport({ kind: "report", subject: "all", out: site, junit: null, gx: null, values: null }, pipeline);
  const { text } = await readPage(readFileSync(join(site, "tables/usage_agg_30d.html"), "utf8"));
  const asked = { kind: "profile", as_of: "2024-02-29", run: null, table: "usage_agg_30d", column: null } as const;
  const [profile] = (await pipeline.call(asked)).profiles;
  expect(profile?.columns?.length).toBe(6);
  for (const column of profile?.columns ?? []) {
    const { type, kind, rows, nulls, distinct, min, max, mean } = column;
    const figures = `Type${type} (${kind})Rows${rows}Missing${nulls} (0 %)Different values${distinct}`;
    const told = (value: string | null) => profileValue(value, column);
    expect(text).toContain(
      `${figures}Lowest${told(min)}Highest${told(max)}${mean === null ? "" : `Mean${told(mean)}`}`,
    );
  }
  const [row] = await database.sql`
    select count(distinct watch_hours_30d) as distinct, count(*) as rows, avg(watch_hours_30d)::text as mean
      from usage_agg_30d_snapshots where as_of = '2024-02-29'`;
  expect(text).toContain(`Rows${row?.rows}Missing0 (0 %)Different values${row?.distinct}`);
  expect(text).toContain(`Mean${profileValue(row?.mean, { kind: "number" })}`);
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
