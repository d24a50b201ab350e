import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { metSoFar, requireMet } from "../../src/core/checks.ts";
import { withChecksOf } from "../../src/pipeline/session/checked-before.ts";

let folder: string;
let place: { home: string; data: string };
let times = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-checked-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  place = { home: join(folder, `home-${times}`), data: join(folder, `data-${times}`) };
  times++;
  mkdirSync(place.data);
});

/** Nothing else has ever met it. */
const find = () => {
  requireMet({ found: "string" }, { found: `${times} ${Math.random()}` }, ({ summary }) => new Error(summary));
  return Promise.resolve("found");
};
const kept = () => readFileSync(join(place.home, "checked"), "utf8").trim().split("\n");

test("what was found sound is kept in the home, and nothing beside it", async () => {
  expect(await withChecksOf(place, find)).toBe("found");
  const known = [...metSoFar()];
  expect(kept()).toContain(known.at(-1) ?? "");
  expect(readdirSync(place.home)).toEqual(["checked"]);
});

test("what is kept there counts from then on", async () => {
  mkdirSync(place.home);
  writeFileSync(join(place.home, "checked"), "one\ntwo\n");
  await withChecksOf(place, () => Promise.resolve());
  expect(metSoFar()).toContain("one");
  expect(metSoFar()).toContain("two");
  // Nothing was found, and so nothing is written.
  expect(kept()).toEqual(["one", "two"]);
});

test("what is refused is not kept", async () => {
  const refused = withChecksOf(place, () => {
    requireMet({ found: "number" }, { found: "text" }, () => new Error("refused"));
    return Promise.resolve();
  });
  await expect(refused).rejects.toThrow("refused");
  expect(existsSync(place.home)).toBe(false);
});

test("no home is made where there are no drops", async () => {
  rmSync(place.data, { recursive: true });
  await withChecksOf(place, find);
  expect(existsSync(place.home)).toBe(false);
});

test("a home that takes no file does without", async () => {
  writeFileSync(place.home, "a file, and no folder");
  expect(await withChecksOf(place, find)).toBe("found");
});
