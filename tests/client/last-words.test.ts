import { expect, test } from "bun:test";
import { deathOf, type LastWords, notKnown, unanswered, wordsOn } from "../../src/client/last-words.ts";
import { ConsoleError } from "../../src/core/errors.ts";
import type { RunOutcome } from "../../src/core/messages/listings.ts";
import { detail, run } from "../helpers/made-up.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

const death = deathOf({ exitCode: null, signal: "SIGKILL", lastWords: "" });

function outcome(status: "published" | "dry_run" | "rejected" | "running" | "crashed", rest: object = {}): RunOutcome {
  return { detail: detail(run(3, 2, status, 0)), open: false, waits_for: null, in_force: [], left: [], ...rest };
}

/** Its last word, and the exit code. */
function end({ said, error }: LastWords) {
  const last = said.at(-1)?.body;
  return { event: last?.event, ...(last?.event === "run.failed" && { code: last.code }), exit: error?.exitCode ?? 0 };
}

test.each([
  ["published", outcome("published"), { event: "run.finished", exit: 0 }],
  ["a dry run at its end", outcome("dry_run"), { event: "run.finished", exit: 0 }],
  ["published, more asked for", outcome("published", { left: ["month_003"] }), failed("pipeline_died", 3)],
  ["rejected, which was recorded", outcome("rejected"), failed("expectation_failed", 1)],
  ["dead in the middle", outcome("crashed"), failed("pipeline_died", 3)],
  ["dead, its session not yet", outcome("running"), failed("pipeline_died", 3)],
  ["at its commit", outcome("running", { open: true }), failed("outcome_unknown", 3)],
  ["a dry run under way", dryAndOpen(), failed("pipeline_died", 3)],
] as const)("%s", (_name, told, wanted) => {
  expect(end(wordsOn(told, death))).toEqual(wanted);
});

function failed(code: string, exit: number) {
  return { event: "run.failed", code, exit } as const;
}

function dryAndOpen(): RunOutcome {
  const running = detail({ ...run(3, 2, "running", 0), mode: "dry_run" });
  return outcome("running", { detail: running, open: true });
}

test("nothing is said to be as it was where that is not known", () => {
  const unreachable = new ConsoleError("database_unreachable", "There is no server.", { hint: "" });
  const words = [
    ...[wordsOn(outcome("running", { open: true, waits_for: "SyncRep" }), death), notKnown(3, death, unreachable)].map(
      ({ error }) => error,
    ),
    ...(["run", "retire", "partition", "export"] as const).map((kind) => unanswered(kind, death)),
  ].map((error) => `${error?.title} ${error?.hint}`);
  for (const said of words) expect(said).not.toMatch(/nothing was published|as it was before/i);
  expect(words[0]).toContain("waiting for a standby: it may yet be published.");
  expect(words[1]).toContain("could not be found out: There is no server.");
  expect(words[3]).toContain("`snapshots` lists");
});

test("the terminal UI: unknown is called that, and what comes after a published month does not change it", async () => {
  const events = await readStream("published");
  const session = new Session(scenario("published"), { events, hold: true }).press("r", "enter");
  const at = new Date().toISOString();
  const head = { event: "run.failed", stage: null, seq: 999, at, title: "What now.", hint: "Wait." } as const;
  session.send({ type: "event", event: { ...head, run: null, month: "month_003", code: "pipeline_died" } });
  expect(session.ui.live?.past.map((state) => state.end?.event)).toEqual(["run.finished"]);
  expect(session.text()).toContain("failed");
  session.send({ type: "event", event: { ...head, run: 4, month: "month_003", code: "outcome_unknown" } });
  expect(session.text()).toContain("outcome unknown");
  expect(session.text()).not.toContain("rolled back");
});
