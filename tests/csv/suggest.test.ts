import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dialectOf } from "../../src/core/written/dialect.ts";
import type { Written } from "../../src/core/written/settings.ts";
import { suggestFor } from "../../src/csv/suggest/search.ts";
import { dates, readFile, shapeOf } from "./reading.ts";

const folder = mkdtempSync(join(tmpdir(), "streamflow-suggest-"));
afterAll(() => rmSync(folder, { recursive: true }));

const columns = { user_id: "text not null", name: "text", fee: "numeric", n: "int4", day: "date", ok: "bool" };
const shape = shapeOf(columns, ["user_id"]);
const path = join(folder, "t.csv");
const sourceOf = (written?: Written) => ({
  path,
  shape,
  optional: new Set<string>(),
  dates,
  written: dialectOf(written),
});

const header = "user_id,name,fee,n,day,ok";
const rows = ["k1,a,1.5,1,2024-01-31,True", "k2,b,20.25,2,2024-02-29,False", "k3,c,3.5,3,2024-12-25,True"];
const sound = [header, ...rows].join("\n");
const eachRow = (change: (row: string) => string) => [header, ...rows.map(change)].join("\n");

const cases: [what: string, content: string | Buffer, written: Written][] = [
  ["nothing", sound, {}],
  ["semicolons", sound.replaceAll(",", ";"), { delimiter: ";" }],
  ["semicolons and decimal commas", sound.replaceAll(",", ";").replaceAll(".", ","), { delimiter: ";", decimal: "," }],
  [
    "tabs in UTF-16",
    Buffer.from(`\ufeff${sound.replaceAll(",", "\t")}`, "utf16le"),
    { encoding: "utf-16", delimiter: "\t" },
  ],
  ["Windows-1252", Buffer.from(sound.replace("b", "\xe9\x80"), "latin1"), { encoding: "windows-1252" }],
  ["other dates", eachRow((row) => row.replace(/(\d{4})-(\d\d)-(\d\d)/, "$3/$2/$1")), { dates: ["DD/MM/YYYY"] }],
  ["dates in two forms", sound.replace("2024-01-31", "31.01.2024"), { dates: ["DD.MM.YYYY", "YYYY-MM-DD"] }],
  ["yes and no", sound.replaceAll("True", "yes").replaceAll("False", "no"), { true: ["yes"], false: ["no"] }],
  ["words for NULL", sound.replace("1.5", "NA").replace("2024-02-29", "none"), { null: ["", "NA", "none"] }],
  ["mixed line ends", sound.replace("\nk3", "\r\nk3"), { line_ends: "mixed" }],
  ["comments above", `# an export\n${sound}`, { comment: "#" }],
  ["comments between", sound.replace("\nk2", "\n# more\nk2"), { comment: "#" }],
  ["backslashes", sound.replace("k1,a", 'k1,"a \\"b\\", c"'), { escape: "backslash" }],
  ["single quotes", sound.replace("k1,a", "k1,'a, b'"), { quote: "'" }],
  ["another case", sound.replace(header, header.toUpperCase()), { header_case: "ignored" }],
  [
    "other names",
    sound.replace("user_id", "User-Id_").replace("fee", "fees"),
    { header: { "User-Id_": "user_id", fees: "fee" } },
  ],
  ["a column more", eachRow((row) => `${row},x`).replace(header, `${header},Remarks`), { ignore: ["Remarks"] }],
  ["blanks at each comma", sound.replaceAll(",", " , "), { trim: "unquoted" }],
  ["padded keys", eachRow((row) => ` ${row}`), { trim: "unquoted" }],
  [
    "grouped numbers",
    eachRow((row) => row.replaceAll(",", ";").replace(/;\d+\.\d+/, ";1.234.567,5")).replace(
      header,
      header.replaceAll(",", ";"),
    ),
    { delimiter: ";", decimal: ",", thousands: "." },
  ],
  [
    "all of it",
    Buffer.from(
      `# x\n${eachRow((row) =>
        row
          .replaceAll(",", ";")
          .replaceAll(".", ",")
          .replace(/(\d{4})-(\d\d)-(\d\d)/, "$3.$2.$1")
          .replace("True", "ja")
          .replace("False", "nein")
          .replace(";b", ";\xe9"),
      ).replace(header, header.replaceAll(",", ";"))}`,
      "latin1",
    ),
    {
      encoding: "windows-1252",
      comment: "#",
      delimiter: ";",
      decimal: ",",
      dates: ["DD.MM.YYYY"],
      true: ["ja"],
      false: ["nein"],
    },
  ],
];

describe("the fewest settings are proposed with which a file is read", () => {
  test.each(cases)("%s", async (_, content, written) => {
    writeFileSync(path, content);
    const found = await suggestFor(sourceOf());
    expect([found.written, found.left, found.undecided]).toEqual([written, 0, []]);
    expect(found.evidence.map(({ setting }) => setting).sort()).toEqual(Object.keys(written).sort() as never);
    expect((await readFile(sourceOf(found.written))).faults).toEqual([]);
  });
});

const german: Written = { dates: ["DD.MM.YYYY"], true: ["ja"], false: ["nein"] };
const inGerman = sound
  .replaceAll("True", "ja")
  .replaceAll("False", "nein")
  .replace(/(\d{4})-(\d\d)-(\d\d)/g, "$3.$2.$1");

test.each<[what: string, content: string, more: Written, left: number]>([
  ["a word for true", inGerman.replace("ja", "yes"), { true: ["ja", "yes"] }, 0],
  [
    "words for both",
    inGerman.replace("ja", "yes").replace("nein", "No"),
    { true: ["ja", "yes"], false: ["nein", "no"] },
    0,
  ],
  ["a form of dates", inGerman.replace("31.01.2024", "31/01/2024"), { dates: ["DD/MM/YYYY", "DD.MM.YYYY"] }, 0],
  ["a word that is none of these, and means something", inGerman.replace("31.01.2024", "ja"), {}, 1],
])("%s comes beside what the manifest has, and none is taken for NULL", async (_, content, more, left) => {
  writeFileSync(path, content);
  const found = await suggestFor(sourceOf(german));
  expect([found.written, found.left]).toEqual([more, left]);
});

test("a file in UTF-8 is told from one in which a byte is a character", async () => {
  for (const encoding of ["windows-1252", "latin1", "koi8-r"]) {
    // Characters are broken off by the pieces in which a file is read.
    for (const long of ["é", "Ж", "日", `x${"日".repeat(60_000)}`]) {
      writeFileSync(path, sound.replace("b", long));
      const { faults } = await readFile(sourceOf({ encoding }));
      const reason = `the file is UTF-8, not ${encoding} as the manifest has it`;
      expect(faults.map((fault) => [fault.code, fault.reason])).toEqual([["encoding", reason]]);
      const found = await suggestFor(sourceOf({ encoding }));
      expect([found.written, found.left]).toEqual([{ encoding: "utf-8" }, 0]);
    }
  }
  for (const letters of ["é", "Ã©, é", "Ã", "naïve à", ""]) {
    writeFileSync(path, Buffer.from(sound.replace("b", `"${letters}"`), "latin1"));
    expect((await readFile(sourceOf({ encoding: "windows-1252" }))).faults).toEqual([]);
  }
});

test("a form of timestamps comes beside those of the manifest", async () => {
  writeFileSync(path, "id,at\na,31.01.2024 10:00\nb,2024-02-02 11:00\n");
  const written = dialectOf({ timestamps: ["DD.MM.YYYY HH:MM"] });
  const shape = shapeOf({ id: "text not null", at: "timestamp" }, ["id"]);
  const found = await suggestFor({ ...sourceOf(), shape, written });
  expect([found.written, found.left]).toEqual([{ timestamps: ["DD.MM.YYYY HH:MM", "YYYY-MM-DD HH:MM"] }, 0]);
});

test("what may be read in two ways is left undecided, with both", async () => {
  writeFileSync(
    path,
    eachRow((row) => row.replace(/\d{4}-\d\d-\d\d/, "01/02/2024")),
  );
  const found = await suggestFor(sourceOf());
  expect(found.written).toEqual({});
  expect(found.left).toBe(3);
  expect(found.undecided).toEqual([
    { one: { dates: ["DD/MM/YYYY"] }, other: { dates: ["MM/DD/YYYY"] }, cell: "01/02/2024" },
  ]);
});

test("what no setting mends is left and told", async () => {
  writeFileSync(path, sound.replace("20.25", "20.25x").replaceAll(",", ";"));
  const found = await suggestFor(sourceOf());
  expect(found.written).toEqual({ delimiter: ";" });
  expect([found.left, found.first]).toEqual([1, "line 3, fee: not a number: `20.25x`"]);
});

test("evidence names the line and the value", async () => {
  writeFileSync(
    path,
    sound.replace("2024-02-29", "29/02/2024").replace("2024-01-31", "31/01/2024").replace("2024-12-25", "25/12/2024"),
  );
  const { evidence } = await suggestFor(sourceOf());
  expect(evidence).toEqual([
    {
      setting: "dates",
      value: ["DD/MM/YYYY"],
      line: 2,
      column: "day",
      cell: "31/01/2024",
      reason: "not a date in the form YYYY-MM-DD",
    },
  ]);
});
