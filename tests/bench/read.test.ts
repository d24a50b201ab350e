import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dialectOf } from "../../src/core/written/dialect.ts";
import { readFile } from "../csv/reading.ts";
import { dialects, withDays } from "./read/dialects.ts";
import { spoils, spoilt } from "./read/kinds.ts";
import { sourceIn } from "./read/source.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-read-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const header = "user_id,watch_hours_30d,avg_session_mins_7d,unique_devices_30d,skips_7d,rebuffer_events_7d\n";
const rows = 40;
const good = header + Array.from({ length: rows }, (_, index) => `u${index},${index}.25,28.7,3,8,1\n`).join("");

async function read(text: string) {
  const path = join(folder, "usage_agg_30d.csv");
  writeFileSync(path, Buffer.from(text, "latin1"));
  return readFile(sourceIn(path));
}

test("the good file has no faults", async () => {
  expect(await read(good)).toMatchObject({ rows, faultCount: 0 });
});

describe("a file is spoilt in half of its rows at least, and rows stay rows", () => {
  test.each(Object.entries(spoils))("%s", async (_, spoil) => {
    const bad = await read([...spoilt(good, spoil)].join(""));
    expect(bad.rows).toBe(rows);
    expect(bad.faultCount).toBeGreaterThanOrEqual(rows / 2);
  });
});

describe("a file in another dialect has the same rows, and no fault", () => {
  test.each(Object.entries(dialects))("%s", async (_, { written, rewrite }) => {
    const path = join(folder, "usage_agg_30d.csv");
    writeFileSync(path, rewrite(withDays(good)));
    const found = await readFile({ ...sourceIn(path), written: dialectOf(written) });
    expect([found.rows, found.faults]).toEqual([rows, []]);
  });
});
