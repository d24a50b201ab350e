import { expect, test } from "bun:test";
import fc from "fast-check";
import { glyphsOf } from "../../src/tui/drawing/glyphs.ts";
import { placeOf, plotLine, scaleOf } from "../../src/tui/drawing/plot.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What an expectation observed over the months, as a picture. */

test("a greater value never stands further left, and the ends are the least and the greatest", () => {
  const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 2, maxLength: 20 }),
      fc.integer({ min: 2, max: 200 }),
      (values, width) => {
        const scale = scaleOf(values);
        if (scale === null) throw new Error("there is no scale");
        const places = values.toSorted((one, other) => one - other).map((value) => placeOf(value, scale, width));
        expect(places).toEqual(places.toSorted((one, other) => one - other));
        for (const place of places) expect(place >= 0 && place < width).toBe(true);
        if (scale.least < scale.greatest) expect([places[0], places.at(-1)]).toEqual([0, width - 1]);
      },
    ),
  );
});

test.each([true, false])("a line is as wide as its room, with the value over its bounds: unicode %p", (unicode) => {
  const glyphs = glyphsOf({ unicode });
  const text = (value: number | null) =>
    plotLine(value, [0, 10], { least: 0, greatest: 10 }, 11, "good", glyphs)
      .map((part) => part.text)
      .join("");
  const [bar, mark] = [glyphs.between, glyphs.mark];
  expect(text(5)).toBe(`${bar}    ${mark}    ${bar}`);
  expect(text(0)).toBe(`${mark}         ${bar}`);
  expect(text(null)).toBe(`${bar}         ${bar}`);
});

test("t opens the trend of an expectation, a line for each month, and each leads to its run", async () => {
  const events = await readStream("rejected");
  const session = new Session(scenario("rejected"), { events }).press("r", "enter", "v", "G", "t");
  expect(session.text()).toContain("Trend   labels");
  const points = [
    { run: 2, as_of: "2024-02-29", observed: 0.2, verdict: "passed" as const },
    { run: 3, as_of: "2024-03-31", observed: 0.4, verdict: "failed" as const },
  ];
  const [series] = session.ui.trends[3] ?? [];
  const position = session.ui.stack.flatMap((place) => (place.screen === "trend" ? [place.position] : []))[0] ?? 0;
  expect(series?.points.length).toBe(6);
  session.send({
    type: "reply",
    reply: { request: { kind: "history", run: 3, every: true }, result: { series: [{ position, points }] } },
  });
  expect(session.text()).toMatch(/▸ 2024-03-31 +0\.4 +● +failed/);
  expect(session.text()).toMatch(/ 2024-02-29 +0\.2 +●/);
  // It published nothing.
  expect(session.press("enter").text()).toContain("month_002 → 2024-03-31 · run 3");
  expect(session.press("esc", "down", "enter").text()).toContain("month_001 → 2024-02-29 · run 2");
});

test("counts of two tables and lists are drawn as one number, and of what is none the reason is told", async () => {
  const events = await readStream("rejected");
  const drawn = new Session(scenario("rejected"), { events }).press("r", "enter", "v", "G", "t");
  expect(drawn.text()).toMatch(/as many rows as users[\s\S]*2023-06-28 +7,120 +●/);
  const points = ["2024-01-31", "2024-02-29"].map((as_of, at) => ({
    run: at + 1,
    as_of,
    observed: null,
    verdict: "passed" as const,
  }));
  const place = drawn.ui.stack.at(-1);
  if (place?.screen !== "trend") throw new Error("no trend is on show");
  const told = (series: typeof points | { run: number; as_of: string; observed: null; verdict: "unevaluated" }[]) =>
    drawn
      .send({
        type: "reply",
        reply: {
          request: { kind: "history", run: 3, every: true },
          result: { series: [{ position: place.position, points: series }] },
        },
      })
      .text();
  expect(told(points)).toContain("what it observes is no number to be drawn");
  expect(told(points.map((point) => ({ ...point, verdict: "unevaluated" as const })))).toMatch(
    /02-29 +– +not evaluated/,
  );
});
