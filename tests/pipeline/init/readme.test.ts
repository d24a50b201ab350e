import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../headless/process.ts";
import { bareEnvironment } from "../../helpers/program.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";

/** The README's section "Another dataset", followed word for word in an empty folder. */

setDefaultTimeout(120_000);

const root = Bun.fileURLToPath(new URL("../../..", import.meta.url));
let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), "streamflow-readme-"));
  // What `bun run console` is in a checkout.
  const scripts = { console: `${process.execPath} ${join(root, "src/main.ts")}` };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts }));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

const readme = readFileSync(join(root, "README.md"), "utf8");
const section = readme.slice(readme.indexOf("\n## Another dataset\n"), readme.indexOf("\n### The manifest\n"));
const blocks = (language: string) =>
  [...section.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text = ""]) => text);

test("leads from files to sealed months", async () => {
  const env = { ...bareEnvironment, DATABASE_URL: database.url, STREAMFLOW_HOME: join(folder, "home") };
  const script = `cd '${folder}'\n${blocks("sh").join("\n")}`;
  const { code, stderr } = await start(["sh", "-e", "-c", script], env).outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/error:|warning/) });
  const seals = await database.sql<{ table: string; as_of: string; rows: number }[]>`
    select table_name as table, as_of::text, rows from console.seals where dataset = 'shop' order by 2, 1`;
  expect([...seals]).toEqual(
    ["2026-01-31", "2026-02-28"].flatMap((as_of) =>
      ["customers_snapshots", "orders_snapshots"].map((table) => ({ table, as_of, rows: 3 })),
    ),
  );
  expect([...(await database.sql`select count(*) as orders from shop.orders`)]).toEqual([{ orders: 6 }]);
  const [sql = ""] = blocks("sql");
  expect(readFileSync(join(folder, "shop/init/001_tables.sql"), "utf8")).toContain(sql);
});
