import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initDataset } from "../../../src/pipeline/init/dataset.ts";
import { bucket, type ObjectStore, objectStore, storeVariables } from "../../helpers/object-store.ts";

/** What `init` makes of a prefix in a bucket is what it makes of a folder, whatever either is called. */

let store: ObjectStore;
let folder: string;
beforeAll(async () => {
  store = await objectStore();
  Object.assign(process.env, storeVariables(store.url));
});
afterAll(async () => {
  await store.stop();
  for (const name of Object.keys(storeVariables(""))) delete process.env[name];
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-init-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rows = Array.from({ length: 30 }, (_, n) => `${n},2026-02-0${1 + (n % 9)} 10:00:00\n`).join("");

async function init(given: string) {
  const to = join(folder, "made");
  const settings = { data: "data/seeds", home: join(folder, "home"), database: null };
  const written = await initDataset(settings, { kind: "init", folder: given, to, overwrite: true }, () => {});
  return { ...written, manifest: JSON.parse(readFileSync(join(to, "dataset.json"), "utf8")) };
}

test.each([
  ["a prefix of no month", "loose/it's here"],
  ["the same with a slash at its end", "loose/it's here/"],
  ["a prefix named by the calendar", "named/2026-03"],
  ["a prefix named by its number", "numbered/month_001"],
  ["what lies above a month", "above"],
])("%s", async (_what, prefix) => {
  const below = prefix === "above" ? "above/2026-03" : prefix.replace(/\/$/, "");
  await store.put(`${below}/orders.csv`, `id,at\n${rows}`);
  await store.put(`${below}/orders-old/orders.csv`, "another\n");
  const { tables, left_out, manifest, next } = await init(`s3://${bucket}/${prefix}`);
  expect(tables.map(({ table, rows: count }) => [table, count])).toEqual([["orders", 30]]);
  expect(left_out).toEqual([{ file: "orders-old", why: "it is no text of values" }]);
  if (prefix.startsWith("loose")) {
    // The files alone, into a month of their own: what is said is what a run then takes.
    expect(next).toEqual([
      `aws s3 cp --recursive --exclude '*/*' 's3://${bucket}/loose/it'\\''s here' s3://${bucket}/drops/2026-02`,
      expect.stringContaining(`--month month_000 --data s3://${bucket}/drops `),
    ]);
    expect(manifest.first_month).toBe("2026-02");
  } else {
    const around = below.slice(0, below.lastIndexOf("/"));
    expect(next).toEqual([expect.stringContaining(` --data s3://${bucket}/${around} `)]);
  }
});

test("the bucket itself", async () => {
  await store.put("orders.csv", `id,at\n${rows}`);
  const { tables, next } = await init(`s3://${bucket}`);
  expect(tables.map(({ table }) => table)).toEqual(["orders"]);
  expect(next[0]).toEndWith(` s3://${bucket} s3://${bucket}/drops/2026-02`);
  await store.remove("orders.csv");
});

test("a prefix with nothing below it", async () => {
  await expect(init(`s3://${bucket}/nowhere`)).rejects.toMatchObject({
    title: expect.stringContaining("Nothing lies"),
  });
});
