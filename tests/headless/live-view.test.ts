import { expect, test } from "bun:test";
import { fold, type RunState } from "../../src/client/state.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { glyphsFor, liveLines } from "../../src/headless/printers/live-view.ts";
import { plain } from "../../src/headless/views/output.ts";
import { momentsOf, readPace } from "../helpers/paces.ts";

/** The bars at the bottom of a terminal, from what a real run told and when. */

const glyphs = glyphsFor({ LANG: "C.UTF-8" });

function headingOf(state: RunState, elapsed: number, since: number, columns = 80): string {
  return liveLines(state, { columns, rows: 24, paint: plain }, glyphs, { elapsed, since })[0] ?? "";
}

test("the heading tells the time left while the run goes on, and no figure at its end", async () => {
  const moments = momentsOf(await readPace("200k-next"), 100);
  const headings = moments.map(({ state, at, since }) => headingOf(state, at, since));
  expect(headings[40]).toMatch(/^month_001 → 2024-02-29 · upsert · 00:00:0\d\.\d · eta \d\.\d s$/);
  expect(headings.some((text) => text.endsWith(" · eta <1 s"))).toBe(true);
  expect(headings.filter((text) => /eta 0/.test(text))).toEqual([]);
  const events = (await readPace("200k-next")).slice(0, -1);
  const last = events.reduce<RunState | null>(fold, null);
  expect(last === null ? "" : headingOf(last, 5, 60)).toBe(
    "month_001 → 2024-02-29 · snapshot · 00:00:05.0 · finishing",
  );
});

test("a narrow terminal cuts the heading", async () => {
  const [first] = momentsOf(await readPace("200k-next"), 1);
  if (first === undefined) throw new Error("no moment");
  expect(Bun.stringWidth(headingOf(first.state, 0, 0, 40))).toBeLessThan(40);
});

test("the bars move at each part that is written, and at each snapshot that is ready", async () => {
  const events = await readPace("1m-first");
  const bars = (wanted: (event: RunEvent) => boolean) => {
    let state: RunState | null = null;
    const drawn = new Set<string>();
    for (const event of events) {
      state = fold(state, event);
      if (state !== null && wanted(event)) {
        drawn.add(
          liveLines(state, { columns: 80, rows: 24, paint: plain }, glyphs, { elapsed: 0, since: 0 }).join("\n"),
        );
      }
    }
    return drawn.size;
  };
  const isPart = (event: RunEvent) =>
    event.event === "table.progress" && event.stage === "upsert" && event.table === "users";
  expect(bars(isPart)).toBeGreaterThan(8);
  expect(bars((event) => event.event === "table.progress" && event.stage === "snapshot")).toBe(5);
});
