import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dropFiles, listMonths } from "../../src/csv/drop.ts";

const data = mkdtempSync(join(tmpdir(), "streamflow-data-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));
const tables = [{ name: "t", file: "t.csv" }];

test("months are the folders named so; there is none where there is no data", async () => {
  for (const name of ["month_000", "month_012", "month_1", "month_0001", "other", ".month_002"])
    mkdirSync(join(data, name));
  writeFileSync(join(data, "readme.txt"), "");
  expect((await listMonths(data)).sort()).toEqual(["month_000", "month_012"]);
  expect(await listMonths(join(data, "nowhere"))).toEqual([]);
  expect(await listMonths(join(data, "readme.txt"))).toEqual([]);
});

test("a file is told with its size and time, links followed", async () => {
  const elsewhere = join(data, "elsewhere.csv");
  writeFileSync(elsewhere, "abc\n");
  symlinkSync(elsewhere, join(data, "month_000", "t.csv"));
  expect(await dropFiles(data, "month_000", tables)).toEqual([
    {
      ...{ table: "t", path: join(data, "month_000", "t.csv"), bytes: 4, present: true },
      ...{ modified_ms: statSync(elsewhere).mtimeMs, identity: expect.stringMatching(/^\d+:\d+:[\d.]+$/), fault: null },
    },
  ]);
});

test("a file is found compressed; one that is missing is told by the plain name, with the like of it", async () => {
  const folder = join(data, "month_012");
  writeFileSync(join(folder, "t.csv.zst"), "x");
  expect(await dropFiles(data, "month_012", tables)).toMatchObject([
    { path: join(folder, "t.csv.zst"), bytes: 1, fault: null },
  ]);
  writeFileSync(join(folder, "payments-2024.csv"), "x");
  const [missing] = await dropFiles(data, "month_012", [{ name: "p", file: "payments_2024.csv" }]);
  expect(missing).toMatchObject({ path: join(folder, "payments_2024.csv"), bytes: 0, present: false, modified_ms: 0 });
  expect(missing?.fault).toEqual({
    file: "payments_2024.csv",
    code: "file_missing",
    reason: "the file is not in the drop; it has payments-2024.csv",
  });
});

test("a link that leads nowhere cannot be read", async () => {
  symlinkSync(join(data, "gone"), join(data, "month_012", "t2.csv"));
  const [broken] = await dropFiles(data, "month_012", [{ name: "t", file: "t2.csv" }]);
  expect(broken?.fault?.code).toBe("file_unreadable");
});
