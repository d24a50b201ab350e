import { describe, expect, test } from "bun:test";
import { plainText } from "../../src/tui/drawing/spans.ts";
import { paint } from "../../src/tui/drawing/theme.ts";
import { rowSeriesRows } from "../../src/tui/panes/figures.ts";
import { frame } from "../../src/tui/screens/frame.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What stands beside a list from 120 columns on. */

const wide = { columns: 120, rows: 40 };
const beside = (session: Session) =>
  session
    .text()
    .split("\n")
    .map((line) => line.split(" │ ")[1] ?? "")
    .join("\n");

describe("beside the line under the cursor stands", () => {
  test("of a month: its files, their rows over the months, and its checks", () => {
    const session = new Session(scenario("many"), { size: wide });
    expect(beside(session)).toMatch(
      /^month_119 ─[\s\S]*users\.csv +16,129[\s\S]*^rows ─[\s\S]*users +\+0\.48 % .*▁.*▇$[\s\S]*24 of 24 hold/m,
    );
    expect(beside(session.press("down"))).toMatch(/^month_118 /m);
  });

  test("of a run: its tables, its end and its checks", () => {
    const session = new Session(scenario("many"), { size: wide }).press("2", "down");
    expect(beside(session)).toMatch(/^run 599 ─[\s\S]*was rejected[\s\S]*22 of 24 hold, 2 failed/m);
  });

  test("of an expectation: its words in full and its values", async () => {
    const events = await readStream("rejected");
    const session = new Session(scenario("rejected"), { events, size: wide }).press("r", "enter", "v");
    expect(beside(session)).toMatch(/^subscriptions ─[\s\S]*monthly_fee ≥ 0[\s\S]*3668-CHVWT +"-3\.20"/m);
  });

  test("of a date: each table's rows over the dates, and its seals", () => {
    const session = new Session(scenario("many"), { size: wide }).press("s");
    expect(beside(session)).toMatch(/^2033-12-31 ─[\s\S]*16,129 .*▁.*▇$[\s\S]*^seals/m);
  });
});

test("at 119 columns there is none, nor beside the help", () => {
  expect(new Session(scenario("many"), { size: { columns: 119, rows: 40 } }).text()).not.toContain("│");
  expect(new Session(scenario("many"), { size: wide }).press("?").text()).not.toContain("│");
});

test("the mark of the line under the cursor goes to the end of the list, and not beyond it", () => {
  const { ui } = new Session(scenario("published"), { size: wide });
  const look = { theme: "dark", depth: "256", unicode: true } as const;
  const rows = frame(ui).flatMap((block) => (Array.isArray(block) ? block : []));
  const marked = rows.find(({ selected }) => selected === true);
  if (marked === undefined) throw new Error("no line is marked");
  const pieces = paint(marked, look).split("\x1b[0m");
  const width = pieces
    .filter((piece) => piece.includes("48;5;237"))
    .map((piece) => Bun.stripANSI(piece))
    .join("").length;
  expect(width).toBe(77);
  const narrow = frame(new Session(scenario("published")).ui).flatMap((block) => (Array.isArray(block) ? block : []));
  const [line] = narrow.filter(({ selected }) => selected === true);
  expect(line?.spans.map(({ text }) => text).join("").length).toBe(80);
});

test("a change of a fifth and more is told apart, and none where nobody counted", () => {
  const { ui } = new Session(scenario("published"));
  const lines = (rows: (number | null)[]) => rowSeriesRows(ui, [{ table: "users", rows }], { width: 80, height: 5 });
  expect(plainText(lines([100, null, 130])[1] ?? { spans: [] })).toMatch(/130 +\+30 % +▁ ▇/);
  expect(lines([100, 130])[1]?.spans.find(({ text }) => text.includes("+30"))?.tone).toBe("warn");
  expect(lines([100, 101])[1]?.spans.find(({ text }) => text.includes("+1"))?.tone).toBe("dim");
  expect(plainText(lines([null, 5])[1] ?? { spans: [] })).toMatch(/ 5 +–/);
});
