import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyConsole } from "../helpers/copied-console.ts";
import { dropFolder, smallDrop } from "../helpers/drops.ts";
import { bareEnvironment, oneFile } from "../helpers/program.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { start } from "./process.ts";

/** Whatever form the console has: started in the same folder, it means the same dataset, and calls what is its own alike. */

setDefaultTimeout(60_000);
const scratch = mkdtempSync(join(tmpdir(), "streamflow-forms-"));
const checkout = join(scratch, "checkout");
const apart = join(scratch, "apart");
const drops = dropFolder();
const programs = {
  checkout: [process.execPath, join(checkout, "src/main.ts")],
  "a checkout that lies elsewhere": [process.execPath, join(scratch, "other/src/main.ts")],
  "a package": [process.execPath, join(scratch, "node_modules/streamflow-console/src/main.ts")],
  // With TEST_CONSOLE, which is such a program; else a package once more.
  "a program of one file": [
    oneFile ?? process.execPath,
    ...(oneFile ? [] : [join(scratch, "node_modules/streamflow-console/src/main.ts")]),
  ],
};

let database: TestDatabase;
beforeAll(() => {
  for (const folder of ["checkout", "other", "node_modules/streamflow-console"]) copyConsole(join(scratch, folder));
  // Both are other datasets than the one that is shipped, of the same tables.
  becomes(join(checkout, "db"), "north");
  mkdirSync(apart);
  cpSync(join(checkout, "db"), join(apart, "db"), { recursive: true });
  for (const file of ledgerFiles(join(apart, "db/init"))) rmSync(file);
  becomes(join(apart, "db"), "apart");
  for (const month of [0, 1]) drops.write(`month_00${month}`, smallDrop(["u1", "u2"], month));
});
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());
afterAll(() => {
  drops.remove();
  rmSync(scratch, { recursive: true, force: true });
});

function becomes(folder: string, name: string): void {
  const path = join(folder, "dataset.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), name }));
}

function ledgerFiles(folder: string): string[] {
  const files = [...new Bun.Glob("*.sql").scanSync(folder)].map((file) => join(folder, file));
  return files.filter((file) => readFileSync(file, "utf8").includes("console."));
}

type Program = keyof typeof programs;
const others: Program[] = ["a checkout that lies elsewhere", "a package", "a program of one file"];

function run(program: Program, cwd: string, ...words: string[]) {
  const flags = ["--database", database.url, "--data", drops.path, "--home", join(drops.path, "home")];
  const command = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", cwd, ...programs[program], ...words, ...flags];
  return start(command, bareEnvironment).outcome;
}

async function known() {
  const [found] = await database.sql<{ stages: string[]; files: string[]; datasets: string[] }[]>`
    select array(select distinct schemaname from pg_tables where schemaname like 'stage%' order by 1) as stages,
           array(select file from console.migrations order by 1) as files,
           array(select distinct dataset from console.runs order by 1) as datasets`;
  return found;
}

for (const [folder, name] of [
  [checkout, "north"],
  [apart, "apart"],
] as const) {
  test.each(others)(`in the folder of ${name}, first the checkout and then %s`, async (other) => {
    expect(await run("checkout", folder, "--month", "0")).toMatchObject({ code: 0 });
    const before = await known();
    expect(before).toMatchObject({ stages: [`stage_${name}`], datasets: [name] });
    const { code, stdout, stderr } = await run(other, folder, "--pending");
    expect({ code, stdout, warned: stderr.includes("warning") }).toMatchObject({ code: 0, warned: false });
    expect(stdout).toStartWith("month_001");
    expect(await known()).toEqual(before);
    expect((await run("checkout", folder, "runs", "--json")).stdout).toContain('"month_001"');
  });

  test.each(others)(`in the folder of ${name}, first %s and then the checkout`, async (other) => {
    expect(await run(other, folder, "--month", "0")).toMatchObject({ code: 0 });
    const before = await known();
    expect(await run("checkout", folder, "--month", "0", "--force")).toMatchObject({ code: 0 });
    expect(await known()).toEqual(before);
    const bare = before?.files.map((file) => file.slice(file.indexOf("/") + 1)) ?? [];
    expect(bare).toHaveLength(new Set(bare).size);
  });
}
