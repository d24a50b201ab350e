import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { writeReport } from "../../src/report/main.ts";
import { migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { ranIn } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { drifted, mendMonth, monthCount, naughty, rejected, writeMonths } from "./months.ts";
import { ranNamed } from "./named.ts";

/** Pages in a real browser: what they ask of it, what they say without scripts, and whom they leave out. */

setDefaultTimeout(120_000);

const executable = ["chromium", "chromium-browser", "google-chrome"].map((name) => Bun.which(name)).find(Boolean);

let database: TestDatabase;
let drops: DropFolder;
let pipeline: Pipeline;
/** Of the dataset whose names are naughty. */
let named: Pipeline;
let browser: Browser;
/** As many as it takes until drift is told. */
const users = 400;
/** By what kind of page it is. */
const pages: Record<string, string> = {};

beforeAll(async () => {
  if (!executable) return;
  database = await testDatabase(migrated);
  drops = dropFolder();
  const data = join(drops.path, "data");
  mkdirSync(data);
  writeMonths(data, users);
  pipeline = startPipeline({ data, home: join(drops.path, "home"), database: database.url });
  const months = Array.from({ length: monthCount }, (_, index) => `month_${String(index).padStart(3, "0")}`);
  // What is rejected ends a series.
  await ranIn(pipeline, months);
  mendMonth(data, users);
  await ranIn(pipeline, months.slice(months.indexOf(rejected)));
  // What the runs have profiled themselves is known.
  await pipeline.call({ kind: "profiling" });
  const [site, single] = [join(drops.path, "site"), join(drops.path, "single.html")];
  const what = { kind: "report", junit: null, gx: null, values: null } as const;
  const { runs } = await pipeline.call({ kind: "runs" });
  const runOf = (month: string, status: string) =>
    runs.find((run) => run.month === month && run.status === status)?.run ?? 0;
  await writeReport({ ...what, subject: { run: runOf(drifted, "published") }, out: single }, pipeline);
  await writeReport({ ...what, subject: "all", out: site }, pipeline);
  Object.assign(pages, {
    "a run by itself": single,
    index: join(site, "index.html"),
    "a month": join(site, `months/${rejected}.html`),
    "a table": join(site, "tables/usage_agg_30d.html"),
    "a rejected run": join(site, `runs/run-${runOf(rejected, "rejected")}.html`),
    "a run of a site": join(site, `runs/run-${runOf(drifted, "published")}.html`),
  });
  await writeNamed();
  browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
});
afterAll(async () => {
  if (!executable) return;
  await browser.close();
  await pipeline.close();
  await named.close();
  drops.remove();
  await database.drop();
});

/** The pages of a dataset of which each name could be taken for something else. */
async function writeNamed(): Promise<void> {
  named = await ranNamed(drops, database);
  const site = join(drops.path, "named-site");
  await writeReport({ kind: "report", subject: "all", out: site, junit: null, gx: null, values: null }, named);
  const only = (folder: string) => join(site, folder, readdirSync(join(site, folder))[0] ?? "");
  const { runs } = await named.call({ kind: "runs" });
  Object.assign(pages, {
    "an index of odd names": join(site, "index.html"),
    "a month of odd names": join(site, "months/month_001.html"),
    "a table of odd names": only("tables"),
    "a run of odd names": join(site, `runs/run-${runs[0]?.run}.html`),
  });
}

/** A page, and all that it asked for or complained of. */
async function opened(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; told: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const told: string[] = [];
  const url = pathToFileURL(path).href;
  page.on("console", (message) => told.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", ({ message }) => told.push(message));
  page.on("dialog", (dialog) => told.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => request.url() === url || told.push(`request: ${request.url()}`));
  await page.goto(url);
  return { page, told };
}

/** What somebody who needs help to read or to move would be stopped by; by all rules, or by one. */
async function barriers(page: Page, rule: string | undefined): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (options) => (globalThis as unknown as { axe: typeof axe }).axe.run(options),
    // Nothing else is looked at.
    { resultTypes: ["violations" as const], ...(rule !== undefined && { runOnly: [rule] }) },
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

const kinds = [
  ...["a run by itself", "index", "a month", "a table", "a rejected run", "a run of a site"],
  ...["an index of odd names", "a month of odd names", "a table of odd names", "a run of odd names"],
];

interface Look extends BrowserContextOptions {
  media?: "print";
  /** What alone may differ from the others; without it all rules are tried. */
  rule?: string;
  /** Without scripts of its own: axe-core needs that scripts are on. */
  isBare?: boolean;
}

/** Ways to look at a page. */
const looks: Record<string, Look> = {
  "on a screen": {},
  "on a telephone, in the dark": {
    ...{ viewport: { width: 360, height: 740 }, colorScheme: "dark" },
    rule: "color-contrast",
  },
  "on a wide screen": { viewport: { width: 1920, height: 1080 } },
  "on paper, from the dark": {
    ...{ viewport: { width: 794, height: 1123 }, colorScheme: "dark", media: "print" },
    rule: "color-contrast",
  },
  "on a telephone, its scripts taken out": { viewport: { width: 360, height: 740 }, isBare: true },
};

describe.skipIf(!executable)("in a browser (skipped where there is no chromium)", () => {
  test.each(kinds)(
    "%s asks for nothing, stops nobody, fits its width and says the same, however it is looked at",
    async (kind) => {
      const said = new Set<string | null>();
      for (const [look, { media, rule, isBare, ...options }] of Object.entries(looks)) {
        const { page, told } = await opened(pages[kind] ?? "", options);
        if (isBare)
          await page.setContent(readFileSync(pages[kind] ?? "", "utf8").replace(/<script>.*?<\/script>/s, ""));
        if (media !== undefined) await page.emulateMedia({ media });
        const stopped = await barriers(page, rule);
        const width = await page.evaluate("document.documentElement.scrollWidth");
        expect({ look, told, stopped, width }).toEqual({
          ...{ look, told: [], stopped: [] },
          width: options.viewport?.width ?? 1280,
        });
        expect(await page.title()).not.toBe("hit");
        said.add(await page.locator("main").textContent());
        await page.context().close();
      }
      const { page, told } = await opened(pages[kind] ?? "", { javaScriptEnabled: false });
      said.add(await page.locator("main").textContent());
      expect({ told, versions: said.size }).toEqual({ told: [], versions: 1 });
      await page.context().close();
    },
  );

  test("tables are sorted and filtered", async () => {
    const { page } = await opened(pages.index ?? "");
    const table = page.getByRole("table", { name: "Months, the newest first" });
    const months = () => table.locator("tbody tr:visible th").allInnerTexts();
    expect((await months()).at(0)).toBe("month_011");
    await table.getByRole("button", { name: "Month" }).click();
    expect((await months()).at(0)).toBe("month_000");
    expect(await table.locator("th").first().getAttribute("aria-sort")).toBe("ascending");
    await page.getByRole("searchbox").first().fill("month_00 ok");
    expect(await months()).toHaveLength(10);
    expect(await page.locator("output").first().textContent()).toBe("10 of 12");
    await page.context().close();
  });

  test("each link of the index leads to a page", async () => {
    const { page } = await opened(pages.index ?? "");
    const links = await page
      .locator("main a")
      .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href));
    const missing = [];
    for (const link of new Set(links)) if (!(await Bun.file(Bun.fileURLToPath(link)).exists())) missing.push(link);
    expect({ missing, some: links.length > 30 }).toEqual({ missing: [], some: true });
    await page.context().close();
  });

  test("what a cell held is there to be read, letter by letter", async () => {
    const { page } = await opened(pages["a rejected run"] ?? "");
    const text = await page.locator("main").textContent();
    for (const cell of naughty.slice(0, -1)) expect(text).toContain(cell.replace("\u202e", "\\u{202e}"));
    await page.context().close();
  });
});

/** Where pictures of pages go, for the README; none are made without it. */
const pictures = process.env.PICTURES;

/** What is of this machine alone is no matter of a picture. */
const withoutPlaces = `for (const place of document.querySelectorAll("dd, p")) {
  const name = place.previousElementSibling?.textContent;
  if (name === "Database") place.textContent = "embedded PostgreSQL 18.4 in .streamflow";
  if (name === "Run by") place.textContent = "loader@vault";
  place.innerHTML = place.innerHTML.replace(/\\/\\S+\\/rejects\\/\\S+\\//, ".streamflow/rejects/");
}`;

test.skipIf(!executable || !pictures)("pictures of pages", async () => {
  const shots: [name: string, kind: string, options: BrowserContextOptions, media: "print" | "screen"][] = [
    ["run-1280.png", "a run by itself", { viewport: { width: 1280, height: 1100 } }, "screen"],
    ["index-1280-dark.png", "index", { viewport: { width: 1280, height: 1100 }, colorScheme: "dark" }, "screen"],
    ["table-360.png", "a table", { viewport: { width: 360, height: 900 } }, "screen"],
    ["rejected-print.png", "a rejected run", { viewport: { width: 794, height: 1000 } }, "print"],
  ];
  for (const [name, kind, options, media] of shots) {
    const { page } = await opened(pages[kind] ?? "", options);
    await page.emulateMedia({ media });
    await page.evaluate(withoutPlaces);
    if (kind === "a table") await page.locator("article", { hasText: "watch_hours_30d" }).scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(pictures ?? "", name) });
    await page.context().close();
  }
});
