import { expect, test } from "bun:test";
import { linesToType } from "../../src/headless/commands.ts";
import { glyphsOf } from "../../src/tui/drawing/glyphs.ts";
import { histogramRows } from "../../src/tui/drawing/histogram.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session, type SessionOptions } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What a narrow or a short screen has less room for is whole all the same, or in another place. */

const small = { columns: 60, rows: 15 };

async function ran(stream: string, options: SessionOptions = {}): Promise<Session> {
  const session = new Session(scenario("rejected"), { size: small, ...options, events: await readStream(stream) });
  return session.press("r", "enter");
}

test("the server's name is whole; how many months there are stands in the rule, too", () => {
  for (const known of ["many", "published", "lacking", "changed", "empty"])
    for (const keys of [[], ["/", "1", "enter"]]) {
      const [title] = new Session(scenario(known), { size: small })
        .press(...keys)
        .text()
        .split("\n");
      expect(title).toContain("embedded PostgreSQL 18.4 · data/seeds ");
      expect(title).toMatch(/(nothing|\d) to do$/);
    }
});

test("what the chosen command does is told whole", () => {
  for (const columns of [60, 80, 120])
    for (const line of ["export", "e", "validate", "check", ""]) {
      const session = new Session(scenario("published"), { size: { columns, rows: 24 }, lines: linesToType() });
      session.press(":").type(line);
      for (let step = 0; step < 8; step++) {
        const lines = session.text().split("\n");
        const at = lines.findIndex((text) => /^ ▸ /.test(text) && lines.indexOf(text) > 4);
        const below = lines.slice(-5, -1).join(" ");
        const chosen = at < 0 ? "" : (lines[at] ?? "");
        const about = (chosen.split(/ {2,}/).at(-1) ?? "").replace(/…$/, "").trim();
        if (chosen.endsWith("…")) expect(below.replaceAll(/\s+/g, " ")).toContain(about);
        session.press("down");
      }
    }
});

test.each(["rejected", "faulty"])("of a run that was %s the first reason is whole below its tables", async (stream) => {
  const text = (await ran(stream)).text();
  const told = text.slice(text.indexOf("1 of "), text.indexOf("Nothing was published"));
  expect(told).not.toContain("…");
  expect(told.replaceAll(/\s+/g, " ")).toMatch(/12 unexpected values|form YYYY-MM-DD/);
  // What is looked for in the log is there.
  expect((await ran(stream)).press("up").text()).toMatch(/^ log ─/m);
});

test("a log begins with the beginning of a line, wherever it is", async () => {
  const session = (await ran("rejected")).press("tab");
  for (let step = 0; step < 40; step++) {
    const lines = session.press("up").text().split("\n");
    const first = lines[lines.findIndex((line) => line.startsWith(" log ")) + 1];
    expect(first).toMatch(/^ [ ▸] \d\d:\d\d:\d\d/);
  }
});

test("bins of one column each stay apart", () => {
  const shares = Array.from({ length: 20 }, (_, index) => index / 190);
  for (const width of [20, 30, 39, 40, 60]) {
    const rows = histogramRows({ now: shares, before: null }, width, 6, glyphsOf({ unicode: true }));
    const last =
      rows
        .at(-1)
        ?.map(({ text }) => text)
        .join("") ?? "";
    // The first of them is empty.
    if (width < 40) expect(last.trim()).toMatch(/^[▖▌]{19}$/);
    else expect(last.trim().split(" ").length).toBe(19);
  }
});

test("every column of a run's tables and of what the doctor found has its name, and stands below it", async () => {
  const wide = { columns: 120, rows: 40 };
  for (const stream of ["published", "rejected", "dry-run"]) {
    const lines = (await ran(stream, { size: wide })).text().split("\n");
    const heading = lines.find((line) => line.includes("VALIDATE")) ?? "";
    expect(heading.trim()).toStartWith("TABLE ");
    const users = lines.find((line) => line.trim().startsWith("users ")) ?? "";
    for (const title of ["VALIDATE", "SNAPSHOT"]) expect(users[heading.indexOf(title)]).toMatch(/\S/);
  }
  const doctor = new Session(scenario("published"), { lines: linesToType() }).press(":").type("doctor").press("enter");
  expect(doctor.text()).toMatch(/^ +CHECK +FOUND$/m);
});
