import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { parseManifest } from "../../src/core/dataset.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import type { Request } from "../../src/core/messages/requests.ts";
import { lines } from "../../src/headless/printers/lines.ts";
import { follow } from "../../src/headless/printers/printer.ts";
import { failures, results } from "../../src/headless/printers/results.ts";
import { checkView } from "../../src/headless/views/checks.ts";
import { showView } from "../../src/headless/views/show.ts";
import { compareView } from "../../src/headless/views/snapshots/compare.ts";
import { browseRun, browseRuns } from "../../src/pipeline/answers/browse.ts";
import { checkDrops } from "../../src/pipeline/answers/check.ts";
import { compareSnapshots } from "../../src/pipeline/answers/compare.ts";
import { browseSamples } from "../../src/pipeline/answers/unexpected/samples.ts";
import { verifySeals } from "../../src/pipeline/answers/verify.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { loadTables } from "../../src/postgres/catalog/dataset-tables.ts";
import { writeRows } from "../csv/reference.ts";
import { type KeptChannel, keptChannel } from "../headless/fake/channel.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder } from "../helpers/drops.ts";
import { lastOf, openedAs, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** Whatever tables, columns, files and values are called, that is a name: no SQL, no path, and nothing that a terminal obeys. */

setDefaultTimeout(120_000);

const nasty = [
  ...[
    '"; drop table victims; --',
    "'; drop table victims; --",
    "$$; drop table victims; $$",
    "\\'; drop table victims",
  ],
  ...["\u001b]0;owned\u0007", "\u001b[2J", "\u009b31m", "\u202egnp.exe", "two\nlines", "tab\t", "return\r"],
  ...[
    "../../outside",
    "a.b",
    "%s",
    "$1",
    "{}",
    "*",
    "select",
    " blank ",
    "Über",
    "日本",
    "`touch outside`",
    '""',
    "''",
    ":x",
    "@",
    "?",
  ],
];
const word = fc.oneof(
  fc.constantFrom(...nasty),
  fc
    .array(fc.constantFrom(...nasty.flatMap((name) => [...name])), { minLength: 1, maxLength: 12 })
    .map((all) => all.join("")),
);
/** What PostgreSQL takes for a name unaltered. */
const name = word.filter((text) => Buffer.byteLength(text) <= 63 && !text.includes("."));
const dataset = fc.record({
  table: name,
  snapshot: name,
  file: word.map((text) => `${text.replace(/[/\\\p{Cc}]/gu, "_")}.csv`),
  columns: fc.uniqueArray(name, { minLength: 3, maxLength: 5 }),
  values: fc.uniqueArray(
    word.filter((text) => text.trim() === text && text !== ""),
    { minLength: 2, maxLength: 6 },
  ),
});

let database: TestDatabase;
let drops: DropFolder;
let opened: Session;

beforeAll(async () => {
  database = await testDatabase(migrated);
  drops = dropFolder();
  opened = await openSession(
    await reachDatabase({ data: join(drops.path, "data"), home: join(drops.path, "home"), database: database.url }),
  );
  await database.sql`create table victims (id int); insert into victims values (1)`.simple();
});
afterAll(async () => {
  await opened.close();
  drops.remove();
  await database.drop();
});

/** Characters that no line of the console's may hold. */
const obeyed = /[[\p{Cc}\u202a-\u202e\u2066-\u2069]--\n]/v;

function requireHarmless(text: string): void {
  expect(obeyed.exec(text)?.[0] ?? null).toBeNull();
}

async function ran(session: Session, month: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const request = runRequest([month], { force: true });
  await runMonths(openedAs(session), request, (event) => events.push(event), new AbortController().signal);
  const printers = [
    (channel: KeptChannel) => lines(channel, true),
    failures,
    (channel: KeptChannel) => results(channel, request, true),
  ];
  for (const printer of printers) {
    const channel = keptChannel();
    const on = printer(channel);
    const story = follow(on);
    for (const event of events) story.tell(event);
    on.end?.(story.states);
    requireHarmless(channel.text());
  }
  return events;
}

test("a dataset of such names is loaded, compared, verified and told of, and nothing else happens", async () => {
  const { sql } = database;
  await fc.assert(
    fc.asyncProperty(dataset, async ({ table, snapshot, file, columns, values }) => {
      const [key = "", text = "", other = "", ...more] = columns;
      if (table === snapshot) return;
      await emptied(sql);
      await sql`drop schema if exists odd cascade`;
      await sql`create schema odd`;
      const quote = (one: string) => `"${one.replaceAll('"', '""')}"`;
      const declared = [...columns.slice(1)].map((one) => `${quote(one)} text`).join(", ");
      await sql.unsafe(`create table odd.${quote(table)} (${quote(key)} text primary key, ${declared})`);
      await sql.unsafe(
        `create table odd.${quote(snapshot)} (${quote(key)} text, as_of date, ${declared}, primary key (${quote(key)}, as_of))`,
      );
      const manifest = {
        ...{ name: "odd", schema: "odd", first_month: "2024-01", as_of_column: "as_of", drift: { psi: 0.2 } },
        ...{ dates: opened.dataset.dates, rows: opened.dataset.rows },
        tables: { [table]: { file, snapshot, suite: "suite.json" } },
      };
      const read = parseManifest(JSON.stringify(manifest), "dataset.json");
      const session: Session = {
        ...opened,
        ...{ dataset: read, manifestDirectory: drops.path, tables: await loadTables(opened.sql, read) },
      };
      const suite = [
        ["expect_column_values_to_be_in_set", { column: text, value_set: ["none"] }],
        ["expect_column_values_to_not_be_null", { column: other }],
        ["expect_column_values_to_be_unique", { column: key }],
      ].map(([type, kwargs]) => ({ type, kwargs, severity: "warning" }));
      rmSync(opened.settings.data, { recursive: true, force: true });
      writeFileSync(join(drops.path, "suite.json"), JSON.stringify({ name: "suite", expectations: suite }));
      const write = (month: string, salt: string) => {
        mkdirSync(join(opened.settings.data, month), { recursive: true });
        const rows = values.map((value) => [value, `${value}${salt}`, value, ...more.map(() => value)]);
        writeFileSync(join(opened.settings.data, month, file), writeRows([columns, ...rows], "\n", true));
      };
      write("month_000", "");
      write("month_001", "!");
      for (const month of ["month_000", "month_001"]) {
        const events = await ran(session, month);
        expect(lastOf(events, "run.failed")).toBeUndefined();
      }
      const live = await sql.unsafe(`select ${quote(key)} as key, ${quote(text)} as text from odd.${quote(table)}`);
      expect(live.map(({ key, text }) => [key, text]).sort()).toEqual(values.map((one) => [one, `${one}!`]).sort());
      const look = { columns: 100, paint: (_: string, text: string) => text };
      const told = await compareSnapshots(session, "2024-01-31", "2024-02-29");
      expect(told.tables[0]).toMatchObject({ changed: values.length, added: 0, removed: 0 });
      requireHarmless(compareView.text?.(told, look as never) ?? "");
      expect((await verifySeals(session, null)).seals.map(({ state }) => state)).toEqual(["intact", "intact"]);
      const [last] = (await browseRuns(session)).runs;
      requireHarmless(showView.text?.(await browseRun(session, last?.run ?? 0), look as never) ?? "");
      const found = await browseSamples(session, last?.run ?? 0, 0);
      expect(found.rows).toHaveLength(values.length);
      write("month_002", "\u0000");
      const selection: Extract<Request, { kind: "check" }>["selection"] = { months: ["month_002"] };
      requireHarmless(checkView.text?.(await checkDrops(session, { kind: "check", selection }), look as never) ?? "");
      expect(lastOf(await ran(session, "month_002"), "run.failed")?.code).toBe("drop_rejected");
      expect(await sql`select id from victims`).toHaveLength(1);
      expect(existsSync(join(drops.path, "..", "outside"))).toBe(false);
      expect(readdirSync(drops.path).sort()).toEqual(["data", "home", "suite.json"]);
    }),
    { numRuns: Number(process.env.NAMES ?? 6) },
  );
});

test("a statement that somebody is told to run has its names quoted", async () => {
  const { sql } = database;
  const table = 'x"; drop table victims; --';
  await sql`create schema if not exists odd`;
  await sql`create table odd.${sql(table)} (id text)`;
  // What a dataset has beyond its manifest is no field of one.
  const { manifest: _, stage: __, ...dataset } = opened.dataset;
  const manifest = { ...dataset, schema: "odd", tables: { [table]: { file: "x.csv" } } };
  await expect(loadTables(opened.sql, parseManifest(JSON.stringify(manifest), "dataset.json"))).rejects.toMatchObject({
    hint: expect.stringMatching(/^alter table odd\."x""; drop table victims; --" add primary key/),
  });
  await sql`drop schema odd cascade`;
});
