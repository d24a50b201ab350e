import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeMetrics } from "../../src/outlets/metrics.ts";
import { writePage } from "../../src/report/files/output.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";

/** What stands where something is written stays what it is. */

setDefaultTimeout(60_000);

let drops: DropFolder;
beforeAll(() => {
  drops = dropFolder();
});
afterAll(() => drops.remove());

const figures = {
  ...{ dataset: "shop", console: "1", last: null, lastPublished: null, stages: {}, newest: null, drift: [] },
  lacking: { missing: 0, due: 0 },
};
const writers: [string, (path: string) => Promise<void>][] = [
  ["a page", (path) => writePage(path, "streamflow_build_info")],
  ["metrics", (path) => writeMetrics(path, figures)],
];

test.each(writers)("%s: a pipe is written into, and stays one", async (name, write) => {
  const pipe = join(drops.path, `${name}.pipe`);
  await Bun.$`mkfifo ${pipe}`;
  const reader = Bun.spawn(["cat", pipe], { stdout: "pipe" });
  await write(pipe);
  expect(await reader.stdout.text()).toContain("streamflow_build_info");
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test.each(writers)("%s: a link leads where it led", async (name, write) => {
  const folder = join(drops.path, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "there"), "before");
  symlinkSync(join(folder, "there"), join(folder, "link"));
  await write(join(folder, "link"));
  expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "there"), "utf8")).toContain("streamflow_build_info");
  expect(readdirSync(folder).sort()).toEqual(["link", "there"]);
});

test("a page that is written twice at once is whole", async () => {
  const path = join(drops.path, "twice.html");
  const texts = Array.from({ length: 20 }, (_, at) => String(at).repeat(100_000));
  await Promise.all(texts.map((text) => writePage(path, text)));
  expect(texts).toContain(readFileSync(path, "utf8"));
});

test("a folder is told to be one, in words of the path that was given", async () => {
  const written = writePage(drops.path, "x");
  await expect(written).rejects.toMatchObject({ title: `${drops.path} is a folder.`, hint: "Name a file in it." });
});
