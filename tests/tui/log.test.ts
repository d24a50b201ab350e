import { expect, test } from "bun:test";
import { plainText } from "../../src/tui/drawing/spans.ts";
import { frame } from "../../src/tui/screens/frame.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** The log of a run, below its tables or on the whole screen. */

const title = `month_002 was refused: ${"a reason of many words, ".repeat(6)}and no more.`;
const failed = async (size: { columns: number; rows: number }) => {
  const events = (await readStream("rejected")).map((event) =>
    event.event === "run.failed" ? { ...event, title } : event,
  );
  return new Session(scenario("rejected"), { size, events }).press("r", "enter", "tab");
};

test("it has its lines whole, and the newest at its end", async () => {
  const session = await failed({ columns: 80, rows: 24 });
  const lines = session.text().split("\n").slice(2, -2);
  expect(lines.at(-1)).toMatch(/^ {17}\S/);
  expect(lines.slice(-5).join(" ").replace(/\s+/g, " ")).toContain(title);
  expect(session.text()).not.toContain("…");
});

test("it is gone through line by line, and a press on one goes to that", async () => {
  const session = await failed({ columns: 80, rows: 24 });
  const rows = () => session.text().split("\n");
  const before = rows().findIndex((line) => line.includes("labels: as many rows"));
  session.send({ type: "mouse", button: 0, column: 5, row: before });
  const marked = frame(session.ui)
    .flat()
    .filter((line) => "selected" in line && line.selected === true);
  expect(marked.map((line) => ("spans" in line ? plainText(line) : "")).join()).toContain("labels: as many rows");
});
