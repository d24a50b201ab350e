import { describe, expect, setDefaultTimeout, test } from "bun:test";
import * as fc from "fast-check";
import type { Pipeline } from "../../src/client/pipeline.ts";
import { ConsoleError } from "../../src/core/errors.ts";
import type { RequestOf, RunRequest } from "../../src/core/messages/requests.ts";
import { answer, type ShownKind } from "../../src/headless/answer.ts";
import { parseArguments } from "../../src/headless/arguments.ts";
import { type CommandName, commands } from "../../src/headless/commands.ts";
import { flags } from "../../src/headless/flags.ts";
import { refuseMisplaced } from "../../src/headless/misplaced.ts";
import { jsonLines, lines } from "../../src/headless/printers/lines.ts";
import { glyphsFor, liveLines } from "../../src/headless/printers/live-view.ts";
import { follow, together } from "../../src/headless/printers/printer.ts";
import { failures, results } from "../../src/headless/printers/results.ts";
import { printError } from "../../src/headless/views/faults.ts";
import { plain } from "../../src/headless/views/output.ts";
import { answerOf } from "../helpers/fake-answers.ts";
import { scenario } from "../helpers/scenarios.ts";
import { steered, steering, steers } from "../helpers/steering.ts";
import { keptChannel } from "./fake/channel.ts";
import { readStream, streams } from "./fake/streams.ts";

setDefaultTimeout(60_000);

/** No text of others gets to the terminal as it is: not from the command line, not from what the pipeline tells. */

/** What the console says to a command line before anything is started; nothing to one that it takes. */
function complaintOf(argv: string[]): string {
  try {
    refuseMisplaced(argv);
    const invocation = parseArguments(argv, "1.2.3");
    if (invocation.kind === "command") commands[invocation.name ?? "months"].request(invocation);
    return invocation.kind === "text" ? invocation.text : "";
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return printError(error, plain);
  }
}

const odd = fc
  .array(fc.oneof(fc.constantFrom(...steering), fc.string({ unit: "binary", maxLength: 5 }), fc.constant("../x")))
  .map((parts) => parts.join(""));
const known = fc.constantFrom(
  ...Object.keys(commands).filter((name): name is CommandName => name !== ""),
  ...Object.values(flags).map(({ syntax }) => syntax.split(" ")[0] ?? ""),
);
const word = fc.oneof(
  odd,
  known,
  fc.tuple(known, odd).map((both) => both.join("=")),
);

test("a command line that is wrong is told of in lines that steer nothing", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), (argv) => {
      expect(complaintOf(argv)).not.toMatch(steers);
    }),
    { numRuns: 200 },
  );
});

const request: RunRequest = {
  ...{ kind: "run", selection: { every: "pending" }, as_of: null },
  ...{ dry_run: false, restamp: false, backfill: false, force: false },
};

describe.each([...streams])("the stream %s, steered", (name) => {
  test.each(steering)("by %j", async (ending) => {
    const events = (await readStream(name)).map((event) => steered(event, ending));
    const [shown, json] = [keptChannel(), keptChannel()];
    const views: string[] = [];
    const live = {
      event: (_: unknown, state: Parameters<typeof liveLines>[0]) =>
        views.push(
          ...liveLines(state, { columns: 100, rows: 24, paint: plain }, glyphsFor({}), { elapsed: 1, since: 0 }),
        ),
    };
    const story = follow(together([lines(shown, true), results(shown, request, true), failures(shown), live]));
    const told = jsonLines(json);
    for (const event of events) {
      story.tell(event);
      told.event?.(event, story.states[0] as never);
    }
    expect(shown.text()).not.toMatch(steers);
    expect(views.join("\n")).not.toMatch(steers);
    expect(json.text()).not.toMatch(steers);
    // It is data all the same, and true.
    expect(
      json
        .text()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
  });
});

describe("an answer, steered", () => {
  const asked: RequestOf<ShownKind>[] = [
    ...[{ kind: "months" }, { kind: "runs" }, { kind: "snapshots" }, { kind: "show", run: 2 }],
    ...[
      { kind: "verify", as_of: null },
      { kind: "compare", from: "2024-01-31", to: "2024-02-29" },
      { kind: "profile", as_of: "2024-01-31", run: null, table: null, column: null },
      { kind: "profile", as_of: "2024-01-31", run: null, table: null, column: "monthly_fee" },
    ],
    ...[
      { kind: "retire", as_of: "2024-01-31" },
      { kind: "export", as_of: "2024-01-31", labels_from: null, out: "x.csv" },
    ],
    ...[
      { kind: "db", action: "status" },
      { kind: "adopt", confirmed: false },
    ],
  ] as const;
  test.each(asked)("$kind", async (request) => {
    for (const ending of steering) {
      const reply = steered(answerOf(scenario("published"), request), ending);
      const pipeline: Pipeline = {
        call: async () => reply as never,
        close: async () => {},
        heed() {},
        kill() {},
        exited: new Promise(() => {}),
        pid: 0,
      };
      for (const json of [true, false]) {
        const [out, err] = [keptChannel({ columns: 200 }), keptChannel()];
        await answer(request.kind, request, pipeline, { output: { out, err }, json, quiet: false });
        expect([json, steers.exec(out.text() + err.text())?.[0]]).toEqual([json, undefined]);
      }
    }
  });
});
