import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { keys, openScreen, type Screen } from "../helpers/terminal.ts";
import type { Script } from "./fake/pipeline.ts";
import { environment, fakeConsole } from "./fake/run-console.ts";
import { streamPath } from "./fake/streams.ts";

setDefaultTimeout(60_000);

const published = { stream: streamPath("published") };
/** In the middle of the upsert, until Ctrl-C. */
const halfway: Script = { ...published, stop: { after: 25, how: "wait" } };

let screen: Screen;

function open(script: Script, args: readonly string[] = ["--month", "0"]): Screen {
  screen = openScreen([...fakeConsole, ...args], { columns: 80, rows: 24, env: environment(script) });
  return screen;
}

afterEach(() => screen.close());

describe("a run on a terminal", () => {
  test("shows bars while it lasts, and a table of what it did in their place", async () => {
    const before = open(halfway).found;
    const text = await screen.shows("0 %");
    expect(text).toContain("month_000 → 2024-01-31 · upsert · 00:00:0");
    expect(text).toContain("users             ✔ 7,043        ✔ 7,043        ·              –");
    expect(text).toContain("support_agg_90d   ✔ 7,043        ░░░░░░░   0 %  ·              ·");
    screen.type(keys.ctrlC);
    expect(await screen.exited).toBe(130);
    expect(screen.text()).not.toContain("░");
    expect(screen.text()).toContain("month_000 → 2024-01-31: cancelled, nothing was published\nTABLE ");
    expect(screen.state()).toEqual(before);
  });

  test("leaves the table and the terminal as it was when all went well", async () => {
    const before = open(published).found;
    expect(await screen.exited).toBe(0);
    expect(screen.lines().slice(0, 2)).toEqual([
      "database: a stand-in for PostgreSQL",
      "month_000 → 2024-01-31: published by run 1 in 0.8 s",
    ]);
    expect(screen.text()).not.toContain("·  ");
    expect(screen.state()).toEqual(before);
  });

  test("fits a small terminal, and one that becomes smaller", async () => {
    open(halfway);
    await screen.shows("0 %");
    screen.resize(50, 24);
    await screen.shows("payments_agg_9… ");
    expect(screen.lines().filter((line) => line.includes("month_000"))).toHaveLength(1);
    screen.resize(50, 7);
    await screen.shows("… 3 more");
    screen.type(keys.ctrlC);
    expect(await screen.exited).toBe(130);
  });
});

test("without arguments, the terminal UI opens", async () => {
  const before = open({ replies: { months: { months: [], server: "embedded PostgreSQL 18.4" } } }, []).found;
  await screen.shows("No months in data/seeds.");
  screen.type("q");
  expect(await screen.exited).toBe(0);
  expect(screen.state()).toEqual(before);
});
