import { describe, expect, test } from "bun:test";
import { endOfLongRun, windowTitle } from "../../src/tui/device/announce.ts";
import { here } from "../../src/tui/model/model.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What is typed after ":", what the mouse does, and what is told beside the screen. */

const command = (session: Session, text: string) => session.press(":").type(text).press("enter");
const lastAsked = (session: Session) => session.effects.findLast((effect) => effect.do === "ask");

describe("after : stands what the command line has, in its words", () => {
  test.each([
    ["snapshots --verify", { kind: "verify", as_of: null }],
    ["verify", { kind: "verify", as_of: null }],
    ["doctor", { kind: "doctor" }],
    ["check --month 002", { kind: "check", selection: { months: ["month_002"] } }],
    ["check --all", { kind: "check", selection: { every: "all" } }],
    ["show 2", { kind: "show", run: 2 }],
    ["compare 2024-02-29 2024-01", { kind: "compare", from: "2024-02-29", to: "2024-01-31" }],
  ])("%s", (text, request) => {
    const session = command(new Session(scenario("published")), text);
    const asked = session.effects.flatMap((effect) => (effect.do === "ask" ? [effect.request] : []));
    expect(asked).toContainEqual(request as never);
  });

  test("an export goes to the file that was named, after a question", () => {
    const session = command(new Session(scenario("published")), "export --as-of 2024-01-31 --out jan.csv");
    expect(session.text()).toContain("bun run console export --as-of 2024-01-31 --out jan.csv");
    expect(lastAsked(session.press("enter"))).toMatchObject({ request: { kind: "export", out: "jan.csv" } });
  });

  test("what cannot be undone wants its date typed", () => {
    const session = command(new Session(scenario("published")), "snapshots --drop 2024-01-31");
    expect(session.text()).toContain("Type 2024-01-31 to go on");
  });

  test("a column is hidden, and shown again", () => {
    const session = command(new Session(scenario("published")), "hide SIZE");
    expect(session.ui.choices.lists?.months?.hidden).toEqual(["SIZE"]);
    command(session, "hide ROWS");
    expect(session.text()).not.toContain("ROWS");
    expect(command(session, "show ROWS").text()).toContain("ROWS");
  });
});

test("what was found is a list: how each thing stands, its words and its remedy", () => {
  const session = command(new Session(scenario("published")), "doctor");
  const check = (state: "ok" | "fail", name: string) => ({
    name,
    state,
    detail: `${name} found`,
    remedy: `mend ${name}`,
  });
  session.send({
    type: "reply",
    reply: { request: { kind: "doctor" }, result: { checks: [check("ok", "server"), check("fail", "rights")] } },
  });
  expect(session.text()).toContain("1 to mend");
  expect(session.press("down").text()).toContain("mend rights");
  expect(session.press("y").effects.at(-1)).toEqual({ do: "copy", text: "rights\nrights found\nmend rights" });
});

test("r on a run's screen asks to run its month again", async () => {
  const events = await readStream("published");
  const session = new Session(scenario("published"), { events }).press("2", "enter", "r");
  expect(session.text()).toContain("Run month_001 again?");
});

describe("the mouse", () => {
  const press = (session: Session, column: number, row: number, button = 0) =>
    session.send({ type: "mouse", button, column, row });

  test.each([
    ["months", []],
    ["runs", ["2"]],
  ] as const)("goes to a line, by the wheel and by a press: %s", (_, keys) => {
    const session = new Session(scenario("many")).press(...keys);
    const lines = session.text().split("\n");
    press(session, 5, 6);
    expect(session.text().split("\n")[6]).toBe(`▸${lines[6]?.slice(1)}`);
    const position = () => Number(/ ([\d,]+)\/\d+$/.exec(session.text().split("\n")[1] ?? "")?.[1]);
    expect(position()).toBe(4);
    press(session, 5, 5, 65);
    expect(position()).toBe(7);
    press(session, 5, 5, 64);
    expect(position()).toBe(4);
  });

  test("sorts by a heading, and turns the order round", () => {
    const session = new Session(scenario("many")).press("2");
    const at = session.text().split("\n")[2]?.indexOf("STATUS") ?? 0;
    expect(press(session, at + 2, 2).text()).toContain("STATUS↑");
    expect(press(session, at + 2, 2).text()).toContain("STATUS↓");
  });

  test("does nothing to a question, nor beside the list", () => {
    const session = new Session(scenario("published")).press("r");
    expect(press(session, 5, 4).text()).toContain("Run month_002?");
    const wide = new Session(scenario("published"), { size: { columns: 120, rows: 30 } });
    press(wide, 100, 5);
    expect(here(wide.ui).list.selected).toBeNull();
  });

  test("is off where that was chosen", () => {
    const session = command(new Session(scenario("published")), "mouse off");
    expect(session.effects.slice(-2)).toEqual([
      { do: "remember", choices: { mouse: false } },
      { do: "mouse", isOn: false },
    ]);
  });
});

describe("beside the screen", () => {
  test("the window's title says what runs and how far, and nothing steers the terminal by it", async () => {
    const events = await readStream("halfway");
    const session = new Session(scenario("halfway"), { events, hold: true });
    expect(windowTitle(session.ui)).toBe("StreamFlow console");
    session.press("r", "enter");
    expect(windowTitle(session.ui)).toMatch(/^month_002 \d\d % - StreamFlow console$/);
    session.send({ type: "ended", exit_code: 0 });
    expect(windowTitle(session.ui)).toBe("StreamFlow console");
  });

  test("the end of a run is announced if it took longer than ten seconds", async () => {
    const events = await readStream("published");
    const last = events.at(-1);
    if (last === undefined) throw new Error("a stream has an end");
    const late = (seconds: number) => {
      const at = new Date(Date.parse(events[0]?.at ?? "") + 1000 * seconds).toISOString();
      return new Session(scenario("published"), { events: [...events.slice(0, -1), { ...last, at }] }).press(
        "r",
        "enter",
      );
    };
    expect(late(9).effects.some((effect) => effect.do === "announce")).toBe(false);
    expect(late(11).effects).toContainEqual({ do: "announce", text: endOfLongRun(late(11).ui) ?? "" });
    expect(endOfLongRun(late(11).ui)).toContain("month_002 → 2024-03-31: published by run 3");
  });
});
