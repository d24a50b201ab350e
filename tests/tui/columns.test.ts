import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Profile } from "../../src/core/messages/profiles.ts";
import type { Replies, RequestOf } from "../../src/core/messages/requests.ts";
import { glyphsOf } from "../../src/tui/drawing/glyphs.ts";
import { histogramRows } from "../../src/tui/drawing/histogram.ts";
import { spreadLine } from "../../src/tui/drawing/plot.ts";
import { plainText } from "../../src/tui/drawing/spans.ts";
import { pictureRows } from "../../src/tui/panes/column-picture.ts";
import { profiles } from "../helpers/made-up-profiles.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** Columns as pictures: this month over the month before, and over all months. */

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 22 });

describe("a histogram", () => {
  test("is as high and at most as wide as its room, and a greater share never stands lower", () => {
    const sizes = fc.record({ width: fc.integer({ min: 22, max: 120 }), height: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(shares, sizes, fc.boolean(), (now, { width, height }, unicode) => {
        const glyphs = glyphsOf({ unicode });
        const lines = histogramRows({ now, before: null }, width, height, glyphs).map((spans) =>
          spans.map(({ text }) => text).join(""),
        );
        expect(lines.length).toBe(height);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        const each = Math.floor(width / now.length);
        const heights = now.map((_, bin) =>
          lines.reduce((sum, line) => sum + glyphs.columns.indexOf(line[bin * each] ?? " ") + 1, 0),
        );
        for (const [bin, share] of now.entries()) {
          expect(heights[bin] === 0).toBe(share === 0);
          for (const [other, less] of now.entries())
            if (less < share) expect(heights[other] ?? 0).toBeLessThanOrEqual(heights[bin] ?? 0);
        }
      }),
    );
  });

  test("has the month before as a line: above a bar that fell, across one that grew", () => {
    const drawn = (unicode: boolean) =>
      histogramRows({ now: [0.2, 1], before: [1, 0.4] }, 4, 4, glyphsOf({ unicode })).map((spans) =>
        spans.map(({ text }) => text).join(""),
      );
    expect(drawn(true)).toEqual(["▔▔█ ", "  █ ", "  ──", "▇ █ "]);
    expect(drawn(false)).toEqual(["--# ", "  # ", "  --", "# # "]);
  });
});

test("a line of a spread has the middle half within the whole, and the median where it is", () => {
  const spread = { whole: { from: 0, to: 10 }, half: { from: 4, to: 8 }, middle: 5 };
  const text = (unicode: boolean) =>
    spreadLine(spread, { least: 0, greatest: 20 }, 21, glyphsOf({ unicode }))
      .map((part) => part.text)
      .join("");
  expect(text(true)).toBe(`────━●━━━──${" ".repeat(10)}`);
  expect(text(false)).toBe(`----=*===--${" ".repeat(10)}`);
});

describe("a column without a picture", () => {
  const [none] = profiles({ kind: "profile", as_of: null, run: null, table: null, column: "net_service" }, [0]);
  const text = none?.columns?.[0];
  const said = (change: Partial<Profile>) => {
    if (text === undefined) throw new Error("there is no such column");
    const profile = { ...text, frequent: [], min: null, max: null, ...change };
    const { ui } = new Session(scenario("published"));
    const rows = pictureRows(ui, { now: { as_of: "2024-01-31", profile }, before: null }, { width: 200, height: 20 });
    return rows.slice(1).map(plainText).join(" ").trim();
  };

  test("is told its own reason, and no other", () => {
    expect(said({ nulls: text?.rows ?? 0 })).toBe("Every value is missing.");
    expect(said({ of_key: true })).toStartWith("It is of the table's key");
    expect(said({})).toStartWith("Most of its values occur once");
    const number = { kind: "number", type: "numeric" } as const;
    expect(said({ ...number, min: "1", max: "Infinity" })).toStartWith("It holds Infinity, which has no place");
    expect(said({ kind: "time", type: "date", min: "-infinity", max: "2024-01-01" })).toStartWith(
      "It holds -infinity,",
    );
    expect(said({ ...number, min: "1", max: "1.00000000000000000001" })).toStartWith(
      "Its values lie too close together for bins, and",
    );
    expect(said({ ...number, min: "-1.7e308", max: "1.7e308" })).toStartWith("Its values lie too far apart for bins,");
  });
});

describe("the columns of a date", () => {
  test("stand beside what they were in the month before, and lead to one of them", () => {
    const session = new Session(scenario("published")).press("s", "c");
    expect(session.text()).toMatch(
      /Columns as of 2024-02-29[\s\S]*▸ monthly_fee +users +0\.57 % +64 +65 +▁▃▄▆▇▇▆▄▃▁$/m,
    );
    expect(session.press("/").type("labels").press("enter").text()).toMatch(/▸ monthly_fee +labels +0\.57 % +– +65/);
    expect(session.press("enter").text()).toContain("labels · monthly_fee");
    expect(session.press("esc").text()).toContain("Columns as of 2024-02-29");
  });

  test("are sorted as other lists are", () => {
    const session = new Session(scenario("published")).press("s", "c", ">");
    expect(session.text()).toMatch(/COLUMN↑[\s\S]*▸ monthly_fee/);
    expect(session.press("I").text()).toMatch(/COLUMN↓[\s\S]*[ ▸] net_service/);
  });

  test("of a table that was not profiled offer to do that, after a question that shows the command", () => {
    const session = new Session(scenario("published")).press("s", "down", "c");
    expect(session.text()).toMatch(/not profiled +labels/);
    expect(session.text()).toMatch(/1 table not profiled/);
    expect(session.text()).toContain("p profile");
    session.press("G", "p");
    expect(session.text()).toContain("bun run console snapshots --profile");
    expect(session.effects.some((effect) => effect.do === "ask" && effect.request.kind === "profiling")).toBe(false);
    session.press("enter");
    expect(session.effects.some((effect) => effect.do === "ask" && effect.request.kind === "profiling")).toBe(true);
    expect(session.text()).toContain("All snapshots have a profile.");
  });
});

describe("a column", () => {
  test("is drawn over the month before, and in each month: missing, mean, quantiles", () => {
    const session = new Session(scenario("published")).press("s", "c", "enter");
    expect(session.text()).toMatch(/^ 2024-02-29 ─+$/m);
    expect(session.text()).toContain("missing 0.57 %   mean 64 → 65   distinct 812");
    expect(session.text()).toContain("█ 2024-02-29   ─ 2024-01-31");
    expect(session.text()).toMatch(/▸ 2024-02-29 +2 +7,043 +0\.57 % +812 +65 +─+━+●━+─+$/m);
    expect(session.press("up").text()).toMatch(/^ 2024-03-31 ─+[\s\S]*mean 65 → 66/m);
    expect(session.press("down", "enter").text()).toContain("run 2");
  });

  test("of words shows the most frequent ones, each with a mark at what it was", () => {
    const text = new Session(scenario("published")).press("s", "c", "down", "enter").text();
    expect(text).toMatch(/"No" +━+│ +60 %\n +"DSL" ━+│ +40 %/);
  });

  test("is come to from a comparison, held against its other date, and from an expectation of a run", async () => {
    const compared = new Session(scenario("published")).press("s", "space", "enter", "down", "c");
    const place = compared.ui.stack.at(-1);
    expect(place).toMatchObject({ screen: "column", at: { as_of: "2024-02-29", against: "2024-01-31" } });
    const events = await readStream("rejected");
    const failed = new Session(scenario("rejected"), { events }).press("r", "enter", "v", "c");
    expect(failed.text()).toMatch(/subscriptions · monthly_fee .* run 3$/m);
    expect(failed.text()).toMatch(/▸ 2024-03-31 +3 /);
    expect(
      new Session(scenario("rejected"), { events }).press("r", "enter", "v", "down", "down", "c").text(),
    ).toContain("It is about the table as a whole");
  });

  test("of a run that published nothing stands beside the one that did", () => {
    const session = new Session(scenario("published"));
    const asked: RequestOf<"profile"> = {
      ...{ kind: "profile", as_of: null, run: null, table: "users", column: "monthly_fee" },
    };
    const own = profiles({ ...asked, run: 2 }).map((one) => ({ ...one, run: 9 }));
    const reply = (request: RequestOf<"profile">, result: Replies["profile"]) =>
      session.send({ type: "reply", reply: { request, result } });
    session.press("s");
    const column = { screen: "column", table: "users", column: "monthly_fee" } as const;
    const at = { as_of: "2024-02-29", against: null, run: 9 };
    session.open({ ...column, at, list: { selected: null, filter: "" } });
    reply(asked, { profiles: profiles(asked) });
    reply({ ...asked, run: 9 }, { profiles: own });
    expect(session.text()).toMatch(/▸ 2024-02-29 +9 [\s\S]* {2}2024-02-29 +2 /);
  });

  test("that nobody profiled says so, and how that is done; without Unicode nothing but ASCII is drawn", () => {
    const session = new Session(scenario("published"), { unicode: false, size: { columns: 60, rows: 15 } });
    session.press("s", "c", "enter");
    expect(session.text()).toMatch(/^[\x20-\x7e\n]*$/);
    expect(session.text()).toMatch(/> 2024-02-29 +0\.57 % +65 +-+=+\*=+-+$/m);
    session.press("esc", "/").type("labels").press("enter", "enter", "G");
    expect(session.text()).toContain("p does that");
  });
});
