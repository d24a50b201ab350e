import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseManifest } from "../../src/core/dataset.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { dialectOf, plainDialect } from "../../src/core/written/dialect.ts";
import type { Written } from "../../src/core/written/settings.ts";
import { suggestDrop } from "../../src/pipeline/answers/written/suggest.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, type Rows, smallDrop } from "../helpers/drops.ts";
import { digest, lastOf, openedAs, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** A drop in another dialect is the same drop, from the stage to the seals, and its faults stand on the file's own lines. */

setDefaultTimeout(120_000);
const users = ["u1", "u2", "u3", "u4"];
let database: TestDatabase;
let drops: DropFolder;
let session: Session;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  const settings = { data: drops.path, home: `${drops.path}/home`, database: database.url };
  session = await openSession(await reachDatabase(settings));
});
afterAll(async () => {
  await session.close();
  drops.remove();
  await database.drop();
});
beforeEach(async () => {
  await emptied(database.sql);
  drops.empty();
});

async function run(written: Written | null, force = false): Promise<RunEvent[]> {
  const dialect = written === null ? plainDialect : dialectOf(written);
  for (const table of session.tables) table.manifest.written = dialect;
  const events: RunEvent[] = [];
  const request = runRequest(["month_000"], { force });
  await runMonths(openedAs(session), request, (event) => void events.push(event), new AbortController().signal);
  return events;
}

const german: Written = {
  delimiter: ";",
  decimal: ",",
  encoding: "utf-16",
  dates: ["DD.MM.YYYY"],
  true: ["ja"],
  false: ["nein"],
  null: ["", "k. A."],
  comment: "#",
  trim: "all",
  ignore: ["Bemerkung"],
  header: { Kunde: "user_id" },
};

function inGerman(cell: string, key: string): string {
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(cell);
  if (day !== null) return `${day[3]}.${day[2]}.${day[1]}`;
  const word = { True: "ja", False: "nein", "": "k. A.", user_id: key }[cell];
  return word ?? (/^\d+\.\d+$/.test(cell) ? cell.replace(".", ",") : ` ${cell}`);
}

function writeGerman(drop: Record<string, Rows>, key = "Kunde"): void {
  mkdirSync(join(drops.path, "month_000"), { recursive: true });
  for (const [file, rows] of Object.entries(drop)) {
    const lines = rows.map((cells, row) =>
      [...cells.map((cell) => inGerman(cell, key)), row === 0 ? "Bemerkung" : '"eine;\nzweite"'].join(";"),
    );
    writeFileSync(
      join(drops.path, "month_000", file),
      Buffer.from(`\ufeff# Export\n${lines.join("\n#\n")}\n`, "utf16le"),
    );
  }
}

test("the same rows are published and sealed, whatever they are written in", async () => {
  drops.write("month_000", smallDrop(users));
  expect(lastOf(await run(null), "run.finished")?.status).toBe("published");
  const plain = await digest(database.sql);
  await emptied(database.sql);
  writeGerman(smallDrop(users));
  expect(lastOf(await run(german), "run.finished")?.status).toBe("published");
  expect(await digest(database.sql)).toBe(plain);
  // Read again where its bytes were found sound before.
  expect(lastOf(await run(german, true), "run.finished")?.status).toBe("published");
  expect(await digest(database.sql)).toBe(plain);
});

test("a file is not believed in a dialect because it was sound in another", async () => {
  drops.write("month_000", smallDrop(users));
  await run(null);
  const failed = lastOf(await run({ dates: ["DD/MM/YYYY"] }, true), "run.failed");
  expect(failed?.faults?.map(({ code }) => code)).toEqual(users.map(() => "not_date"));
});

test("keys that are repeated or orphaned are found on their lines", async () => {
  const drop = smallDrop(users);
  const labels = drop["labels.csv"] ?? [];
  writeGerman({ ...drop, "labels.csv": [...labels, ["u2", "True"], ["u9", "True"]] });
  const failed = lastOf(await run(german), "run.failed");
  // Each row takes two lines and has a comment above it.
  expect(failed?.faults?.map(({ code, line, value }) => [code, line, value])).toEqual([
    ["key_repeated", 16, "u2"],
    ["key_orphaned", 19, "u9"],
  ]);
});

test("a header alone is read where the manifest lets it be, and what the suite says of no rows counts", async () => {
  const drop = smallDrop(users);
  drops.write("month_000", { ...drop, "labels.csv": (drop["labels.csv"] ?? []).slice(0, 1) });
  expect(lastOf(await run(null), "run.failed")?.faults?.map(({ code }) => code)).toEqual(["no_rows"]);
  const events = await run({ header_only: true });
  expect(lastOf(events, "run.failed")).toMatchObject({ stage: "validate", code: "expectation_failed" });
});

test("what check --suggest proposes and writes makes the drop one that is published", async () => {
  drops.write("month_000", smallDrop(users));
  await run(null);
  const plain = await digest(database.sql);
  await emptied(database.sql);
  drops.empty();
  writeGerman(smallDrop(users), "User ID");
  for (const table of session.tables) table.manifest.written = plainDialect;
  const folder = mkdtempSync(join(tmpdir(), "streamflow-manifest-"));
  const shipped = readFileSync(join(session.manifestDirectory, "dataset.json"), "utf8");
  writeFileSync(join(folder, "dataset.json"), shipped);
  const there = { ...session, manifestDirectory: folder };
  const selection = { months: ["month_000"] };
  const looked = await suggestDrop(there, { kind: "suggest", selection, confirmed: false });
  expect(looked.files.map(({ left, undecided }) => [left, undecided])).toEqual(looked.files.map(() => [0, []]));
  expect(looked.written).toMatchObject({ delimiter: ";", encoding: "utf-16", comment: "#" });
  expect(readFileSync(join(folder, "dataset.json"), "utf8")).toBe(shipped);
  const { manifest } = await suggestDrop(there, { kind: "suggest", selection, confirmed: true });
  expect(manifest).toBe(join(folder, "dataset.json"));
  const made = readFileSync(join(folder, "dataset.json"), "utf8");
  // All else is laid out as it was.
  const laidOut = shipped.split("\n").map((line) => line.replace(/(?: \})?,?$/, ""));
  expect(laidOut.filter((line) => !made.includes(`\n${line}`) && !made.startsWith(line))).toEqual([]);
  const { tables } = parseManifest(made, "m");
  for (const table of session.tables) {
    table.manifest.written = tables.find(({ name }) => name === table.name)?.written ?? plainDialect;
  }
  const events: RunEvent[] = [];
  const listen = (event: RunEvent) => void events.push(event);
  await runMonths(openedAs(session), runRequest(["month_000"]), listen, new AbortController().signal);
  expect(lastOf(events, "run.finished")?.status).toBe("published");
  expect(await digest(database.sql)).toBe(plain);
  rmSync(folder, { recursive: true });
});

test("one drop is looked at, and of a sound one nothing is proposed", async () => {
  drops.write("month_000", smallDrop(users));
  drops.write("month_001", smallDrop(users));
  for (const table of session.tables) table.manifest.written = plainDialect;
  const asked = (months: string[]) => suggestDrop(session, { kind: "suggest", selection: { months }, confirmed: true });
  await expect(asked(["month_000..month_001"])).rejects.toThrow("--suggest looks at one drop, not at 2");
  expect(await asked(["month_001"])).toMatchObject({ written: {}, tables: {}, manifest: null });
});
