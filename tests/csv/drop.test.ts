import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dropFiles, filesOfTwo } from "../../src/csv/drop/files.ts";
import { listMonths } from "../../src/csv/drop/months.ts";
import { foreignKind } from "../../src/csv/files/file-kind.ts";
import { sha256Of } from "../../src/csv/files/regular-file.ts";
import { SourceFault } from "../../src/csv/files/source-fault.ts";
import { locateKeys } from "../../src/csv/parts/locate.ts";
import { changedMeanwhile } from "../../src/csv/source.ts";
import { dates, readFile, shapeOf } from "./reading.ts";

setDefaultTimeout(60_000);

const data = mkdtempSync(join(tmpdir(), "streamflow-data-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));
const tables = [{ name: "t", file: "t.csv" }];

test("months are the folders named so; there is none where there is no data", async () => {
  const others = [
    "month_1",
    "month_0001",
    "other",
    ".month_002",
    "month_001\n",
    "\nmonth_001",
    "month_001 ",
    "month_٠٠١",
  ];
  const steering = ["month_001\u001b[2J", "\u001b]0;x\u0007month_001", "month_001;ls", "month_-01", "month_1e3"];
  for (const name of ["month_000", "month_012", ...others, ...steering]) mkdirSync(join(data, name));
  writeFileSync(join(data, "readme.txt"), "");
  expect([...(await listMonths(data, "2024-01"))]).toEqual([
    ["month_000", ["month_000"]],
    ["month_012", ["month_012"]],
  ]);
  expect((await listMonths(join(data, "nowhere"), "2024-01")).size).toBe(0);
  expect((await listMonths(join(data, "readme.txt"), "2024-01")).size).toBe(0);
});

test("a month's folder may be named by the calendar, and stands for the month of that number", async () => {
  const folder = join(data, "by-calendar");
  const none = ["2023-12", "2024-13", "2024-1", "2024-01-31", "24-01", "2024-01 ", "9999-12"];
  for (const name of ["2024-01", "2025-02", "month_001", ...none]) mkdirSync(join(folder, name), { recursive: true });
  const months = await listMonths(folder, "2024-01");
  expect([...months].sort()).toEqual([
    ["month_000", ["2024-01"]],
    ["month_001", ["month_001"]],
    ["month_013", ["2025-02"]],
  ]);
  mkdirSync(join(folder, "2024-02"));
  expect((await listMonths(folder, "2024-01")).get("month_001")).toEqual(["2024-02", "month_001"]);
  expect(filesOfTwo(folder, ["2024-02", "month_001"], tables)).toMatchObject([
    {
      table: "t",
      fault: { code: "file_ambiguous", reason: "2024-02 and month_001 are both there, and are the same month" },
    },
  ]);
  rmSync(folder, { recursive: true });
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
    reason: "the file is not in the drop; there is payments-2024.csv",
  });
});

describe("a link", () => {
  const root = join(data, "linked");
  const folder = join(root, "month_000");
  const secret = join(data, "secret.csv");
  const table = { name: "t", file: "t.csv" };
  beforeEach(() => {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(join(root, "kept"), { recursive: true });
    mkdirSync(folder);
    writeFileSync(join(root, "kept", "t.csv"), "id\nu1\n");
    writeFileSync(secret, "root:x:0:0\n");
  });
  const link = (target: string, path = join(folder, "t.csv")) => symlinkSync(target, path);
  const found = async (links?: "inside" | "anywhere") => (await dropFiles(root, "month_000", [table], links))[0];
  const refused = (reason: string) => ({
    bytes: 0,
    identity: "",
    fault: { file: "t.csv", code: "file_outside", reason },
  });
  const outwards = "a link that leads out of the data folder";

  const inside: Record<string, () => void> = {
    "to a file of the data folder": () => link(join(root, "kept", "t.csv")),
    "written as a way from where it lies": () => link("../kept/t.csv"),
    "to a link": () => {
      link("t.csv", join(root, "kept", "again.csv"));
      link("../kept/again.csv");
    },
    "in the place of the month's folder": () => {
      rmSync(folder, { recursive: true });
      link("kept", folder);
    },
  };
  test.each(Object.entries(inside))("%s is followed", async (_, make) => {
    make();
    expect(await found()).toMatchObject({ bytes: 6, fault: null });
  });

  const outside: Record<string, [make: () => void, reason?: string]> = {
    "to a file elsewhere": [() => link(secret)],
    "written as a way from where it lies": [() => link("../../secret.csv")],
    "to a link that leads there": [
      () => {
        link(secret, join(root, "kept", "again.csv"));
        link("../kept/again.csv");
      },
    ],
    "to a folder whose name begins like the data folder's": [
      () => {
        mkdirSync(`${root}-more`, { recursive: true });
        writeFileSync(`${root}-more/t.csv`, "x");
        link(`${root}-more/t.csv`);
      },
    ],
    "with the ending of a compressed file": [() => link(secret, join(folder, "t.csv.gz"))],
    "in the place of the month's folder": [
      () => {
        rmSync(folder, { recursive: true });
        link(data, folder);
      },
      `month_000 is ${outwards}`,
    ],
  };
  test.each(Object.entries(outside))(
    "%s is refused if that is out of the data folder",
    async (name, [make, reason]) => {
      make();
      const { fault, ...told } = (await found()) ?? {};
      expect({ ...told, fault: { ...fault, file: "t.csv" } }).toMatchObject(refused(reason ?? outwards));
      // Where the manifest allows it, it is a file like any other, if it is one.
      expect((await found("anywhere"))?.fault ?? null).toEqual(
        name.includes("month's folder") ? expect.anything() : null,
      );
    },
  );

  test("that is the data folder itself may lead anywhere", async () => {
    const other = join(data, "another");
    symlinkSync(root, other);
    writeFileSync(join(folder, "t.csv"), "id\nu1\n");
    expect((await dropFiles(other, "month_000", [table]))[0]).toMatchObject({ bytes: 6, fault: null });
  });

  test("that is turned once it was looked at is not read: nothing of its new target is told", async () => {
    link("../kept/t.csv");
    const listed = await found();
    rmSync(join(folder, "t.csv"));
    link(secret);
    const shape = shapeOf({ id: "text not null" }, ["id"]);
    const source = { path: join(folder, "t.csv"), shape, optional: new Set<string>(), dates };
    expect((await readFile(source)).faults[0]?.value).toBe("root:x:0:0");
    const { faults } = await readFile({ ...source, ...(listed && { listed }) });
    expect(faults).toEqual([{ file: "t.csv", code: "file_changed", reason: changedMeanwhile }]);
    expect(await Array.fromAsync(locateKeys({ ...source, ...(listed && { listed }) }))).toEqual([]);
  });
});

describe("what only has a file's name is no file, and is told at once", () => {
  const folder = join(data, "month_003");
  const path = join(folder, "t.csv");
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  });
  const kinds: Record<string, () => unknown> = {
    "a folder, not a file": () => mkdirSync(path),
    "a pipe, not a file": () => Bun.spawnSync(["mkfifo", path]),
    "a link that leads nowhere": () => symlinkSync(join(data, "month_003", "gone"), path),
    "a device, not a file": () => symlinkSync("/dev/zero", path),
    "a socket, not a file": () => Bun.listen({ unix: path, socket: { data() {} } }),
  };
  test.each(Object.entries(kinds))("%s", async (reason, make) => {
    const made: unknown = make();
    const [file] = await dropFiles(data, "month_003", tables, "anywhere");
    expect(file?.fault).toEqual({ file: "t.csv", code: "file_unreadable", reason });
    const { faults } = await readFile({ path, shape: shapeOf({ id: "text" }, []), optional: new Set<string>(), dates });
    expect(faults).toHaveLength(1);
    await expect(sha256Of(path)).rejects.toBeInstanceOf(SourceFault);
    if (reason.startsWith("a socket")) (made as { stop(): void }).stop();
  });
});

test("what is there in a missing file's place is told, and not what others expect", async () => {
  const told = async (...names: string[]) => {
    const folder = join(data, "month_013");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of names) writeFileSync(join(folder, name), "x");
    const wanted = ["users.csv", "labels.csv"].map((file) => ({ name: file, file }));
    const [users] = await dropFiles(data, "month_013", wanted);
    return users?.fault?.reason.replace("the file is not in the drop", "");
  };
  expect(await told()).toBe("");
  expect(await told("labels.csv", ".hidden")).toBe("");
  expect(await told("labels.csv", "users.xlsx")).toBe("; there is users.xlsx");
  expect(await told("Users.CSV", "z.txt")).toBe("; there is Users.CSV");
  expect(await told("labels.csv.gz", "a.txt", "b.txt")).toBe("; what else is there: a.txt, b.txt");
  expect(await told("1", "2", "3", "4", "5", "6", "7")).toBe("; what else is there: 1, 2, 3, 4, 5 and 2 more");
  expect(await told("users.csv.xz")).toBe(
    "; there is users.csv.xz, and xz is not read: compress it by gzip, zstd or zip, or not at all",
  );
  expect(await told("users\u001b[2J.csv")).toBe("; what else is there: users\\e[2J.csv");
});

test.each([
  ["PK\x03\x04........xl/workbook.xml", "it is a spreadsheet (xlsx)"],
  ["PK\x03\x04........word/document.xml", "it is a document (docx)"],
  ["PK\x03\x04........users.csv", "it holds zip data, which its name does not say"],
  ["\x1f\x8b........", "it holds gzip data, which its name does not say"],
])("a file that is no CSV is called what it is: %j", (start, reason) => {
  expect(foreignKind(Buffer.from(start, "latin1"))?.reason).toBe(reason);
});
