import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { OutputFile } from "../../src/export/output-file.ts";
import { beginDraft, endDraft } from "../../src/files/draft.ts";
import { writeWhole } from "../../src/files/whole.ts";
import { transportOf } from "../../src/outlets/lineage/transport.ts";
import { writeMetrics } from "../../src/outlets/metrics.ts";
import { writeManifest } from "../../src/pipeline/answers/written/write-manifest.ts";
import { writeFiles } from "../../src/pipeline/init/write.ts";
import { writeSuite } from "../../src/pipeline/suites/write.ts";
import { writePage } from "../../src/report/files/output.ts";
import { keepChoices } from "../../src/tui/device/choices.ts";

setDefaultTimeout(60_000);

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "drafts-"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const figures = {
  ...{ dataset: "shop", console: "1", last: null, lastPublished: null, stages: {}, newest: null, drift: [] },
  lacking: { missing: 0, due: 0 },
};
/** Who writes in a folder of what name; and the files, where they are not of that one. */
const writers: Record<string, (folder: string, path: string) => Promise<void>> = {
  page: (_, path) => writePage(path, "whole"),
  metrics: (_, path) => writeMetrics(path, figures),
  choices: async (folder) => keepChoices(folder, { theme: "dark" }),
  "new suite": (_, path) => writeSuite(path, "{}", false),
  "suite anew": (_, path) => writeSuite(path, "{}", true),
  dataset: (folder) => writeFiles(folder, new Map([["dataset.json", "{}"]])),
  manifest: (_, path) => writeManifest(path, "{}"),
  event: async (_, path) => {
    const file = { OPENLINEAGE__TRANSPORT__TYPE: "file", OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: path };
    expect(await transportOf(file)({})).toBeNull();
  },
  "training set": async (_, path) => {
    const file = await OutputFile.create(path);
    await file.close();
    await file.publish();
  },
  "refused training set": async (_, path) => {
    const file = await OutputFile.create(path);
    await file.discard();
    writeFileSync(path, "of others");
  },
};

/** Begins a draft of each file that it is given, says so, and stands still until it is killed. */
const halfWritten = `
  import { writeFileSync } from "node:fs";
  import { beginDraft } from ${JSON.stringify(join(import.meta.dir, "../../src/files/draft.ts"))};
  for (const path of process.argv.slice(1)) writeFileSync(beginDraft(path), "half");
  console.log("written");
  setInterval(() => {}, 60_000);
`;

test("what was left by one that was killed is taken away by the next that writes there, whatever that writes", async () => {
  const folders = Object.keys(writers).map((name) => join(place, name));
  for (const folder of folders) mkdirSync(folder);
  const names = () => folders.flatMap((folder) => readdirSync(folder));
  const files = folders.map((folder) => join(folder, "file"));
  const killed = Bun.spawn([process.execPath, "-e", halfWritten, ...files], { stdout: "pipe" });
  const reader = killed.stdout.getReader();
  while (names().length < folders.length && !(await reader.read()).done);
  expect(names().filter((name) => name.endsWith(".partial"))).toHaveLength(folders.length);
  killed.kill("SIGKILL");
  await Promise.all([killed.exited, reader.cancel()]);
  for (const [name, write] of Object.entries(writers)) await write(join(place, name), join(place, name, "file"));
  expect(names().filter((name) => name.endsWith(".partial"))).toEqual([]);
  expect(names()).toHaveLength(folders.length);
});

test("nothing of others is taken away, nor of who is at work, on whichever machine", () => {
  const folder = join(place, "others");
  mkdirSync(folder);
  const [day, now] = [24 * 3600, Date.now() / 1000];
  const gone = Bun.spawnSync(["true"]).pid;
  const made = (name: string, age = 0) => {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), now - age, now - age);
    return name;
  };
  const stays = [
    made(`a.csv.streamflow-${hostname()}-${process.ppid}-1.partial`, 9 * day),
    made(`a.csv.streamflow-else.where-${gone}-1.partial`, day - 60),
    made(`a.csv.${gone}.partial`, 9 * day),
    made("a.csv.partial", 9 * day),
    made("a.csv", 9 * day),
  ];
  made(`a.csv.streamflow-${hostname()}-${gone}-1.partial`);
  made(`a.csv.streamflow-${hostname()}-${process.pid}-1.partial`);
  made(`b.csv.streamflow-else.where-${gone}-1.partial`, day + 60);
  const draft = beginDraft(join(folder, "c.csv"));
  writeFileSync(draft, "");
  expect(readdirSync(folder).sort()).toEqual([...stays, basename(draft)].sort());
  endDraft(draft);
  expect(readdirSync(folder).sort()).toEqual(stays.sort());
});

test("a file that is written anew may be read by whom it could be before", async () => {
  const path = join(place, "of-all.prom");
  writeFileSync(path, "before");
  chmodSync(path, 0o664);
  await writeWhole(path, "after");
  expect([statSync(path).mode & 0o777, readFileSync(path, "utf8")]).toEqual([0o664, "after"]);
});

test("what is to be new stays what it is where another was sooner, and nothing is left beside it", async () => {
  const path = join(place, "new", "suite.json");
  mkdirSync(join(place, "new"));
  const texts = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
  const made = await Promise.allSettled(texts.map((text) => writeWhole(path, text, { isNew: true })));
  const winner = made.findIndex(({ status }) => status === "fulfilled");
  expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(readFileSync(path, "utf8")).toBe(texts[winner] ?? "");
  expect(readdirSync(join(place, "new"))).toEqual(["suite.json"]);
});

test("a folder that is not there is told as such", async () => {
  const path = join(place, "none", "file");
  await expect(writeWhole(path, "x")).rejects.toMatchObject({ code: "ENOENT" });
  expect(existsSync(join(place, "none"))).toBe(false);
});

test.each(Object.keys(writers).filter((name) => !["choices", "metrics"].includes(name)))(
  "%s: why it cannot be written is told without the draft",
  async (name) => {
    const path = join(place, "a-file", "file");
    writeFileSync(join(place, "a-file"), "");
    const told = await writers[name]?.(join(place, "a-file"), path).catch((thrown) => `${thrown}`);
    expect(told).toMatch(/E[A-Z]+: [a-z ]+/);
    expect(told).not.toContain(".partial");
  },
);
