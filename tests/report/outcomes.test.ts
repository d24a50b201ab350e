import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { validateXML } from "xmllint-wasm";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import type { ReportRequest } from "../../src/core/messages/report.ts";
import { beginDraft } from "../../src/files/draft.ts";
import type { Asked } from "../../src/report/gather/ask.ts";
import { writeReport } from "../../src/report/main.ts";
import { start } from "../headless/process.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { ranIn } from "../helpers/pipeline.ts";
import { bareEnvironment } from "../helpers/program.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { until } from "../postgres/homes/home.ts";
import { type ReadPage, readPage, rowsOf } from "./reading.ts";

/** Reports of what did not go well, sites, and what other tools read. */

setDefaultTimeout(120_000);

let database: TestDatabase;
let drops: DropFolder;
let pipeline: Pipeline;
let data: string;
let out: string;

const users = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`);
const what = { kind: "report", subject: { run: null }, out: null, junit: null, gx: null, values: null } as const;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  [data, out] = [join(drops.path, "data"), join(drops.path, "out")];
  mkdirSync(data);
  pipeline = startPipeline({ data, home: join(drops.path, "home"), database: database.url });
  write("month_000", smallDrop(users(230)));
  await ranIn(pipeline, ["month_000"]);
  write("month_001", withNegativeFees(smallDrop(users(230), 1)));
  await ranIn(pipeline, ["month_001"]);
});
afterAll(async () => {
  await pipeline.close();
  drops.remove();
  await database.drop();
});

function write(month: string, files: Record<string, Rows>): void {
  mkdirSync(join(data, month), { recursive: true });
  for (const [name, rows] of Object.entries(files)) {
    writeFileSync(join(data, month, name), rows.map((cells) => `${cells.join(",")}\n`).join(""));
  }
}

/** Two hundred values that an expectation does not expect. */
function withNegativeFees(files: Record<string, Rows>): Record<string, Rows> {
  const [header = [], ...rows] = files["subscriptions.csv"] ?? [];
  const at = header.indexOf("monthly_fee");
  return {
    ...files,
    "subscriptions.csv": [header, ...rows.map((cells, row) => (row < 200 ? cells.with(at, "-1") : cells))],
  };
}

async function pageOf(request: Partial<ReportRequest> = {}): Promise<{ page: ReadPage; html: string }> {
  const [path = ""] = await writeReport({ ...what, out: `${out}/`, ...request }, pipeline);
  const html = readFileSync(path, "utf8");
  return { page: await readPage(html), html };
}

describe("a failed expectation", () => {
  test("is told with its values, their lines and the SQL, in less than 400 KB for 200 of them", async () => {
    const { page, html } = await pageOf();
    expect(page.text).toContain("was rejected: of 24 expectations 23 passed, 1 failed; the drop has 200 faults.");
    const values = rowsOf(page, "The first 20 of 200 unexpected values");
    expect(values[0]).toMatchObject({ user_id: "u0", Value: "-1", Line: "2" });
    expect(rowsOf(page, "All 200").map((row) => row.Line)).toEqual(users(200).map((_, row) => String(row + 2)));
    expect(page.text.includes("where not ((monthly_fee >= 0")).toBe(true);
    expect(html.length).toBeLessThan(400_000);
  });

  test("is told with what its suite says of it, which is text", async () => {
    const notes = ["agreed in *March*", "<img src=x onerror=alert(1)>"];
    await database.sql`
      update console.run_expectations
         set result = jsonb_set(result, '{expectation_config}', result -> 'expectation_config' || ${database.sql.json({
           description: "no fee is below zero",
           notes,
         })})
       where run = 2 and column_name = 'monthly_fee'`;
    const { page, html } = await pageOf();
    const said = ["no fee is below zero", ...notes].join("");
    expect(rowsOf(page, "All 24 expectations")[0]?.Expectation).toBe(`monthly_fee ≥ 0${said}`);
    expect(page.text).toContain(`subscriptions: monthly_fee ≥ 0${said}`);
    expect(html).not.toContain("<img");
  });

  test("is one of JUnit's, by a schema of what tools read", async () => {
    const junit = join(out, "run.xml");
    for (const values of [null, false] as const) {
      await writeReport({ ...what, junit, values }, pipeline);
      const contents = readFileSync(junit, "utf8");
      const schema = await Bun.file(new URL("../fixtures/junit.xsd", import.meta.url)).text();
      const { errors } = await validateXML({ xml: [{ fileName: "run.xml", contents }], schema: [schema] });
      expect(errors).toEqual([]);
      expect(contents).toContain('<testcase name="monthly_fee ≥ 0" classname="subscriptions" time="0"><failure');
      expect(contents.match(/<failure/g)).toHaveLength(2);
    }
  });

  test("is where Great Expectations has its stores, as `show` has it", async () => {
    await writeReport({ ...what, gx: out }, pipeline);
    const read = (path: string) => JSON.parse(readFileSync(join(out, "gx", path), "utf8"));
    const suite = read("expectations/subscriptions.json");
    const folder = "uncommitted/validations/subscriptions/month_001-run-2";
    const [time = ""] = readdirSync(join(out, "gx", folder));
    expect(time).toMatch(/^\d{8}T\d{6}\.\d{6}Z$/);
    const validation = read(`${folder}/${time}/subscriptions.json`);
    const { verdicts } = await pipeline.call({ kind: "show", run: 2 });
    const own = verdicts.filter(({ table }) => table === "subscriptions");
    expect(suite.expectations.map(({ type }: { type: string }) => type)).toEqual(own.map(({ type }) => type));
    expect(validation.results.map(({ success }: { success: boolean }) => success)).toEqual(
      own.map(({ success }) => success),
    );
    expect(validation.success).toBe(false);
    expect(JSON.stringify(validation)).toContain('"partial_unexpected_list":[');
    await writeReport({ ...what, gx: out, values: false }, pipeline);
    expect(JSON.stringify(read(`${folder}/${time}/subscriptions.json`))).not.toContain("partial_unexpected");
  });
});

describe("a site", () => {
  test("may be written by two at once, or where another did not get to its end", async () => {
    const site = join(drops.path, "half");
    const [begun, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let shown = 0;
    const slow: Asked = {
      async call(request) {
        // The first is of the rejected run, for the index: the second page is held until the other site is there.
        if (request.kind === "show" && ++shown > 2) {
          await until(() => readdirSync(site, { recursive: true }).join().includes(".html"), "a page");
          begun.resolve();
          await other.promise;
        }
        return pipeline.call(request);
      },
    };
    mkdirSync(site);
    const first = writeReport({ ...what, subject: "all", out: site }, slow);
    await begun.promise;
    await writeReport({ ...what, subject: "all", out: site }, pipeline);
    other.resolve();
    await first;
    const files = readdirSync(site, { recursive: true, encoding: "utf8" });
    expect(files).toEqual(expect.arrayContaining(["index.html", "runs/run-1.html", "runs/run-2.html"]));
    expect(files.filter((path) => path.endsWith(".part"))).toEqual([]);
  });

  test("is written again only where something changed, and says what there is", async () => {
    const site = join(drops.path, "site");
    await writeReport({ ...what, subject: "all", out: site }, pipeline);
    const files = () =>
      readdirSync(site, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html"));
    const old = new Date(2020, 1, 1);
    for (const path of files()) utimesSync(join(site, path), old, old);
    write("month_001", smallDrop(users(230), 1));
    await ranIn(pipeline, ["month_001"]);
    const kinds: string[] = [];
    const asked: Asked = {
      call(request) {
        kinds.push(request.kind);
        return pipeline.call(request);
      },
    };
    await writeReport({ ...what, subject: "all", out: site }, asked);
    // However many runs there are: once for all of them, then for the one that is new and the one whose rows it replaced.
    expect(kinds.sort()).toEqual([
      "database",
      "dataset",
      "months",
      "observed",
      "profile",
      "runs",
      "show",
      "show",
      "snapshots",
    ]);
    const rewritten = files().filter((path) => statSync(join(site, path)).mtimeMs !== old.getTime());
    expect(rewritten.sort()).toEqual([
      ...["index.html", "months/month_001.html", "runs/run-3.html"],
      ...["labels", "payments_agg_90d", "subscriptions", "support_agg_90d", "usage_agg_30d", "users"].map(
        (table) => `tables/${table}.html`,
      ),
    ]);
    const index = await readPage(readFileSync(join(site, "index.html"), "utf8"));
    const { runs } = await pipeline.call({ kind: "runs" });
    expect(rowsOf(index, "All 3 runs").map((row) => row.Outcome?.slice(2))).toEqual(runs.map(({ status }) => status));
    const months = rowsOf(index, "Months, the newest first");
    expect(months.map((row) => [row.Month, row.State, row.snapshot])).toEqual([
      ["month_001", "✓ ok", "✓ sealed"],
      ["month_000", "✓ ok", "✓ sealed"],
    ]);
  });

  test("without values draws quantiles, which are such, and writes none", async () => {
    const site = join(drops.path, "bare");
    await writeReport({ ...what, subject: "all", out: site, values: false }, pipeline);
    const html = readFileSync(join(site, "tables/users.html"), "utf8");
    const medians = (await readPage(html)).pictures.filter(({ title }) => title.includes("median"));
    expect(medians.map(({ title, told }) => `${title}: ${told}`)).toEqual([
      "signup_date: median, the middle half, and 5 % to 95 %: From 2024-01-31 to 2024-02-29; the figures are values of the data, which are left out.",
    ]);
    // All signed up in that month.
    expect(html).not.toContain("2022-01");
  });

  test("takes names of months, tables and columns for text, in pages and in paths", async () => {
    const hostile = {
      month_001: '"><img src=x onerror=alert(1)>',
      usage_agg_30d: "../../<b>x</b>",
      watch_hours_30d: "</svg><script>alert(1)</script>",
    };
    const renamed = (answer: unknown) =>
      Object.entries(hostile).reduce(
        (text, [name, other]) => text.replaceAll(name, JSON.stringify(other).slice(1, -1)),
        JSON.stringify(answer),
      );
    const asked: Asked = { call: async (request) => JSON.parse(renamed(await pipeline.call(request))) };
    const site = join(drops.path, "deep/er/site");
    await writeReport({ ...what, subject: "all", out: site }, asked);
    expect(
      readdirSync(join(drops.path, "deep"), { recursive: true }).filter((path) => !`${path}/`.startsWith("er/")),
    ).toEqual([]);
    for (const path of readdirSync(site, { recursive: true, encoding: "utf8" }).filter((one) =>
      one.endsWith(".html"),
    )) {
      const html = readFileSync(join(site, path), "utf8");
      expect({ path, scripts: html.match(/<script/g)?.length, others: html.match(/<(img|b)\b/g) }).toEqual({
        path,
        scripts: 1,
        others: null,
      });
    }
    const index = await readPage(readFileSync(join(site, "index.html"), "utf8"));
    expect(rowsOf(index, "Months, the newest first")[0]?.Month).toBe(hostile.month_001);
  });

  test("has a stretch of months that are not there in one line, as lists have it, and no pages of them; so does the doctor", async () => {
    write("month_009", smallDrop(users(3), 9));
    await writeReport({ ...what, subject: "all", out: join(out, "gap") }, pipeline);
    const { checks } = await pipeline.call({ kind: "doctor" });
    rmSync(join(data, "month_009"), { recursive: true });
    const page = (path: string) => readPage(readFileSync(join(out, "gap", path), "utf8"));
    const index = await page("index.html");
    expect(index.text).toContain("month_002..month_008 (7 months missing)");
    const rows = rowsOf(index, "Months, the newest first, and what each stage came to");
    expect(rows.map((row) => `${row.Month} ${row.State}`)).toEqual([
      ...["month_009 – new", "month_002..month_008 ! 7 months missing", "month_001 ✓ ok", "month_000 ✓ ok"],
    ]);
    expect(readdirSync(join(out, "gap/months")).sort()).toEqual(["month_000.html", "month_001.html", "month_009.html"]);
    expect((await page("months/month_009.html")).text).toContain("Month beforemonth_001");
    expect(checks.find(({ name }) => name === "months")?.detail).toBe(
      `3 months in ${data}; not there: month_002..month_008 (7 months)`,
    );
  });

  test("writes over nothing that is not its own", async () => {
    mkdirSync(join(out, "else"), { recursive: true });
    writeFileSync(join(out, "else/index.html"), "mine");
    const writing = writeReport({ ...what, subject: "all", out: join(out, "else") }, pipeline);
    expect(await writing.catch(({ title }) => title)).toContain("holds something else");
    expect(readFileSync(join(out, "else/index.html"), "utf8")).toBe("mine");
  });

  test("is written where one was begun that was killed over its first page", async () => {
    const folder = join(out, "begun");
    mkdirSync(folder, { recursive: true });
    writeFileSync(beginDraft(join(folder, "pages.json")), "{");
    await writeReport({ ...what, subject: "all", out: folder }, pipeline);
    expect(existsSync(join(folder, "index.html"))).toBe(true);
  });
});

describe("what a page cannot know any more is said", () => {
  test("of a run that crashed", async () => {
    await database.sql`
      insert into console.runs (dataset, month, as_of, mode, operator, host, process, backend_pid)
      values ('streamflow', 'month_002', '2024-03-31', 'publish', '<b>loader</b>', 'vault', 1, 1)`;
    const { page, html } = await pageOf();
    expect(page.text).toContain("month_002, as of 2024-03-31, crashed: the run left no last word");
    expect(page.text).toContain("<b>loader</b>@vault");
    expect(html).not.toContain("<b>");
  });

  test("of one that evaluated no expectation, of which Great Expectations has nothing", async () => {
    const told: string[] = [];
    const request = { ...what, gx: join(out, "none") };
    expect(await writeReport(request, pipeline, (text) => told.push(text))).toEqual([]);
    expect(told).toEqual([expect.stringContaining("there is nothing to write for Great Expectations")]);
  });

  test("of a run whose snapshots were dropped", async () => {
    await pipeline.call({ kind: "retire", as_of: "2024-01-31" });
    const { page } = await pageOf({ subject: { run: 1 } });
    expect(page.text).toContain("The snapshots of this run were dropped since");
    // It is the first there was.
    expect(page.text).toContain("cannot be compared");
    expect(rowsOf(page, "Seals that are in force no more")).toHaveLength(5);
  });

  test("of one whose snapshots were held against those: what it found stands, and no comparison is advised", async () => {
    const [site, advice] = [join(drops.path, "site"), "compare 2024-01-31 2024-02-29"];
    const read = () => readPage(readFileSync(join(site, "runs/run-3.html"), "utf8"));
    expect((await read()).text).toContain(advice);
    expect((await read()).text).toContain("2024-01-31: line of steps");
    await writeReport({ ...what, subject: "all", out: site }, pipeline);
    const { text, tables } = await read();
    // Its columns stand alone, for what they had been went with the snapshots.
    expect(text).toContain("% missing");
    expect(text).not.toContain("line of steps");
    expect(text).toContain("This is what the run found");
    expect(text).not.toContain(advice);
    expect(tables.some(({ caption }) => caption.startsWith("How far the values"))).toBe(true);
  });
});

test("a run on the command line writes its page, whatever comes of it; where it cannot, that is told and changes no run", async () => {
  write("month_002", { ...smallDrop(users(230), 2), "labels.csv": [["user_id"], ["u0"]] });
  const flags = ["--data", data, "--home", join(drops.path, "home"), "--database", database.url];
  const main = Bun.fileURLToPath(new URL("../../src/main.ts", import.meta.url));
  const run = (page: string) =>
    start([process.execPath, main, "--month", "2", "--report", page, ...flags], bareEnvironment).outcome;
  const page = join(out, "cron.html");
  const { code, stderr } = await run(page);
  expect({ code, told: stderr.includes(`report: ${page}`) }).toEqual({ code: 1, told: true });
  expect((await readPage(readFileSync(page, "utf8"))).text).toContain("month_002, as of 2024-03-31, was rejected");

  const [last] = await database.sql<{ run: number }[]>`select max(run) as run from console.runs`;
  const refused = await run(join(page, "page.html"));
  expect({ code: refused.code, told: refused.stderr.includes("cannot be written") }).toEqual({ code: 2, told: true });
  const full = join(out, "full.html");
  symlinkSync("/dev/full", full);
  const rejected = await run(full);
  expect(rejected.code).toBe(1);
  // The run after the last one, for the one that was refused never began.
  expect(rejected.stderr).toContain(`warning: No report was written: ${full} could not be written`);
  expect(rejected.stderr).toContain(`\`report --run ${(last?.run ?? 0) + 1} --out FILE\` writes it elsewhere`);
});
