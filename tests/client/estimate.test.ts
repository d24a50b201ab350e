import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type TimeLeft, timeLeft, timeLeftInWords } from "../../src/client/estimate.ts";
import { fold, type RunState } from "../../src/client/state.ts";
import { type EventBody, isRunEvent, type RunEvent, stages } from "../../src/core/messages/events.ts";
import { type Moment, momentsOf, paces, readPace } from "../helpers/paces.ts";

/** What a run still takes, as its events tell it, against what it took. */

/** How far off a figure may be, and seconds before the end in which that is nobody's business. */
const [factor, atTheEnd] = [1.5, 1.2];

/**
 * What holds of that: of the recordings of a machine that did nothing else, all but one moment in fifty. Nothing was fitted to
 * those of 350,000 users. Of those called busy, only how far off a moment may be: while other programs come and go, no pace tells
 * of what is to come.
 */
const allowed = 0.02;
const isBusy = (name: string) => name.startsWith("busy-");
const limits = (name: string) => (isBusy(name) ? { off: 1, by: 3.5 } : { off: 0.15, by: 2.5 });

/** Moments from the first third on, but for the end. */
async function judged(name: string): Promise<Moment[]> {
  const moments = momentsOf(await readPace(name), 300).slice(100);
  return moments.filter(({ left }) => left > atTheEnd);
}

const farOff = ({ told, left }: Moment, by: number) => told === null || told > left * by || told < left / by;

const noTime = /eta 0(\.0)? s/;
const words = (state: RunState, since: number) => timeLeftInWords(timeLeft(state, since));

describe.each(paces)("the run %s", (name) => {
  test("is told right from its first third on, but for its end", async () => {
    const moments = await judged(name);
    const { off, by } = limits(name);
    expect(moments.filter((moment) => farOff(moment, factor)).length).toBeLessThanOrEqual(off * moments.length);
    const wrong = moments.filter((moment) => farOff(moment, by));
    expect(wrong.map(({ at, told, left }) => ({ at, told, left }))).toEqual([]);
  });

  test("never is about to take no time", async () => {
    const moments = momentsOf(await readPace(name), 1_000);
    const told = new Set(moments.map(({ state, since }) => words(state, since)));
    expect([...told].filter((text) => !/^(|finishing|eta (<1 s|\d+( m \d+)?(\.\d)? s))$/.test(text))).toEqual([]);
    expect([...told].filter((text) => noTime.test(text))).toEqual([]);
  });

  test("passes the gate, and its bars go forward only", async () => {
    const events = await readPace(name);
    expect(events.filter((event) => !isRunEvent(event))).toEqual([]);
    const done = new Map<string, number>();
    for (const event of events) {
      if (event.event !== "table.progress") continue;
      const bar = `${event.stage} ${event.table}`;
      expect(event.done).toBeLessThanOrEqual(event.total);
      expect(event.done).toBeGreaterThanOrEqual(done.get(bar) ?? 0);
      done.set(bar, event.done);
    }
  });
});

test("of all of them, next to no moment is told wrong", async () => {
  const moments = (await Promise.all(paces.filter((name) => !isBusy(name)).map(judged))).flat();
  expect(moments.length).toBeGreaterThan(2_000);
  expect(moments.filter((moment) => farOff(moment, factor)).length).toBeLessThanOrEqual(allowed * moments.length);
});

test("earlier runs tell it before this one has done anything", async () => {
  const [first] = momentsOf(await readPace("200k-next"), 100, 10);
  const [other] = momentsOf(await readPace("200k-next"), 100, 1);
  expect((first?.told ?? 0) / (other?.told ?? 1)).toBeCloseTo(10, 5);
});

test("between two events the clock counts down, to what comes after the one that is waited for", async () => {
  const events = await readPace("200k-next");
  const until = events.findIndex((event) => event.event === "table.finished" && event.table === "subscriptions");
  const state = events.slice(0, until + 1).reduce<RunState | null>(fold, null);
  const told = [0, 0.1, 0.2, 60, 600].map((since) => (state === null ? null : timeLeft(state, since)));
  const seconds = told.map((left) => (left !== null && left !== "finishing" ? left.seconds : Number.NaN));
  const [now = 0, soon = 0, later = 0, last = 0, atLast = 0] = seconds;
  expect(now - soon).toBeCloseTo(0.1, 6);
  expect(now - later).toBeCloseTo(0.2, 6);
  expect(last).toBe(atLast);
  expect(last).toBeGreaterThan(0.5);
});

test("a later snapshot that is made first leaves the earlier one to be made", async () => {
  const events = await readPace("7k-first");
  const isMade = (event: RunEvent) => event.event === "table.progress" && event.stage === "snapshot";
  const made = events.filter(isMade).map((event) => ("table" in event ? event.table : ""));
  expect([made[0], made.at(-1)]).toEqual(["labels", "support_agg_90d"]);
  const last = events.findLastIndex(isMade);
  const [before = 0, after = 0] = [last, last + 1].map((until) => {
    const state = events.slice(0, until).reduce<RunState | null>(fold, null);
    const left = state === null ? null : timeLeft(state, 0);
    return left !== null && left !== "finishing" ? left.seconds : 0;
  });
  expect(before).toBeGreaterThan(2 * after);
});

test("once every stage is over, the run is finishing, however long that takes", async () => {
  const events = (await readPace("200k-first")).slice(0, -1);
  const state = events.reduce<RunState | null>(fold, null);
  if (state === null) throw new Error("it never began");
  expect([0, 0.5, 3_600].map((since) => words(state, since))).toEqual(["finishing", "finishing", "finishing"]);
});

test.each<[TimeLeft, string]>([
  [null, ""],
  ["finishing", "finishing"],
  [{ seconds: 0.04 }, "eta <1 s"],
  [{ seconds: 0.99 }, "eta <1 s"],
  [{ seconds: 1.04 }, "eta 1.0 s"],
  [{ seconds: 75 }, "eta 1 m 15 s"],
])("%j in words", (left, text) => {
  expect(timeLeftInWords(left)).toBe(text);
});

const tableNames = ["a", "b", "c"];
const stage = fc.constantFrom(...stages);
const table = fc.constantFrom(...tableNames);
const amount = fc.nat({ max: 10_000_000 });

const progress = fc.record({ stage, table, total: amount, part: fc.double({ min: 0, max: 1, noNaN: true }) }).map(
  ({ part, ...rest }): EventBody => ({
    event: "table.progress",
    ...rest,
    done: Math.floor(rest.total * part),
    unit: "rows",
  }),
);

const told: fc.Arbitrary<EventBody> = fc.oneof(
  progress,
  fc.record({ event: fc.constant("stage.started" as const), stage }),
  fc.record({ event: fc.constant("stage.finished" as const), stage, seconds: fc.constant(1) }),
  fc.record({ event: fc.constant("table.finished" as const), stage, table, rows: amount }),
  fc.record({ event: fc.constant("run.warned" as const), title: fc.constant("title"), hint: fc.constant("hint") }),
);

const started: fc.Arbitrary<EventBody> = fc.record({
  event: fc.constant("run.started" as const),
  month: fc.constant("month_000"),
  as_of: fc.constant("2024-01-31"),
  mode: fc.constantFrom("publish", "restamp", "backfill", "dry_run"),
  tables: fc.tuple(
    ...tableNames.map((name) =>
      fc.record(
        {
          table: fc.constant(name),
          file: fc.constant(`${name}.csv`),
          bytes: amount,
          expectations: fc.nat({ max: 50 }),
          snapshot: fc.boolean(),
          live: amount,
          built: fc.nat({ max: 3 }),
          again: fc.boolean(),
        },
        { requiredKeys: ["table", "file", "bytes", "expectations", "snapshot"] },
      ),
    ),
  ),
});

const stream = fc.tuple(started, fc.array(fc.tuple(told, fc.nat({ max: 1_000_000 })), { maxLength: 40 }));
const since = fc.double({ min: -10, max: 1e6, noNaN: true });
const pace = fc.option(fc.double({ min: 0.001, max: 1_000, noNaN: true }));

test("whatever comes, in whatever order and at any pace: a figure is a number, and never below nothing", () => {
  fc.assert(
    fc.property(stream, since, pace, ([begin, rest], seconds, earlier) => {
      let at = Date.parse("2024-04-01T12:00:00.000Z");
      let state: RunState | null = null;
      for (const [body, after] of [[begin, 0] as const, ...rest]) {
        at += after;
        const head = { run: 1, seq: 0, at: new Date(at).toISOString() };
        state = fold(state, { ...head, ...body } as RunEvent);
        if (state === null) throw new Error("it never began");
        const left = timeLeft(state, seconds, earlier);
        if (left === null || left === "finishing") continue;
        expect(Number.isFinite(left.seconds)).toBe(true);
        expect(left.seconds).toBeGreaterThan(0);
        expect(timeLeftInWords(left)).not.toMatch(/NaN|Infinity|eta 0(\.0)? s/);
      }
    }),
  );
});
