import { basename } from "node:path";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { type Call, linesOf, type Message, type Request, type RunRequest } from "../../src/core/messages/requests.ts";
import type { Settings } from "../../src/core/settings.ts";
import { answerOf } from "./fake-answers.ts";
import { tables } from "./made-up.ts";
import { type Scenario, scenario } from "./scenarios.ts";
import { readStream } from "./streams.ts";

/** Stands in for the pipeline subprocess: the same protocol, made-up answers, recorded runs. Checks nothing, to start fast. */

let known: Scenario | null = null;
let cancelRun: (() => void) | null = null;
let rowsDone = 0;

for await (const line of linesOf(Bun.stdin.stream())) {
  if (known === null) {
    const { settings } = JSON.parse(line) as { settings: Settings };
    known = scenario(basename(settings.home));
    continue;
  }
  const call = JSON.parse(line) as Call;
  void answer(known, call.id, call.request);
}

function send(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function answer(known: Scenario, id: number, request: Request): Promise<void> {
  if (request.kind === "run") return run(known, id, request);
  if (request.kind === "cancel") cancelRun?.();
  const result = answerOf(known, request);
  if (request.kind === "months" && known.later !== undefined) known.months = known.later;
  if (result !== null) return send({ id, result });
  const error = {
    code: "unknown_run",
    title: "There is no such thing.",
    hint: "`runs` lists what there is.",
    faults: [],
    fault_count: 0,
  };
  send({ id, error });
}

async function run(known: Scenario, id: number, request: RunRequest): Promise<void> {
  const events = await readStream(known.stream(request));
  for (const event of events) send({ id, event });
  const last = events.at(-1);
  if (known.hold && last !== undefined) {
    const talking = known.busy === true ? setInterval(() => talk(id, last), 100) : undefined;
    await new Promise<void>((resolve) => {
      cancelRun = resolve;
    });
    clearInterval(talking);
    cancelRun = null;
    const title = "The run was cancelled.";
    const hint = "Everything was rolled back: the database is as it was before.";
    const { run: number, seq, at } = last;
    send({
      id,
      event: { event: "run.failed", run: number, seq: seq + 1, at, stage: "upsert", code: "interrupted", title, hint },
    });
    return send({ id, result: { exit_code: 130 } });
  }
  send({ id, result: { exit_code: last?.event === "run.failed" ? 1 : 0 } });
}

/** As much progress as a run ever reports: six tables at once. */
function talk(id: number, { run, at }: RunEvent): void {
  rowsDone += 1_000;
  for (const { table } of tables) {
    const progress = { done: rowsDone % 1_000_000, total: 1_000_000, unit: "rows" } as const;
    send({ id, event: { event: "table.progress", stage: "upsert", run, seq: rowsDone, at, table, ...progress } });
  }
}
