import { describe, expect, test } from "bun:test";
import { headline, outcomeOf } from "../../src/client/run-words.ts";
import { fold, type RunState } from "../../src/client/state.ts";
import { statusOf, statusWord } from "../../src/client/words.ts";
import { failureCodes } from "../../src/core/errors.ts";
import type { RunStatus } from "../../src/core/messages/listings.ts";
import * as madeUp from "../helpers/made-up.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** What a run came to has one name, wherever it is told. */

const statuses: Record<RunStatus, string> = {
  running: "running",
  published: "published",
  dry_run: "dry run",
  rejected: "rejected",
  failed: "failed",
  refused: "refused",
  interrupted: "cancelled",
  crashed: "crashed",
};

/** Three months, of which the run of the one under the cursor came to that. */
function after(status: RunStatus, columns = 80): Session {
  const known = scenario("rejected");
  const runs = known.runs.map((run) => ({ ...run, status }));
  const months = known.months.slice(1).map((month, index) => ({
    ...month,
    state: status === "crashed" ? ("crashed" as const) : ("failed" as const),
    last_run: runs.toReversed()[index] ?? null,
  }));
  const details = known.details.map((detail) => ({ ...detail, status }));
  return new Session({ ...known, runs, months, details }, { size: { columns, rows: 40 } });
}

describe.each(Object.entries(statuses))("a run that is %s in the ledger", (name, word) => {
  const status = name as RunStatus;

  test(`is called ${word} on every screen`, () => {
    expect(statusOf({ status, mode: "publish" })).toBe(word);
    expect(after(status).press("H").text()).toMatch(new RegExp(`^.*month_001 .* ${word} `, "m"));
    expect(after(status).text()).toMatch(new RegExp(`run \\d+ ${word}`));
    expect(after(status).press("r").text()).toMatch(new RegExp(`last run \\d+: ${word},`));
    expect(after(status).press("H", "f").text()).toContain(`the ledger, ${word} only`);
    expect(after(status).press("H", "/").type(word).text()).toContain("month_001");
    for (const columns of [60, 80, 120, 220])
      for (const keys of [[], ["H"], ["r"], ["enter"], ["v"]])
        expect(
          after(status, columns)
            .press(...keys)
            .text(),
        ).not.toMatch(/interrupted|dry_run/);
  });
});

async function stopped(code: string): Promise<RunState> {
  const events = (await readStream("cancelled")).map((event) =>
    event.event === "run.failed" ? { ...event, code } : event,
  );
  const state = events.reduce<RunState | null>(fold, null);
  if (state === null) throw new Error("the stream has no run");
  return state;
}

test.each(Object.keys(failureCodes))("what stopped by %s is called what its screen calls it", async (code) => {
  const state = await stopped(code);
  const outcome = outcomeOf(state);
  const word = outcome === "unknown" ? "outcome unknown" : statusWord(outcome);
  expect(headline(state)).toContain(`: ${word}, `);
  const events = (await readStream("cancelled")).map((event) =>
    event.event === "run.failed" ? { ...event, code } : event,
  );
  const session = new Session(scenario("published"), { events }).press("r", "enter");
  expect(session.text().split("\n")[0]).toContain(word);
});

test("a run whose process died crashed; a month that was not begun by then failed", async () => {
  expect(headline(await stopped("pipeline_died"))).toContain(": crashed, nothing was published");
  const [last] = (await readStream("cancelled")).slice(-1);
  if (last?.event !== "run.failed") throw new Error("the stream ends otherwise");
  const unbegun = fold(null, { ...last, run: null, code: "pipeline_died" });
  expect(unbegun && outcomeOf(unbegun)).toBe("failed");
});

describe("once a run is over", () => {
  const size = { columns: 80, rows: 24 };

  test("its screen has the seconds that the lists have, as soon as the ledger was read", async () => {
    for (const stream of ["cancelled", "rejected", "published"]) {
      const known = scenario("published");
      const events = await readStream(stream);
      const run = events.at(-1)?.run ?? 0;
      const begun = madeUp.run(run, 2, "published", 0);
      const finished_at = new Date(Date.parse(begun.started_at) + 7_300).toISOString();
      const listed = { ...begun, finished_at };
      const later = [{ ...madeUp.month(2, "failed", listed), last_run: listed }, ...known.months.slice(1)];
      const session = new Session({ ...known, later }, { events, size }).press("r", "enter");
      session.send({
        type: "reply",
        reply: { request: { kind: "months" }, result: { months: later, server: "", unsealed_dates: [] } },
      });
      expect(session.text().split("\n")[0]).toMatch(/ in 7\.3 s$/);
    }
  });

  test("a month is not asked for as if it were new, before it is known how it stands", async () => {
    const session = new Session(scenario("published"), { events: await readStream("published"), hold: true });
    session.press("r", "enter");
    session.isDown = true;
    session.send({ type: "ended", exit_code: 0 });
    expect(session.press("r").text()).toContain("Run month_002 again?");
    expect(session.press("esc", "esc", "r").text()).toContain("Run month_002 again?");
    expect(session.press("esc", "R").text()).toContain("No month is pending");
    // What the ledger says goes before it.
    session.isDown = false;
    expect(session.press("ctrl+r", "r").text()).toContain("Run month_002?");
  });
});
