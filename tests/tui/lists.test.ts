import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { sorted, sortTitles } from "../../src/tui/model/sorting.ts";
import { filtered } from "../../src/tui/tools/filter.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** In which order lists stand, and what a filter leaves of them. */

const first = (session: Session) =>
  session
    .text()
    .split("\n")
    .find((line) => line.startsWith("▸")) ?? "";

describe("months that are not there", () => {
  test("are one line for those that follow one another, counted each, and told below it", () => {
    const session = new Session(scenario("lacking")).press("g");
    expect(first(session)).toMatch(/^▸ 004\.\.015 +2025-04-30 .* 12 due *$/);
    const text = session.text();
    expect(text.match(/^..(month_)?\d{3}.*/gm)?.length).toBe(4);
    expect(text).toContain("15 months");
    expect(text).toContain(" 1/4");
    expect(text).toMatch(/^ month_004\.\.month_015 ─+\n +12 months due since 2024-06-03: not in /m);
    expect(session.press("r").text()).toContain("month_015 is not in");
    expect(session.press("/", "0", "1", "5", "enter").text()).toMatch(/^▸ month_015 .* due *$/m);
  });
});

describe("the order", () => {
  test("is by the column that was chosen, told in its heading, turned round, and at last the list's own again", () => {
    const session = new Session(scenario("many")).press("2", "g");
    const own = first(session);
    for (const title of sortTitles("runs")) {
      const screen = session.press(">", "g").text();
      expect(screen.split("\n")[2]).toContain(`${title}↑`);
      const up = first(session);
      expect(session.press("I", "g").text()).toContain(`${title}↓`);
      if (title === "RUN" || title === "MONTH") expect(first(session)).not.toBe(up);
    }
    session.press(">", "g");
    expect(first(session)).toBe(own);
  });

  test("is remembered, each list's own", () => {
    const session = new Session(scenario("published")).press("2", ">");
    expect(session.effects.at(-1)).toEqual({
      do: "remember",
      choices: { lists: { runs: { by: "RUN", down: false, hidden: [] } } },
    });
    expect(session.press("1").text()).not.toContain("↑");
  });

  test("leaves the cursor on its line, and alike ones as they stood", async () => {
    const events = await readStream("rejected");
    const session = new Session(scenario("rejected"), { events }).press("r", "enter", "v", "down");
    const line = first(session).slice(2, 40);
    expect(first(session.press(">")).slice(2, 40)).toBe(line);
  });

  test("has what is not known at its end, either way", () => {
    const run = (seconds: number | null) => ({
      ...({ run: 1, month: "m", as_of: "", mode: "publish", status: "published", warned: 0, tables: [] } as const),
      started_at: "2024-01-01T00:00:00.000Z",
      finished_at: seconds === null ? null : new Date(Date.UTC(2024, 0, 1, 0, 0, seconds)).toISOString(),
      expectations: { passed: 0, failed: 0, warned: 0, unevaluated: 0 },
    });
    const seconds = fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 20 });
    fc.assert(
      fc.property(seconds, fc.boolean(), (all, down) => {
        const told = sorted(
          "runs",
          all.map((one) => ({ ...run(one), tables: [] })),
          { by: "TOOK", down, hidden: [] },
        );
        const known = all.filter((one) => one !== null).sort((one, other) => (down ? other - one : one - other));
        const ends = told.map(
          ({ finished_at }) => finished_at && (Date.parse(finished_at) - Date.UTC(2024, 0, 1)) / 1000,
        );
        expect(ends).toEqual([...known, ...all.filter((one) => one === null)]);
      }),
    );
  });
});

describe("a filter", () => {
  const find = (texts: string[], filter: string) => filtered(texts, (text) => text, filter);

  test("has what holds its words; where nothing does, what has the letters of each in one word", () => {
    const months = ["month_000 2024-01-31 ok", "month_001 2024-02-29 new", "month_012 2025-01-31 rejected"];
    expect(find(months, "001")).toEqual([months[1] ?? ""]);
    expect(find(months, "m12")).toEqual([months[2] ?? ""]);
    expect(find(months, "mth rjct")).toEqual([months[2] ?? ""]);
    expect(find(months, "xyz")).toEqual([]);
  });

  test("never loses what holds its words", () => {
    const words = fc.array(fc.stringMatching(/^[a-c]{1,4}$/), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(
          words.map((some) => some.join(" ")),
          { maxLength: 8 },
        ),
        words,
        (texts, some) => {
          const holding = texts.filter((text) => some.every((word) => text.includes(word)));
          expect(find(texts, some.join(" "))).toEqual(expect.arrayContaining(holding));
        },
      ),
    );
  });

  test("a single run is counted as one", () => {
    const known = scenario("published");
    const session = new Session({ ...known, runs: known.runs.slice(0, 1) }).press("2");
    expect(session.text()).toMatch(/the ledger +1 run$/m);
  });

  test("narrows the runs by month, status and table", () => {
    const session = new Session(scenario("many")).press("2", "/").type("month:month_119 status:publ table:labels");
    expect(session.text()).toMatch(/ month_119 .*published/);
    expect(session.text()).not.toMatch(/ month_118 |rejected/);
  });
});
