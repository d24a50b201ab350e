import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initDataset } from "../../../src/pipeline/init/dataset.ts";

/** What `init` makes of single files, and where it writes. No database is asked. */

let folder: string;
let drop: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-init-"));
  drop = join(folder, "shop/2026-03");
  mkdirSync(drop, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const settings = () => ({ data: "data/seeds", home: join(folder, "home"), database: null });
const init = (given: string | null = drop, to: string | null = join(folder, "made"), overwrite = false) =>
  initDataset(settings(), { kind: "init", folder: given, to, overwrite }, () => {});
const made = (file: string) => readFileSync(join(folder, "made", file), "utf8");

function deliver(file: string, lines: readonly string[], encoding: BufferEncoding = "utf8", end = "\n"): void {
  writeFileSync(join(drop, file), Buffer.from(lines.map((line) => line + end).join(""), encoding));
}

/** The declared columns of the one table, and the section `written` of its file. */
async function proposed(): Promise<{ columns: Record<string, string>; written: object | undefined }> {
  const { tables } = await init();
  const lines = made("init/001_tables.sql").matchAll(/^ {2}(\w+|"[^"]+") (\w+)(?: not null)?,? --/gm);
  const columns = Object.fromEntries(
    [...lines].flatMap(([, name = "", type = ""]) => (type === "key" ? [] : [[name, type]])),
  );
  const manifest = JSON.parse(made("dataset.json"));
  return { columns, written: manifest.tables[tables[0]?.table ?? ""].written };
}

const times = (count: number, line: (nth: number) => string) => Array.from({ length: count }, (_, nth) => line(nth));

describe("how files are written", () => {
  test("is told: signs, days, words, an encoding, comments and names", async () => {
    const rows = times(
      60,
      (n) =>
        `K${100 + n};Müller;${String(1 + (n % 28)).padStart(2, "0")}/02/2026;1.${100 + n},50;${n % 2 ? "ja" : "nein"};${n % 9 ? n : "NA"};01${100 + n}`,
    );
    deliver("Kunden.csv", ["# of March", "Kunden-Nr;Name;Seit;Umsatz;Aktiv;Punkte;PLZ", ...rows], "latin1", "\r\n");
    expect(await proposed()).toEqual({
      columns: {
        ...{ kunden_nr: "text", name: "text", seit: "date", umsatz: "numeric", aktiv: "boolean" },
        // A number does not begin with a zero that means something.
        ...{ punkte: "integer", plz: "text" },
      },
      written: {
        ...{ encoding: "windows-1252", delimiter: ";", decimal: ",", thousands: ".", dates: ["DD/MM/YYYY"] },
        ...{ true: ["ja"], false: ["nein"], null: ["", "NA"], comment: "#" },
        header: {
          ...{ "Kunden-Nr": "kunden_nr", Name: "name", Seit: "seit", Umsatz: "umsatz", Aktiv: "aktiv" },
          ...{ Punkte: "punkte", PLZ: "plz" },
        },
      },
    });
  });

  test("UTF-16 with tabs, a column without a name, and words of SQL", async () => {
    const rows = times(30, (n) => `${n}\t${n}\tx\t2026-03-02T10:00:00Z`);
    deliver("wide.tsv", ["\ufeff\torder\tuser\tAt", ...rows], "utf16le");
    expect(await proposed()).toEqual({
      columns: { order_: "integer", user_: "text", at: "timestamptz" },
      written: {
        ...{ encoding: "utf-16", delimiter: "\t", ignore: [""] },
        header: { order: "order_", user: "user_", At: "at" },
      },
    });
  });

  test("what can be read in two ways is left as text, with both named, unless others tell", async () => {
    deliver("a.csv", ["id,day,n", ...times(9, (n) => `${n},0${1 + n}/05/2026,"1,${100 + n}"`)]);
    expect((await proposed()).columns).toEqual({ id: "bigint", day: "text", n: "text" });
    expect(made("init/001_tables.sql")).toContain(
      'its values fit {"dates":["DD/MM/YYYY"]} and {"dates":["MM/DD/YYYY"]}: ask the sender which it is',
    );
    deliver("a.csv", ["id,day,n,m", ...times(9, (n) => `${n},0${1 + n}/05/2026,"1,${100 + n}","${n},5"`)]);
    await init(drop, join(folder, "made"), true);
    expect(made("init/001_tables.sql")).toMatch(/ {2}n numeric, -- numbers from 1.100 to 1.108\n {2}m numeric/);
  });

  test("a fraction that comes late makes a column of whole numbers one of numbers", async () => {
    deliver("a.csv", ["id,v,at", ...times(2_500, (n) => `${n},${n},2026-03-01`), "2500,0.5,2026-03-01 10:00:00"]);
    expect((await proposed()).columns).toEqual({ id: "bigint", v: "numeric", at: "timestamp" });
  });

  test("compressed files are looked at as what they hold", async () => {
    writeFileSync(join(drop, "a.csv.gz"), Bun.gzipSync("id,v\n1,2.5\n2,3.5\n"));
    expect(await proposed()).toEqual({ columns: { id: "bigint", v: "numeric" }, written: undefined });
    expect(JSON.parse(made("dataset.json")).tables.a.file).toBe("a.csv");
  });
});

test("a date in a name is another one next month, and files that differ in it or a number are parts of one table", async () => {
  deliver("trips_2026-03.csv", ["id,km", "1,2.5", "2,3.5"]);
  for (const part of [1, 2, 10])
    deliver(`users_${part}.csv`, part === 2 ? ["name,id", `Ann,${part}`] : ["id,name", `${part},Bob`]);
  for (const day of ["20260301", "20260302"])
    deliver(`log-${day}.csv`, ["at,n", `${day.slice(0, 4)}-03-0${day.at(-1)} 10:00:00,${day}`]);
  deliver("plan_7.csv", ["id,v", "1,2"]);
  deliver("2026.csv", ["id,v", "1,2"]);
  const { tables } = await init();
  expect(
    tables.map(({ table, file, rows }) => ({ table, file, rows })).sort((a, b) => (a.table < b.table ? -1 : 1)),
  ).toEqual([
    { table: "log", file: "log-*.csv", rows: 2 },
    { table: "n_2026", file: "2026.csv", rows: 1 },
    { table: "plan_7", file: "plan_7.csv", rows: 1 },
    { table: "trips", file: "trips_*.csv", rows: 2 },
    { table: "users", file: "users_*.csv", rows: 3 },
  ]);
  expect(made("init/001_tables.sql")).toMatch(
    / {2}id bigint not null, -- whole numbers\n {2}name text, -- 2 different texts/,
  );
});

test("files that make no table are left out, each for its reason", async () => {
  deliver("good.csv", ["id,v", "1,2", "2,2"]);
  deliver("alike.csv", ["a,b", "1,2", "1,2"]);
  deliver("nameless.csv", ["1,2", "3,4"]);
  deliver("header.csv", ["a,b"]);
  deliver("short.csv", ["a,b", "1,2", "3"]);
  deliver("ragged.csv", ["a,b", "1,2", "3", "4,5,6"]);
  deliver("noise.csv", ["\x01\x02PNG,\x7f", "1,2"]);
  deliver("stamped.csv", ["id,as_of", "1,2026-03-01"]);
  writeFileSync(join(drop, "none.csv"), "");
  writeFileSync(join(drop, "sheet.csv"), "PK\x03\x04xl/workbook");
  writeFileSync(join(drop, "readme.pdf"), "");
  const { tables, left_out } = await init();
  expect(tables.map(({ table }) => table)).toEqual(["good"]);
  expect(Object.fromEntries(left_out.map(({ file, why }) => [file, why]))).toEqual({
    "readme.pdf": "it is no text of values",
    "alike.csv": expect.stringContaining("nothing tells them apart"),
    "nameless.csv": "its first line holds values and not the columns' names",
    "header.csv": "it has no rows to go by",
    "short.csv": expect.stringContaining("line 3: 1 value, where the header has 2 columns"),
    "ragged.csv": expect.stringContaining("line 3: 1 value, where the header has 2 columns"),
    "noise.csv": "its first line holds bytes that no text has",
    "stamped.csv": expect.stringContaining("which snapshots need for their stamp"),
    "none.csv": "the file has no bytes",
    "sheet.csv": "it is a spreadsheet (xlsx)",
  });
  rmSync(join(drop, "good.csv"));
  await expect(init(drop, join(folder, "other"))).rejects.toMatchObject({ code: "drop_rejected" });
  expect(existsSync(join(folder, "other"))).toBe(false);
});

describe("a name is taken by a table that is proposed", () => {
  const leftOut = async () => {
    const { tables, left_out } = await init();
    return [tables.map(({ file }) => file).sort(), left_out.map(({ file }) => file).sort()];
  };
  const sound = ["id,v", "1,a", "2,b"];
  const stamped = ["id,v,as_of", "1,a,2026-01-01", "2,b,2026-01-01"];

  test("its snapshots' too, and not by a file that is left out", async () => {
    for (const file of ["Labels_snapshots.csv", "labels_snapshots_snapshots.csv", "labels.csv"]) deliver(file, sound);
    expect(await leftOut()).toEqual([["labels.csv", "labels_snapshots_snapshots.csv"], ["Labels_snapshots.csv"]]);
    rmSync(join(folder, "made"), { recursive: true });
    deliver("labels.csv", stamped);
    expect(await leftOut()).toEqual([["Labels_snapshots.csv"], ["labels.csv", "labels_snapshots_snapshots.csv"]]);
  });

  test("of files that make the same table, by the first that makes one", async () => {
    deliver("users.csv", stamped);
    for (const file of ["users.tsv", "users.txt"]) deliver(file, ["id\tv", "1\ta", "2\tb"]);
    expect(await leftOut()).toEqual([["users.tsv"], ["users.csv", "users.txt"]]);
    expect(JSON.parse(made("dataset.json")).tables.users.file).toBe("users.tsv");
  });
});

test("of tables with the same keys the one that they are named after is the parent", async () => {
  for (const file of ["labels", "users", "visits"])
    deliver(`${file}.csv`, ["user_id,v", ...times(30, (n) => `U${n},${n}`)]);
  const { tables } = await init();
  expect(tables.map(({ table, references }) => [table, references])).toEqual([
    ["labels", [{ column: "user_id", table: "users" }]],
    ["users", []],
    ["visits", [{ column: "user_id", table: "users" }]],
  ]);
});

describe("where it writes", () => {
  test("nothing over what is there, unless told so, and then nothing else", async () => {
    deliver("a.csv", ["id,v", "1,2"]);
    const { files } = await init();
    expect(files).toEqual([
      "dataset.json",
      "init/001_tables.sql",
      "expectations/a.json",
      "schemas/dataset.schema.json",
    ]);
    writeFileSync(join(folder, "made/notes.txt"), "mine");
    writeFileSync(join(folder, "made/dataset.json"), "mine");
    await expect(init()).rejects.toMatchObject({
      code: "usage",
      hint: expect.stringMatching(/^It holds dataset.json, expectations, init, notes.txt, schemas. .*--yes/),
    });
    expect(made("dataset.json")).toBe("mine");
    await init(drop, join(folder, "made"), true);
    expect(JSON.parse(made("dataset.json")).name).toBe("made");
    expect(made("notes.txt")).toBe("mine");
    expect(readdirSync(join(folder, "made")).sort()).toEqual([
      "dataset.json",
      "expectations",
      "init",
      "notes.txt",
      "schemas",
    ]);
  });

  test("the command to run next names the month's folder, or makes one", async () => {
    deliver("a.csv", ["id,at", ...times(30, (n) => `${n},2026-02-0${1 + (n % 9)} 10:00:00`)]);
    const to = join(folder, "made");
    expect((await init()).next).toEqual([expect.stringContaining(`--month month_000 --data ${folder}/shop `)]);
    expect(JSON.parse(made("dataset.json"))).toMatchObject({ first_month: "2026-03" });
    const loose = join(folder, "it's loose");
    mkdirSync(loose);
    writeFileSync(join(loose, "a.csv"), readFileSync(join(drop, "a.csv")));
    const { next } = await init(loose, to, true);
    expect(next[0]).toBe(`mkdir -p drops && cp -R '${folder}/it'\\''s loose' drops/2026-02`);
    expect(next[1]).toContain(`--month month_000 --data drops --home ${folder}/home --dataset ${folder}/made`);
    expect(JSON.parse(made("dataset.json")).first_month).toBe("2026-02");
  });

  test("without a folder it copies the shipped dataset, and not what makes the ledger", async () => {
    const { name, files } = await init(null);
    expect(name).toBe("streamflow");
    expect(files.filter((file) => file.startsWith("init/"))).toEqual(
      ["001_schema.sql", "002_snapshots.sql", "004_labels_snapshots.sql", "008_rows_of_others.sql"].map(
        (file) => `init/${file}`,
      ),
    );
    await expect(init(null)).rejects.toMatchObject({ code: "usage" });
  });

  test("a folder that is none, a file, one without files", async () => {
    await expect(init(join(folder, "nowhere"))).rejects.toMatchObject({ code: "usage" });
    deliver("a.csv", ["id", "1"]);
    await expect(init(join(drop, "a.csv"))).rejects.toMatchObject({
      code: "usage",
      title: expect.stringContaining("is a file"),
    });
    rmSync(join(drop, "a.csv"));
    await expect(init()).rejects.toMatchObject({ code: "usage", hint: expect.stringContaining("It is empty") });
  });
});
