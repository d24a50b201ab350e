import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { displayWidth } from "../../src/core/text.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session, type SessionOptions } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** The text of every screen, from recorded streams and made-up answers. `bun test -u` takes over what changed. */

// Thousands of frames are drawn.
setDefaultTimeout(60_000);

async function afterRun(stream: string, options: SessionOptions = {}): Promise<Session> {
  const session = new Session(scenario(["rejected", "unevaluated"].includes(stream) ? stream : "published"), {
    ...options,
    events: await readStream(stream),
  });
  return session.press("r", "enter");
}

const small = { columns: 60, rows: 15 };

describe("months", () => {
  test("the grid and the preview", () => {
    expect(new Session(scenario("published")).text()).toMatchSnapshot();
  });
  test("at 60 by 15", () => {
    expect(new Session(scenario("published"), { size: small }).text()).toMatchSnapshot();
  });
  test("at 120 by 40", () => {
    expect(new Session(scenario("published"), { size: { columns: 120, rows: 40 } }).text()).toMatchSnapshot();
  });
  test("without Unicode", () => {
    const text = new Session(scenario("published"), { unicode: false }).text();
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toMatchSnapshot();
  });
  test("none yet: says what to do", () => {
    expect(new Session(scenario("empty")).text()).toMatchSnapshot();
  });
  test("the question before a run", () => {
    expect(new Session(scenario("published")).press("r").text()).toMatchSnapshot();
  });
  test("too small a terminal says so", () => {
    expect(new Session(scenario("published"), { size: { columns: 20, rows: 5 } }).text()).toMatchSnapshot();
  });
  test("help", () => {
    expect(new Session(scenario("published")).press("?").text()).toMatchSnapshot();
  });
});

describe("run", () => {
  for (const stream of [
    "published",
    "rejected",
    "unevaluated",
    "warned",
    "dry-run",
    "faulty",
    "cancelled",
    "refused",
    "unchanged",
  ]) {
    test(stream, async () => {
      expect((await afterRun(stream)).text()).toMatchSnapshot();
    });
  }
  test("going on", async () => {
    expect((await afterRun("halfway", { hold: true })).text()).toMatchSnapshot();
  });
  test("going on, at 60 by 15, without Unicode", async () => {
    expect((await afterRun("halfway", { hold: true, size: small, unicode: false })).text()).toMatchSnapshot();
  });
});

describe("expectations", () => {
  test("failures first, with the values behind the one under the cursor", async () => {
    expect((await afterRun("rejected")).press("v").text()).toMatchSnapshot();
  });
  test("failures only", async () => {
    expect((await afterRun("rejected")).press("v", "f").text()).toMatchSnapshot();
  });
  test("one of them: each value, its key and line, and the SQL", async () => {
    expect((await afterRun("rejected")).press("v", "enter").text()).toMatchSnapshot();
  });
  test("what could not be evaluated is told apart, with the reason", async () => {
    expect((await afterRun("unevaluated")).press("v", "down").text()).toMatchSnapshot();
  });
  test("one that could not be evaluated", async () => {
    expect((await afterRun("unevaluated")).press("v", "down", "enter").text()).toMatchSnapshot();
  });
  test("at 60 by 15, without Unicode", async () => {
    const session = await afterRun("rejected", { size: small, unicode: false });
    expect(session.press("v").text()).toMatchSnapshot();
  });
});

describe("snapshots", () => {
  test("counts by as_of", () => {
    expect(new Session(scenario("published")).press("s", "space").text()).toMatchSnapshot();
  });
  test("seals verified, one of them broken", () => {
    expect(new Session(scenario("published")).press("s", "v").text()).toMatchSnapshot();
  });
  test("two compared", () => {
    expect(new Session(scenario("published")).press("s", "space", "enter").text()).toMatchSnapshot();
  });
});

test("runs", () => {
  expect(new Session(scenario("rejected")).press("H").text()).toMatchSnapshot();
});

test("commands", () => {
  expect(new Session(scenario("published")).press(":").type("run").text()).toMatchSnapshot();
});

test("no line is ever wider than the terminal, nor the screen higher", async () => {
  for (const columns of [60, 71, 80, 100, 133, 200]) {
    for (const rows of [15, 24, 40]) {
      for (const stream of ["halfway", "faulty", "published"]) {
        const session = await afterRun(stream, { size: { columns, rows }, hold: stream === "halfway" });
        for (const keys of [[], ["v"], ["esc"], ["H"], ["enter"], ["1"], ["s"], ["?"]]) {
          const lines = session
            .press(...keys)
            .text()
            .split("\n");
          expect(lines.length).toBe(rows);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        }
      }
    }
  }
});

describe("suites", () => {
  test("what each has that its table lacks", () => {
    expect(new Session(scenario("published")).press("5", "down").text()).toMatchSnapshot();
  });
  test("at 60 by 15, without Unicode", () => {
    expect(
      new Session(scenario("published"), { size: small, unicode: false }).press("5", "down").text(),
    ).toMatchSnapshot();
  });
  test("one that cannot be read, one whose columns are only looked for, and a table without one", () => {
    const session = new Session(scenario("published")).press("5");
    const below = () => session.press("down").text().split("\n").slice(9, 15).join("\n");
    session.press("down");
    expect([below(), below(), below()].join("\n")).toMatchSnapshot();
  });
  test("the filter, and what is copied", () => {
    const session = new Session(scenario("published")).press("5", "/", ..."label", "enter");
    expect(session.text()).toContain("labels");
    expect(session.text()).not.toContain("users.json");
    session.press("y");
    const text = "bun run console validate --suite db/expectations/labels.json --table labels";
    expect(session.effects.at(-1)).toEqual({ do: "copy", text });
    const without = new Session(scenario("published")).press("5", "G", "y");
    const init = "bun run console validate --init --table payments_agg_90d";
    expect(without.effects.at(-1)).toEqual({ do: "copy", text: init });
  });
});
