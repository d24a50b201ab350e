import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasChanged } from "../../src/csv/source.ts";
import { keepingTime } from "../helpers/drops.ts";

setDefaultTimeout(60_000);

/** What is read of a file that others change meanwhile cannot be trusted: each sign of it alone is enough. */

const folder = mkdtempSync(join(tmpdir(), "streamflow-source-"));
const path = join(folder, "t.csv");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  writeFileSync(path, "a,b\n1,2\n");
  utimesSync(path, 1_000, 1_000);
});

describe("a file has changed when", () => {
  const deeds: Record<string, () => void> = {
    "it was written over in place, at its size": () => writeFileSync(path, "a,b\n3,4\n"),
    "it was touched": () => utimesSync(path, 1_000, 1_001),
    "it has another size, and its time all the same": () => keepingTime(path, () => writeFileSync(path, "a,b\n1,22\n")),
    "another took its place, of its size and time": () => {
      writeFileSync(`${path}.new`, "a,b\n3,4\n");
      keepingTime(path, () => renameSync(`${path}.new`, path));
    },
    "it is gone": () => rmSync(path),
  };
  test.each(Object.entries(deeds))("%s", async (_, change) => {
    const before = statSync(path);
    expect(await hasChanged(path, before)).toBe(false);
    change();
    expect(await hasChanged(path, before)).toBe(true);
  });
});
