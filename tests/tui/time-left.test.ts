import { expect, test } from "bun:test";
import { secondsLeft } from "../../src/tui/model/estimate.ts";
import { runViewAt } from "../../src/tui/model/lists.ts";
import { update } from "../../src/tui/reduce.ts";
import { readPace } from "../helpers/paces.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";

/** The time left on the run's screen, from what a real run told and when. */

async function titleAfter(name: string, part: number): Promise<string> {
  const events = await readPace(name);
  const begun = events.slice(0, Math.floor(events.length * part));
  const session = new Session({ ...scenario("published"), runs: [], details: [] }, { events: begun, hold: true });
  return session.press("r", "enter").text().split("\n")[0] ?? "";
}

test("is told at the right of the title while the run goes on", async () => {
  const title = await titleAfter("1m-next", 0.6);
  const told = Number(/eta (\d+(?:\.\d)?) s$/.exec(title)?.[1]);
  const events = await readPace("1m-next");
  const at = Date.parse(events[Math.floor(events.length * 0.6) - 1]?.at ?? "");
  const left = (Date.parse(events.at(-1)?.at ?? "") - at) / 1000;
  expect(told).toBeGreaterThan(left / 1.5);
  expect(told).toBeLessThan(left * 1.5);
});

test("is no figure any more once only the commit is left", async () => {
  const events = await readPace("200k-first");
  expect(await titleAfter("200k-first", (events.length - 1) / events.length)).toEndWith("finishing");
});

test("counts down by the clock between two events, and no bar moves with it", async () => {
  const events = (await readPace("1m-next")).slice(0, 60);
  const session = new Session({ ...scenario("published"), runs: [], details: [] }, { events, hold: true });
  session.press("r", "enter");
  const at = Date.parse(events.at(-1)?.at ?? "");
  const after = (seconds: number) => {
    const [ui] = update(session.ui, { type: "tick" }, at + 1000 * seconds);
    const view = runViewAt(ui, null);
    if (view === null) throw new Error("no run is on show");
    const left = secondsLeft(ui, view);
    return { left: left === null || left === "finishing" ? Number.NaN : left.seconds, tables: view.tables };
  };
  expect(after(0).left - after(0.25).left).toBeCloseTo(0.25, 6);
  expect(after(0.25).tables).toEqual(after(0).tables);
});
