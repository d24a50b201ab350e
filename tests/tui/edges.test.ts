import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { clipMiddle, displayWidth } from "../../src/core/text.ts";
import type { Size, Ui } from "../../src/tui/model/model.ts";
import { sortTitles } from "../../src/tui/model/sorting.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What a narrow terminal has no room for is left out whole: no figure, run or state loses its last characters. */

const columns = fc.integer({ min: 60, max: 130 });
const unicode = fc.boolean();
const rows = 24;
const streams = await Promise.all(
  ["published", "dry-run", "cancelled", "rejected", "warned", "unchanged", "faulty"].map(readStream),
);

test("a run's title has its number and how it stands, at whatever width", () => {
  const modes = fc.constantFrom("publish", "restamp", "backfill", "dry_run", "adopt");
  const words = /(published|rolled back|cancelled|rejected|nothing to do)( in \d+\.\d s)? *$/;
  fc.assert(
    fc.property(
      fc.constantFrom(...streams),
      modes,
      fc.integer({ min: 1, max: 99_999 }),
      columns,
      unicode,
      (stream, mode, run, width, isUnicode) => {
        const events = stream.map((event) => ({ ...event, run, ...("mode" in event && { mode }) }));
        const options = { size: { columns: width, rows }, unicode: isUnicode, events };
        const [title = ""] = new Session(scenario("published"), options).press("r", "enter").text().split("\n");
        expect(title).toMatch(new RegExp(`run ${run}\\b`));
        expect(title).toMatch(words);
        expect(title).not.toMatch(/[…~]/);
        expect(title).toMatch(/\S {2,}\S/);
      },
    ),
  );
});

const sortedLists = { months: [], runs: ["H"], snapshots: ["s"] } as const;
const listsAt = (keys: readonly string[], end: string) => new Session(scenario("many")).press(...keys, end).ui;

test("no cell is cut in a list, by whichever column it is sorted, and whichever one is hidden", () => {
  const drawn = Object.entries(sortedLists).flatMap(([name, keys]) => {
    const screen = name as keyof typeof sortedLists;
    const known = [listsAt(keys, "g"), listsAt(keys, "G")];
    const titles = sortTitles(screen);
    return [null, ...titles].flatMap((by) =>
      [null, ...titles.slice(1)].flatMap((hidden) => known.map((ui) => ({ screen, ui, by, hidden }))),
    );
  });
  fc.assert(
    fc.property(fc.nat({ max: drawn.length - 1 }), columns, unicode, fc.boolean(), (index, width, isUnicode, down) => {
      const { screen, ui, by, hidden } = drawn[index] ?? expect.unreachable();
      const choice = { by, down, hidden: hidden === null ? [] : [hidden] };
      const text = Session.textOf({
        ...ui,
        size: { columns: width, rows },
        look: { ...ui.look, unicode: isUnicode },
        choices: { ...ui.choices, lists: { [screen]: choice } },
      });
      const list = text
        .split("\n")
        .slice(2, 11)
        .map((line) => line.split(isUnicode ? " │ " : " | ")[0] ?? "");
      expect(list.filter((line) => /[…~]/.test(line))).toEqual([]);
      const isSeen = by !== null && by !== hidden;
      if (isSeen) expect(list[0]).toContain(by + (isUnicode ? (down ? "↓" : "↑") : down ? "v" : "^"));
    }),
    { numRuns: 300 },
  );
});

const rejected = new Session(scenario("rejected"), { events: await readStream("rejected") }).press("r", "enter", "v");

/** With as many unexpected values as that in each expectation that failed. */
function counting({ ui }: Session, count: number, percent: number, size: Size, isUnicode: boolean): Ui {
  const details = Object.entries(ui.details).map(([run, detail]) => {
    const verdicts = detail.verdicts.map((verdict) =>
      verdict.success ? verdict : { ...verdict, unexpected_count: count, unexpected_percent: percent },
    );
    return [run, { ...detail, verdicts }] as const;
  });
  return { ...ui, size, look: { ...ui.look, unicode: isUnicode }, details: Object.fromEntries(details) };
}

test("an expectation has its last character, and all digits of what was counted", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000_000_000 }),
      fc.double({ min: 0.001, max: 100, noNaN: true }),
      columns,
      unicode,
      fc.constantFrom("g", "G"),
      (count, percent, width, isUnicode, end) => {
        const ui = counting(rejected.press(end), count, percent, { columns: width, rows }, isUnicode);
        const lines = Session.textOf(ui)
          .split("\n")
          .slice(2, 18)
          .map((line) => line.split(isUnicode ? " │" : " | ")[0] ?? "");
        const failed = lines.filter((line) => /^[▸> ] [✘x] /.test(line));
        for (const line of failed)
          expect(line).toMatch(new RegExp(` ${count.toLocaleString("en")}( \\([^…~]+ %\\))?( |$)`));
        for (const line of lines.filter((one) => /_resol|_hrs/.test(one))) expect(line).toMatch(/(≥|>=) 0 /);
        for (const line of lines) expect(line).not.toMatch(/\d[…~]/);
      },
    ),
  );
});

test("what is cut in its middle keeps both of its ends, and fits", () => {
  const text = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(text, fc.integer({ min: 3, max: 60 }), fc.constantFrom("…", "~"), (words, width, ellipsis) => {
      const cut = clipMiddle(words, width, ellipsis);
      expect(displayWidth(cut)).toBe(Math.min(width, words.length));
      expect(cut.startsWith(words.slice(0, 1))).toBe(true);
      expect(cut.endsWith(words.slice(-1))).toBe(true);
    }),
  );
});

/** Whose table has so many columns, each of which its suite names. */
function wide({ ui }: Session, count: number, size: Size): Ui {
  const names = Array.from({ length: count }, (_, index) => `a_column_${index}`);
  const details = Object.entries(ui.details).map(([run, detail]) => {
    const verdicts = detail.verdicts.map((verdict) => ({ ...verdict, kwargs: { column_set: names } }));
    return [run, { ...detail, verdicts }] as const;
  });
  return { ...ui, size, details: Object.fromEntries(details) };
}

test("what an expectation asks of hundreds of columns says that more is there, and where", async () => {
  const session = new Session(scenario("rejected"), { events: await readStream("rejected") });
  session.press("r", "enter", "v", "G", "enter");
  for (const [width, height] of [
    [60, 15],
    [80, 24],
    [120, 40],
  ] as const) {
    const text = Session.textOf(wide(session, 300, { columns: width, rows: height }));
    expect(text).toMatch(/^ {3}… \d+ more lines: its suite has all of it$/m);
    expect(text.split("\n").length).toBe(height);
    expect(Session.textOf(wide(session, 3, { columns: width, rows: height }))).not.toContain("more line");
  }
});

test("SQL of which a line is cut says how to have all of it", async () => {
  const events = await readStream("rejected");
  for (const [width, height] of [
    [60, 15],
    [80, 40],
    [200, 40],
  ] as const) {
    const options = { size: { columns: width, rows: height }, events };
    const text = new Session(scenario("rejected"), options).press("r", "enter", "v", "enter").text();
    const [, sql = ""] = text.split(/^ SQL .*$/m);
    expect(/…$/m.test(sql.replace("… S", ""))).toBe(width < 200);
    expect(sql.includes("… S copies all of it")).toBe(width < 200);
  }
});

test("how a line of the doctor is to be mended is there in full where there is room, and else what has all of it", () => {
  const session = new Session(scenario("published")).press(":").type("doctor").press("enter");
  const remedy = Array.from({ length: 120 }, (_, index) => `word${index}`).join(" ");
  const findings = Object.fromEntries(
    Object.entries(session.ui.findings).map(([name, found]) => [name, found.map((one) => ({ ...one, remedy }))]),
  );
  const at = (size: Size) => Session.textOf({ ...session.ui, findings, size });
  expect(at({ columns: 80, rows: 40 }).replace(/\s+/g, " ")).toContain(remedy);
  expect(at({ columns: 60, rows: 15 })).toMatch(/… \d+ more lines: y copies all of it/);
});

test("the line of a log under the cursor has a sign, for those who have no colours", async () => {
  const session = new Session(scenario("rejected"), { events: await readStream("rejected") });
  const text = session.press("r", "enter", "tab", "up").text();
  expect(text.match(/^ ▸ \d\d:/gm)?.length).toBe(1);
});

test("names that are long are whole where there is room for them", () => {
  const wide: Size = { columns: 220, rows: 40 };
  const name = "a_rather_long_name_1";
  const open = (...keys: string[]) => new Session(scenario("published"), { size: wide }).press(...keys).ui;
  const suites = open("5");
  const renamed = (suites.suites ?? []).map((fit) => ({ ...fit, table: name, path: `db/expectations/${name}.json` }));
  const list = Session.textOf({ ...suites, suites: renamed })
    .split("\n")
    .slice(3, 7);
  for (const line of list) expect(line).toMatch(new RegExp(`${name} +db/expectations/${name}\\.json`));
  const columnsUi = open("s", "c");
  const profiles = Object.fromEntries(
    Object.entries(columnsUi.profiles).map(([key, known]) => [
      key,
      known.map(({ columns: of, ...one }) => ({
        ...one,
        table: name,
        columns:
          of === null ? null : of.map((profile) => ({ ...profile, column: name, type: "timestamp with time zone" })),
      })),
    ]),
  );
  const text = Session.textOf({ ...columnsUi, profiles })
    .split("\n")
    .slice(3, 5);
  for (const line of text) expect(line).toMatch(new RegExp(`${name} +${name} +timestamp with time zone`));
});
