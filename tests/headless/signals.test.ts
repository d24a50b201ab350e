import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { type SignalWatch, watchSignals } from "../../src/headless/run.ts";
import { watchEndings } from "../../src/tui/device/terminal.ts";

/** What a second Ctrl-C means, at a time that stands still. */

const told: string[] = [];
let now = 0;
let watch: SignalWatch;
let clock: { mockRestore(): void };
/** Those of the test run itself, to which ours are no signals. */
let others: NodeJS.SignalsListener[];

beforeEach(() => {
  told.length = 0;
  others = process.listeners("SIGINT") as NodeJS.SignalsListener[];
  process.removeAllListeners("SIGINT");
  now = 10_000;
  clock = spyOn(performance, "now").mockImplementation(() => now);
  watch = watchSignals(
    () => told.push("first"),
    () => told.push("again"),
  );
});
afterEach(() => {
  watch.stop();
  clock.mockRestore();
  for (const other of others) process.on("SIGINT", other);
});

function signal(name: NodeJS.Signals, after: number): void {
  now += after;
  process.emit(name, name);
}

test("no signal, no exit code", () => {
  expect(watch.exitCode()).toBeNull();
  expect(told).toEqual([]);
});

describe("a signal that comes again", () => {
  test("within half a second is the same wish", () => {
    signal("SIGINT", 0);
    signal("SIGINT", 0);
    signal("SIGINT", 500);
    expect(told).toEqual(["first"]);
  });

  test("later is another wish, each time that it comes", () => {
    signal("SIGINT", 0);
    signal("SIGINT", 501);
    // Of the second wish, too, one may come twice.
    signal("SIGINT", 500);
    signal("SIGINT", 1);
    expect(told).toEqual(["first", "again", "again"]);
  });

  test("leaves the exit code as the first one set it", () => {
    signal("SIGTERM", 0);
    signal("SIGINT", 1_000);
    expect(watch.exitCode()).toBe(143);
    expect(told).toEqual(["first", "again"]);
  });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 143],
] as const)("%s alone exits with %d", (name, code) => {
  signal(name, 0);
  expect([watch.exitCode(), told]).toEqual([code, ["first"]]);
});

test("once it was stopped, a signal is no concern of its", () => {
  watch.stop();
  signal("SIGINT", 0);
  expect(told).toEqual([]);
});

test("on a terminal a second signal hurries the end, and the first one's code stays", async () => {
  watch.stop();
  const hurried: string[] = [];
  const endings = watchEndings(() => hurried.push("hurry"));
  signal("SIGTERM", 0);
  expect(hurried).toEqual([]);
  signal("SIGINT", 0);
  expect(hurried).toEqual(["hurry"]);
  endings.fail(new Error("on the way out"));
  expect(await endings.ended).toEqual({ code: 143, error: null });
  expect(hurried).toEqual(["hurry"]);
  endings.release();
});
