import { describe, expect, test } from "bun:test";
import type { RunStatus } from "../../src/core/messages/listings.ts";
import { here, type Message } from "../../src/tui/model/model.ts";
import { update } from "../../src/tui/reduce.ts";
import { bindings, bindingsOf } from "../../src/tui/screens/bindings.ts";
import { clipboardLimit, copyText } from "../../src/tui/state/copying.ts";
import * as madeUp from "../helpers/made-up.ts";
import { madeUpNow } from "../helpers/made-up.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What holds on every screen alike: what a key may do, and what may be said. */

const footerOf = (session: Session) => session.text().split("\n").at(-1) ?? "";
const changes = (session: Session) =>
  session.effects.filter((effect) => effect.do === "run" || (effect.do === "ask" && effect.request.kind === "adopt"));

describe("a question", () => {
  test("y copies the command that is shown, and does nothing else", () => {
    const session = new Session(scenario("published")).press("r");
    expect(footerOf(session)).toContain("y copy");
    session.press("y");
    expect(session.effects.at(-1)).toEqual({ do: "copy", text: "bun run console --month month_002" });
    expect(session.text()).toContain("Run month_002?");
    expect(changes(session)).toEqual([]);
  });

  test("nothing that confirms is a key that copies elsewhere, and what confirms is shown", () => {
    const copying = bindings.filter(({ label }) => label === "copy").flatMap(({ keys }) => keys);
    const session = new Session(scenario("published")).press("r");
    const [yes] = bindingsOf("confirm").filter(({ help }) => help === "Do it");
    expect(yes?.keys.filter((key) => copying.includes(key))).toEqual([]);
    expect(footerOf(session)).toContain("↵ run");
  });

  test("offers a dry run, and a copy, only where there is one", async () => {
    const events = await readStream("halfway");
    const session = new Session(scenario("halfway"), { events, hold: true }).press("r", "enter", "c");
    expect(footerOf(session)).toContain("↵ cancel and roll back");
    expect(footerOf(session)).not.toMatch(/dry run|copy/);
    expect(footerOf(new Session(scenario("published")).press("s", "down", "x"))).not.toContain("dry run");
  });
});

test("a question is told whole, also where the terminal became narrower since", async () => {
  const options = { size: { columns: 120, rows: 40 }, events: await readStream("halfway"), hold: true };
  for (const keys of [["c"], ["q"]]) {
    const session = new Session(scenario("halfway"), options).press("r", "enter", ...keys);
    session.send({ type: "resize", size: { columns: 60, rows: 15 } });
    expect(session.text().replace(/\s+/g, " ")).toContain("is rolled back, unless its commit is under way by then.");
  }
});

test("an hour of looking at the ledger adds nothing to what is known", () => {
  const session = new Session(scenario("many")).press("H");
  const known = () => JSON.stringify({ ...session.ui, now: 0 }).length;
  const first = known();
  for (let look = 0; look < 1440; look++) session.send({ type: "tick" });
  expect(session.effects.length).toBeGreaterThan(2 * 1440);
  expect(known()).toBe(first);
});

test("what is too long for a clipboard is not called copied", () => {
  const { ui } = new Session(scenario("published"));
  expect(copyText(ui, "x".repeat(clipboardLimit + 1), "the SQL")).toContain("Not copied: the SQL takes 55.0 KB");
  expect(copyText(ui, "x".repeat(clipboardLimit), "the SQL")).toMatchObject([
    { notice: { text: "Copied the SQL." } },
    [{}],
  ]);
});

describe("moving", () => {
  const selected = (session: Session) => Number(here(session.ui).list.selected?.slice("month_".length));

  test.each([
    [80, 24],
    [60, 15],
    [120, 40],
  ])("a page is what the list shows, at %i by %i", (columns, rows) => {
    const session = new Session(scenario("many"), { size: { columns, rows } });
    const onShow = session
      .text()
      .split("\n")
      .filter((line) => /^[▸ ] month_\d+ /.test(line)).length;
    const before = session.press("down").ui;
    const first = Number(here(before).list.selected?.slice("month_".length));
    expect(first - selected(session.press("pagedown"))).toBe(onShow);
    expect(selected(session.press("pageup"))).toBe(first);
  });

  test("the help goes by lines and pages, to its end and back, and cuts no sentence", () => {
    const session = new Session(scenario("published")).press("?");
    const top = session.text();
    const body = () => session.text().split("\n").slice(2, -2);
    const [, second] = body();
    expect(session.press("j").text()).not.toBe(top);
    expect(body()[0]).toBe(second ?? "");
    session.press("k", "pagedown");
    const seen = [...top.split("\n").slice(2, -2)];
    expect(body()).not.toContain(seen[3]);
    session.press("G");
    const end = body();
    expect(end.at(-1)).toContain("ledger");
    expect(session.press("j").text().split("\n").slice(2, -2)).toEqual(end);
    session.press("k");
    expect(body()[1]).toBe(end[0] ?? "");
    expect(session.press("g").text()).toBe(top);
    for (let page = 0; page < 12; page++) expect(session.press("pagedown").text()).not.toContain("…");
  });

  test("where else a key works is told in words, as in the README", () => {
    const size = { columns: 220, rows: 400 };
    const lines = new Session(scenario("published"), { size }).press("?").text().split("\n");
    const elsewhere = lines.slice(lines.indexOf(" Elsewhere"), lines.indexOf(" Words"));
    const named = elsewhere.flatMap((line) => /\(([^()]+)\)$/.exec(line.trim())?.[1]?.split(", ") ?? []);
    expect(named.length).toBeGreaterThan(50);
    expect(named).toContain("filter of the help");
    expect(named.filter((one) => !/^[a-z ]+$/.test(one))).toEqual([]);
  });

  test("h, j, k, l are the arrows on every screen, and go back and deeper there", () => {
    const arrows = { h: "left", j: "down", k: "up", l: "right" };
    const typed = ["command", "typed", "filter", "helpFilter", "confirm"];
    for (const context of new Set(bindings.flatMap(({ on }) => on)).difference(new Set(typed))) {
      const of = (key: string) => bindingsOf(context).find(({ keys }) => keys.includes(key))?.help;
      for (const [letter, arrow] of Object.entries(arrows))
        expect([context, letter, of(letter)]).toEqual([context, letter, of(arrow)]);
    }
  });

  test("which line of how many is told, and how many a filter hides", () => {
    const session = new Session(scenario("published")).press("down");
    const position = () => session.text().split("\n")[1]?.split(" ").slice(-1)[0];
    expect(position()).toBe("2/3");
    session.press("/").type("month_00");
    session.press("enter", "/").type("1").press("enter");
    expect(session.text().split("\n")[1]).toEndWith(" 1/1 of 3");
    expect(session.text()).toContain("1 of 3 months");
  });
});

describe("what is said", () => {
  test("goes by itself where it is true for a moment only, and waits for a key elsewhere", () => {
    const at = (session: Session, message: Message, seconds: number) =>
      update(session.ui, message, madeUpNow + seconds * 1000)[0];
    const read = new Session(scenario("published")).press("ctrl+r");
    expect(at(read, { type: "tick" }, 1).notice?.text).toBe("Read again.");
    expect(at(read, { type: "tick" }, 5).notice).toBeNull();
    const refused = new Session(scenario("published")).press("4");
    expect(at(refused, { type: "tick" }, 60).notice?.text).toContain("has not run anything yet");
  });

  test("the end of the data folder's path is told on every width", () => {
    const data = "/srv/warehouse/landing/streamflow/europe/drops-2024";
    for (const columns of [60, 80, 120]) {
      const session = new Session(scenario("published"), { size: { columns, rows: 24 }, data });
      expect(session.text().split("\n")[0]).toMatch(/drops-2024 +(3 months · )?1 to do$/);
    }
  });

  test("rows that nobody counted are called so", () => {
    const lines = new Session(scenario("published")).text().split("\n");
    expect(lines.find((line) => line.includes("month_002 "))).toMatch(/ ~42.7K /);
    expect(lines.find((line) => line.includes("month_001 "))).toMatch(/ 42,258 /);
  });

  test.each<[RunStatus, string]>([
    ["interrupted", "cancelled 2d"],
    ["rejected", "rejected 2 d"],
    ["failed", "failed 2 d"],
  ])("a month whose run was %s is called %s", (status, words) => {
    const known = scenario("published");
    const months = known.months.map((entry) =>
      entry.last_run === null ? entry : { ...entry, state: "failed" as const, last_run: { ...entry.last_run, status } },
    );
    expect(new Session({ ...known, months }).text()).toMatch(new RegExp(`month_001 .* ${words}$`, "m"));
  });

  test("how long a month has been so is told whole, or not at all", () => {
    const known = scenario("published");
    for (const seconds of [0, 59, 60, 3_599, 3_600, 86_399, 86_400, 999 * 86_400, 9_999 * 86_400])
      for (const status of ["interrupted", "rejected", "failed", "crashed", "refused"] as const)
        for (const columns of [60, 80, 120]) {
          const started_at = new Date(madeUpNow - 1000 * seconds).toISOString();
          const months = known.months.map((entry) => ({
            ...entry,
            state: "failed" as const,
            last_run: { ...madeUp.run(2, 1, status, 0), started_at },
          }));
          const list = new Session({ ...known, months, details: [] }, { size: { columns, rows: 15 } }).text();
          const [state = ""] =
            /(cancelled|rejected|failed|crashed|refused)[^│\n]*/.exec(list.split("\n")[3] ?? "") ?? [];
          expect([seconds, columns, state.trim()]).toEqual([
            seconds,
            columns,
            expect.stringMatching(/^[a-z]+( (now|\d+ ?[smhd]))?$/),
          ]);
        }
  });

  test("a run that warned is marked on the months and on the runs, and found by that word", () => {
    const known = scenario("published");
    const warned = <Run extends { warned: number; run: number }>(run: Run) => ({
      ...run,
      warned: run.run === 2 ? 1 : 0,
    });
    const months = known.months.map((entry) => ({ ...entry, last_run: entry.last_run && warned(entry.last_run) }));
    const session = new Session({ ...known, months, runs: known.runs.map(warned) });
    expect(session.text()).toMatch(/month_001 .* sealed ! +ok 2 d$/m);
    expect(session.text()).toMatch(/month_000 .* ok 4 d$/m);
    session.press("H", "/").type("warned");
    expect(session.text()).toMatch(/month_001 .*published !/);
    expect(session.text()).not.toContain("month_000");
  });

  test("of several months, which one of how many", async () => {
    const events = await readStream("published");
    const [started] = events;
    if (started === undefined) throw new Error("a stream begins with a run");
    const session = new Session(scenario("published"), { events, hold: true }).press("r", "enter");
    const request = { kind: "run", selection: { months: ["month_002", "month_003", "month_004"] } } as const;
    const live = session.ui.live;
    if (live === null) throw new Error("no run is on show");
    const asked = {
      ...session.ui,
      live: { ...live, request: { ...live.request, ...request, selection: { months: [...request.selection.months] } } },
    };
    const [ui] = update(asked, { type: "event", event: started }, madeUpNow);
    expect(Session.textOf(ui)).toContain("month 2 of 3");
  });
});

test("what was just said is said whole, above the footer, on as many lines as that takes", () => {
  const session = new Session(scenario("published"), { size: { columns: 60, rows: 15 } }).press("s", "v");
  const lines = session.text().split("\n");
  expect(lines.length).toBe(15);
  expect(lines.slice(-3, -1).join("")).toBe(
    " 1 of 10 seals differ, first subscriptions_profile_snapshots at 2024-01-31.",
  );
  expect(lines.at(-1)).toContain("? help");
});

test("what an empty screen advises is whole at every size", () => {
  for (const [columns, rows] of [
    [60, 15],
    [80, 24],
    [120, 40],
  ] as const) {
    for (const keys of [[], ["s"], ["2"]]) {
      const session = new Session(scenario("empty"), { size: { columns, rows } }).press(...keys);
      expect(session.text().split("\n").slice(2, -1).join("\n")).not.toContain("…");
    }
  }
});

describe("what was said of a run that goes on goes with it", () => {
  const going = async () => {
    const events = await readStream("halfway");
    return new Session(scenario("halfway"), { events, hold: true }).press("r", "enter");
  };
  const over: Message = { type: "ended", exit_code: 0 };

  test("why a key does nothing meanwhile, and nothing else", async () => {
    for (const keys of [["r"], ["1", "R"], ["s", "v"], ["1", "d"]]) {
      const session = (await going()).press(...keys);
      expect([keys, session.text()]).toEqual([keys, expect.stringContaining("A run is going on: one at a time.")]);
      expect(session.send({ type: "tick" }).text()).toContain("A run is going on");
      expect([keys, session.send(over).text()]).toEqual([keys, expect.not.stringContaining("A run is going on")]);
    }
    const why = new Session(scenario("published")).press("enter").send({ type: "tick" });
    expect(why.text()).toContain("month_002 was never run");
  });

  test("the questions about cancelling it, and about leaving nevertheless", async () => {
    for (const [key, question] of [
      ["c", "Cancel the run?"],
      ["q", "Leave while a run is going on?"],
    ] as const) {
      const session = (await going()).press(key);
      expect(session.text()).toContain(question);
      expect(session.send(over).text()).not.toContain(question);
    }
  });
});

test("on a wide terminal names stand whole beside a list, and what was observed in it", async () => {
  const size = { columns: 120, rows: 40 };
  const months = new Session(scenario("many"), { size }).text();
  expect(months).toContain("payments_agg_90d.csv ");
  expect(months).toMatch(/support_agg_90d +\+[\d.]+ % /);
  const wide = { size: { columns: 220, rows: 60 } };
  expect(new Session(scenario("many"), wide).text()).toMatch(/ AS OF +FILES +SIZE +ROWS INGEST /);
  const options = { ...wide, events: await readStream("rejected") };
  const verdicts = new Session(scenario("rejected"), options).press("r", "enter", "v").text();
  expect(verdicts).toContain("7,120 and 7,120");
});

test("beside a narrow list values are told with the end of where they came from, and with what finds the others", async () => {
  const options = { size: { columns: 120, rows: 40 }, events: await readStream("rejected") };
  const text = new Session(scenario("rejected"), options).press("r", "enter", "v").text();
  expect(text).toMatch(/ 3668-CHVWT +"-3.20" .*csv:4$/m);
  expect(text).toMatch(/ "-18.25" .*csv:17$/m);
  expect(text).toMatch(/│ +and 9 more: enter shows them$/m);
  expect(text).toMatch(/│ +y copies the SQL · a psql script\n.*│ +that reads the drop's file$/m);
});

describe("the command line", () => {
  test("has its own order, and says how many choices there are", () => {
    const session = new Session(scenario("many")).press(":");
    expect(session.text()).toMatch(/1 of [\d,]{3,} choices/);
    expect(session.text()).toMatch(/▸ months .*\n +runs .*\n +snapshots /);
    session.type("run ");
    expect(session.text()).toMatch(/▸ run month_119/);
  });
});
