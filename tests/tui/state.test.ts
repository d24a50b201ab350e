import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { parseCall } from "../../src/core/messages/requests.ts";
import { here } from "../../src/tui/model/model.ts";
import { bindings, bindingsOf } from "../../src/tui/screens/bindings.ts";
import { reasonAgainst } from "../../src/tui/state/binding.ts";
import { fuzzyScore } from "../../src/tui/state/commands.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

async function running(): Promise<Session> {
  return new Session(scenario("halfway"), { events: await readStream("halfway"), hold: true }).press("r", "enter");
}

describe("keys", () => {
  test("no key means two things in one place", () => {
    for (const context of new Set(bindings.flatMap((binding) => binding.on))) {
      const keys = bindingsOf(context).flatMap((binding) => binding.keys);
      expect({ context, keys: keys.toSorted() }).toEqual({ context, keys: [...new Set(keys)].toSorted() });
    }
  });

  test.each([
    ["published", [], "enter", "month_002 was never run: r runs it, d says what would change."],
    ["published", [], "4", "This console has not run anything yet: r on a month does."],
    ["published", ["s"], "enter", "Mark one or two dates with space first."],
    ["published", ["s", "space", "up"], "enter", "Mark another date, or move to it."],
    ["changed", [], "R", "No month is pending: all that are on disk are published."],
    ["empty", [], "r", "There is no month here."],
    ["empty", [], "y", "There is nothing to copy here."],
    ["empty", ["s"], "v", "There are no snapshots yet."],
    ["empty", ["s"], "D", "No snapshot was taken yet."],
    ["empty", ["2"], "enter", "There is nothing here to choose."],
  ] as const)("a disabled key says why and does nothing: of %s, %j, then %s", (name, before, key, reason) => {
    const session = new Session(scenario(name)).press(...before);
    const { stack } = session.ui;
    const asked = session.effects.length;
    const binding = bindingsOf(here(session.ui).screen).find(({ keys }) => keys.includes(key));
    expect(binding && reasonAgainst(binding, session.ui)).toBe(reason);
    expect(session.press(key).text()).toContain(reason);
    expect(session.ui).toMatchObject({ stack, overlay: null });
    expect(session.effects.length).toBe(asked);
  });

  test("while a run goes on nothing else is started", async () => {
    const session = (await running()).press("1", "r");
    expect(session.text()).toContain("A run is going on: one at a time.");
    expect(session.effects.filter((effect) => effect.do === "run").length).toBe(1);
  });

  test("what cannot be read is not told as read again", () => {
    const session = new Session(scenario("published"));
    session.isDown = true;
    const text = session.press("ctrl+r").text();
    expect(text).toContain("There is no such thing.");
    expect(text).not.toContain("Read again.");
    session.isDown = false;
    expect(session.press("ctrl+r").text()).toContain("Read again.");
  });

  test.each([
    ["r", []],
    ["R", []],
    ["a", []],
    ["enter", []],
    ["v", ["s"]],
    ["space", ["s"]],
    ["enter", ["2"]],
  ] as const)("%s does not say that there is nothing before it was read", (key, before) => {
    const session = new Session(scenario("published"), { isDown: true }).press(...before, key);
    expect(session.text()).toContain("That was not read yet: ctrl-r asks again.");
  });

  test("why a listing cannot be read is told to its end, where the cause stands", () => {
    const title = `Cannot connect to database "warehouse" on db.example.org:5432 as "loader": nothing listens there.`;
    const text = new Session(scenario("published"), { isDown: true })
      .send({ type: "refused", request: { kind: "months" }, title, hint: "Start PostgreSQL there." })
      .text();
    const words = text.replace(/\s+/g, " ");
    expect(words.split(`${title} Start PostgreSQL there.`).length).toBe(2);
    expect(words).toContain("not connected");
    expect(words).not.toContain("connecting…");
  });

  describe("a run that is tried again", () => {
    const title = "The connection to the database was lost.";

    async function retried(...more: RunEvent[]): Promise<Session> {
      const events = await readStream("halfway");
      const head = { run: 3, seq: events.length, at: events.at(-1)?.at ?? "" };
      const told = { event: "run.retried", stage: "upsert", code: "database_lost", title, month: "month_002" } as const;
      const again = (next: number, seconds: number) =>
        `Nothing was published. Try ${next} of 4 begins in ${seconds} s.`;
      events.push({ ...told, ...head, hint: again(2, 0.5), seconds: 0.5, next: 2, tries: 4 });
      events.push({ ...told, ...head, run: null, hint: again(3, 2), seconds: 2, next: 3, tries: 4 }, ...more);
      return new Session(scenario("halfway"), { events, hold: true }).press("r", "enter");
    }

    test("says when, and is neither over nor another month", async () => {
      const text = (await retried()).text();
      for (const words of [title, "Try 3 of 4 begins in 2 s.", "to be tried again"]) expect(text).toContain(words);
      for (const words of ["failed", "of this run"]) expect(text).not.toContain(words);
    });

    test("can be cancelled meanwhile", async () => {
      const session = (await retried()).press("c");
      expect(session.text()).toContain("Cancel the run?");
    });

    test("is the same month in its next try", async () => {
      const [started] = await readStream("halfway");
      if (started === undefined) throw new Error("a stream begins with a run");
      const text = (await retried({ ...started, run: 5 })).text();
      expect(text).toContain("run 5");
      expect(text).not.toContain("of this run");
    });
  });

  test("q asks while a run goes on, Ctrl-C does not", async () => {
    const session = (await running()).press("q");
    expect(session.text()).toContain("Leave while a run is going on?");
    expect(session.effects.some((effect) => effect.do === "quit")).toBe(false);
    expect(session.press("ctrl+c").effects.at(-1)).toEqual({ do: "quit", code: 130 });
  });

  test("any keys in any order: the screen stays whole, every request is well-formed", async () => {
    const events = await readStream("rejected");
    const names = [...new Set(bindings.flatMap((binding) => binding.keys)), "a", "0", "backspace"].filter(
      (key) => key !== "ctrl+c",
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 60 }), (keys) => {
        const session = new Session(scenario("rejected"), { events }).press(...keys);
        expect(session.text().split("\n").length).toBe(24);
        for (const effect of session.effects) {
          if (effect.do !== "ask" && effect.do !== "run") continue;
          expect(parseCall({ id: 0, request: effect.request }).request).toEqual(effect.request);
        }
      }),
      { numRuns: 150 },
    );
  });
});

test("expectations opened while the run goes on lead to their values from its last word on", async () => {
  const events = await readStream("rejected");
  const [last] = events.splice(-1);
  const session = new Session(scenario("rejected"), { events, hold: true }).press("r", "enter", "v", "enter");
  expect(session.text()).toContain("The values can be seen once the run is over.");
  if (last === undefined) throw new Error("it told nothing");
  session.send({ type: "event", event: last }).press("enter");
  expect(session.text()).toContain("subscriptions.csv:4");
});

describe("questions", () => {
  const runsAsked = (session: Session) => session.effects.filter((effect) => effect.do === "run");

  test("a restamp wants the month typed", () => {
    const session = new Session(scenario("changed")).press("r");
    expect(session.text()).toContain("Restamp month_001?");
    session.press("enter");
    expect(session.text()).toContain("Type month_001 first.");
    session.type("month_001").press("enter");
    expect(runsAsked(session)).toMatchObject([{ request: { restamp: true, selection: { months: ["month_001"] } } }]);
  });

  test("a month is run under the stamp that is shown, with the live tables left alone where they hold a newer one", () => {
    const made = scenario("published");
    const months = made.months.map((entry) =>
      entry.month === "month_000"
        ? { ...entry, as_of: "2024-01-15", own_stamp: true, state: "changed" as const }
        : entry,
    );
    const session = new Session({ ...made, months }).press("down", "down", "r");
    expect(session.text()).toContain("month_000 → 2024-01-15");
    const wanted = { as_of: "2024-01-15", restamp: true, backfill: true };
    expect(session.text()).toContain("--as-of 2024-01-15");
    expect(runsAsked(session.type("month_000").press("enter"))).toMatchObject([{ request: wanted }]);
  });

  test("what is tried by a dry run first is what was asked", () => {
    const session = new Session(scenario("published")).press("down", "down", "r", "d");
    expect(runsAsked(session)).toMatchObject([{ request: { dry_run: true, force: true, backfill: true } }]);
  });

  test("a month older than the newest published one is offered as a backfill", () => {
    const session = new Session(scenario("changed")).press("down", "r");
    expect(session.text()).toContain("Backfill month_000?");
    session.type("month_000").press("enter");
    expect(runsAsked(session)).toMatchObject([{ request: { backfill: true } }]);
  });

  test("a drop that lacks a file can be run all the same, for that tells all else that is wrong with it", () => {
    const made = scenario("published");
    const [newest, ...older] = made.months;
    if (newest === undefined) throw new Error("the scenario has no month");
    const files = newest.files.map((file) => ({ ...file, present: file.table !== "labels" }));
    const months = [{ ...newest, state: "incomplete" as const, files }, ...older];
    const session = new Session({ ...made, months }).press("r");
    expect(session.text()).toContain("It lacks labels, so it will be rejected");
    expect(runsAsked(session.press("enter"))).toMatchObject([{ request: { selection: { months: ["month_002"] } } }]);
  });

  test("a published month is run again as it can be: beside the live tables where those hold a newer one", () => {
    const newest = new Session(scenario("published")).press("down", "r", "enter");
    expect(runsAsked(newest)).toMatchObject([{ request: { force: true, backfill: false } }]);
    const older = new Session(scenario("published")).press("down", "down", "r");
    expect(older.text()).toContain("Live tables hold a newer month");
    expect(runsAsked(older.press("enter"))).toMatchObject([{ request: { force: true, backfill: true } }]);
  });

  test("a month whose snapshots were dropped says so: the newest is run again, an older one backfilled", () => {
    const session = new Session(scenario("dropped"));
    expect(session.text()).toContain("its snapshots were dropped: r takes them anew");
    expect(session.text()).not.toContain("sealed");
    expect(new Session(scenario("dropped")).press("down", "r").text()).toContain("Backfill month_000?");
    session.press("r", "enter");
    expect(runsAsked(session)).toMatchObject([{ request: { force: false, backfill: false, restamp: false } }]);
  });

  test("a month whose stamp is taken is pending, for the run must stop at it and not go past", () => {
    const made = scenario("published");
    const [newest, ...older] = made.months;
    if (newest === undefined) throw new Error("the scenario has no month");
    const later = { ...newest, month: "month_003" as const, as_of: "2024-04-30" };
    const months = [later, { ...newest, state: "stamp_taken" as const }, ...older];
    const session = new Session({ ...made, months }).press("R");
    expect(session.text()).toContain("Run 2 pending months?");
    const wanted = { selection: { months: ["month_002", "month_003"] } };
    expect(runsAsked(session.press("enter"))).toMatchObject([{ request: wanted }]);
  });

  test("all pending are those that the question named, whatever comes in between", () => {
    const session = new Session(scenario("published")).press("R");
    expect(session.text()).toContain("bun run console --pending");
    session.press("enter");
    expect(runsAsked(session)).toMatchObject([{ request: { selection: { months: ["month_002"] } } }]);
  });

  test("the dry run that a question offers asks for nothing more", () => {
    const session = new Session(scenario("published")).press("r", "d");
    expect(runsAsked(session)).toMatchObject([{ request: { dry_run: true, force: false } }]);
  });
});

describe("Enter on the snapshots", () => {
  const said = (name: string, change: (session: Session) => void = () => {}) => {
    const session = new Session(scenario(name)).press("s");
    change(session);
    return session.press("enter").ui.notice?.text;
  };

  test("tells why there is nothing to compare, and asks for no mark that cannot be made", () => {
    expect(said("published")).toContain("Mark one or two dates");
    expect(said("empty")).toBe("No snapshot was taken yet.");
    expect(said("published", (session) => session.press("/").type("1999").press("enter"))).toContain("the filter");
    const one = { ...scenario("published"), snapshots: scenario("published").snapshots.slice(0, 1) };
    const session = new Session(one).press("s");
    expect(session.press("enter").ui.notice?.text).toMatch(/^\d{4}-\d\d-\d\d is the only date/);
  });
});

describe("the snapshots of one date", () => {
  test("are dropped once the date is typed", () => {
    const session = new Session(scenario("published")).press("s", "space", "D");
    expect(session.text()).toContain("Drop the snapshots of 2024-01-31?");
    expect(session.press("enter").text()).toContain("Type 2024-01-31 first.");
    session.type("2024-01-31").press("enter");
    expect(session.text()).toContain("2024-01-31: 5 snapshots dropped; the ledger keeps the record.");
    expect(session.text()).not.toMatch(/2024-01-31 +7,043/);
  });

  test("are exported with the labels of a later month, which the newest date has not", () => {
    const session = new Session(scenario("published")).press("s", "x");
    expect(session.text()).toContain("A training set takes the labels of a later month: there is none yet.");
    session.press("down", "x");
    expect(session.text()).toMatch(/bun run console export --as-of 2024-01-31 --out\s+training_2024-01-31\.parquet/);
    expect(session.press("enter").text()).toContain("Wrote training_2024-01-31.parquet: 7,043 rows, 1 column, 412 KB");
  });
});

test("two marked dates are compared, also where a filter hides them", () => {
  const session = new Session(scenario("published")).press("s", "space", "space", "/").type("2030");
  expect(session.press("enter", "enter").text()).toContain("2024-01-31 → 2024-02-29   what changed");
});

describe("what others took", () => {
  const unsealed = (session: Session) => {
    const [newest, ...older] = session.ui.months ?? [];
    const months = newest === undefined ? [] : [{ ...newest, state: "unsealed" as const, last_run: null }, ...older];
    const result = { months, server: "", unsealed_dates: [newest?.as_of ?? ""] };
    return session.send({ type: "reply", reply: { request: { kind: "months" }, result } });
  };

  test("is offered to be adopted where there is some, after a question that names the dates", () => {
    const session = new Session(scenario("published"));
    expect(session.press("a").text()).toContain("Every snapshot row is of a run in the ledger.");
    unsealed(session);
    expect(session.text()).toContain("others took its snapshots: a seals them as they are");
    expect(session.press("a").text()).toContain("bun run console adopt --yes");
    const asked = session
      .press("enter")
      .effects.slice(-2)
      .map((one) => one.do === "ask" && one.request);
    expect(asked).toEqual([{ kind: "adopt", confirmed: true }, { kind: "months" }]);
  });

  test.each(["backfill", "adopt"] as const)("of a month published by %s, only what was done is ticked", (mode) => {
    const made = scenario("published");
    const months = made.months.map((entry) =>
      entry.last_run === null ? entry : { ...entry, last_run: { ...entry.last_run, mode } },
    );
    const line =
      new Session({ ...made, months })
        .text()
        .split("\n")
        .find((text) => text.includes("month_001")) ?? "";
    expect(line.split("✔").length - 1).toBe(mode === "backfill" ? 1 : 0);
  });

  test("stands among the snapshots, by its own word", () => {
    const session = new Session(scenario("published")).press("s");
    const snapshots = session.ui.snapshots ?? [];
    const rows = [{ table: snapshots[0]?.table ?? "", as_of: "2030-01-31", rows: 5 }];
    session.send({ type: "reply", reply: { request: { kind: "snapshots" }, result: { snapshots, unsealed: rows } } });
    expect(session.text()).toMatch(/2030-01-31 .*unsealed/);
    session.send({
      type: "reply",
      reply: {
        request: { kind: "snapshots" },
        result: { snapshots: snapshots.map((seal) => ({ ...seal, fingerprint: "2-0" })), unsealed: [] },
      },
    });
    expect(session.text()).toContain("weak");
  });
});

describe("text that is typed", () => {
  test("a filter narrows, esc brings back what was there, enter keeps it", () => {
    const session = new Session(scenario("published")).press("/").type("month_001");
    expect(session.text()).not.toContain("month_000");
    expect(session.press("esc").text()).toContain("month_000");
    expect(session.press("/").type("2024-02").press("enter").text()).toContain("filter: 2024-02");
    expect(session.press("esc").text()).toContain("month_000");
  });

  test("a pasted line end presses no key; pasted text is only text", () => {
    const session = new Session(scenario("published"));
    session.send({ type: "paste", text: "r\r\n" });
    expect(session.text()).toContain("Pasted text is ignored here");
    session.press("/").send({ type: "paste", text: "month_001\r\nq\x1b" });
    expect(here(session.ui).list.filter).toBe("month_001 q");
    expect(session.effects.some((effect) => effect.do === "run" || effect.do === "quit")).toBe(false);
  });

  test("a line for the command line that comes in one piece, as over a slow line, comes with its Enter", () => {
    const line = "compare 2024-01-31 2024-02-29";
    const lines = [{ line: "compare", help: "" }];
    const understood = (...pieces: string[]) => {
      const session = new Session(scenario("published"), { lines });
      for (const text of pieces) session.send({ type: "piece", text });
      return session.effects.flatMap((effect) => (effect.do === "understand" ? effect.line : []));
    };
    expect(understood(`:${line}\r`)).toEqual([line]);
    const typed = new Session(scenario("published"), { lines }).press(":").send({ type: "piece", text: `${line}\r` });
    expect(here(typed.ui).screen).toBe("compare");
    // What may be anything presses no key: several lines, none for the command line, and the word that a question wants.
    expect(understood(`:${line}\rq\r`)).toEqual([]);
    expect(understood("compare the two months\r")).toEqual([]);
    const asked = new Session(scenario("published")).press("s", "D").send({ type: "piece", text: "2024-03-31\r" });
    expect(asked.ui.overlay?.kind).toBe("confirm");
    expect(asked.effects.some((effect) => effect.do === "ask" && effect.request.kind === "retire")).toBe(false);
  });

  test("a command is found by some of its letters", () => {
    const session = new Session(scenario("published")).press(":").type("rn2");
    expect(session.text()).toContain("▸ run month_002");
    expect(session.press("tab").text()).toContain(":run month_002");
    expect(session.press("enter").text()).toContain("Run month_002?");
  });

  test("letters must occur in order; the start of words wins", () => {
    expect(fuzzyScore("xz", "run month_001")).toBeNull();
    expect(fuzzyScore("nur", "run")).toBeNull();
    const better = fuzzyScore("rm1", "run month_001") ?? Number.NaN;
    expect(better).toBeLessThan(fuzzyScore("rm1", "dry-run month_001") ?? Number.NaN);
    fc.assert(fc.property(fc.string(), (text) => expect(fuzzyScore(text.trim(), text)).not.toBeNull()));
  });

  test("themes and signs can be changed while it runs", () => {
    const session = new Session(scenario("published")).press(":").type("theme light").press("enter");
    expect(session.ui.look.theme).toBe("light");
    session.press(":").type("ascii").press("enter");
    expect(session.text()).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe("lists", () => {
  test("the cursor stays on its line while lines come and go", () => {
    const session = new Session(scenario("published")).press("down");
    expect(session.text()).toMatch(/▸ month_001/);
    const months = session.ui.months ?? [];
    session.send({
      type: "reply",
      reply: { request: { kind: "months" }, result: { months: months.slice(1), server: "", unsealed_dates: [] } },
    });
    expect(session.text()).toMatch(/▸ month_001/);
  });

  test("a look at the ledger that finds nothing new changes nothing on the screen", () => {
    const session = new Session(scenario("published"));
    const before = session.text();
    expect(session.send({ type: "tick" }).text()).toBe(before);
  });

  test("runs can be narrowed to one status after the other", () => {
    const session = new Session(scenario("rejected")).press("2", "f");
    expect(session.text()).toContain("published only");
    expect(session.press("f").text()).not.toContain("only");
  });
});

describe("copying", () => {
  const copied = (session: Session) => session.effects.findLast((effect) => effect.do === "copy");

  test("the command of a month, the SQL of a failure", async () => {
    const session = new Session(scenario("rejected"), { events: await readStream("rejected") }).press("y");
    expect(copied(session)).toEqual({ do: "copy", text: "bun run console --month month_002" });
    session.press("r", "enter", "v", "y");
    expect(copied(session)).toMatchObject({ text: expect.stringContaining("select user_id, monthly_fee") });
  });
});

test("what stood sealed already is not said to have been sealed", async () => {
  const all = await readStream("published");
  const isKept = (event: RunEvent) =>
    event.event === "table.finished" && event.stage === "snapshot" && event.table !== "labels";
  const events = all.map((event) => (isKept(event) ? { ...event, unchanged: 7120 } : event));
  const session = new Session(scenario("published"), { events }).press("r", "enter");
  expect(session.text()).toContain("7,120 rows sealed as of 2024-03-31 in 1 snapshot table");
  expect(session.text()).toContain("28,480 rows stay as they were sealed as of 2024-03-31 in 4 snapshot tables");
});

test("a dead pipeline is told with its last words, and asked nothing", () => {
  const session = new Session(scenario("published"));
  const asked = session.effects.length;
  session.send({ type: "died", exit: { exitCode: null, signal: "SIGKILL", lastWords: "out of memory\x1b[2J" } });
  expect(session.text()).toContain("The pipeline ended by SIGKILL; ctrl-r starts it again. Its last words: out of");
  session.send({ type: "tick" }).press("2", "3", "v");
  expect(session.effects.length).toBe(asked);
  expect(session.press("ctrl+r").effects.at(-1)).toEqual({ do: "restart" });
});
