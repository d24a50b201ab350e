import type { RunEvent } from "../../../src/core/messages/events.ts";
import { linesOf } from "../../../src/core/messages/requests.ts";

/** What the stand-in for the pipeline is to do, as JSON in the environment. */
export interface Script {
  /** Recorded events that a run answers with. */
  stream?: string;
  exitCode?: number;
  /** Stop after so many events; the ways that wait do so for a cancel. */
  stop?: { after: number; how: "wait" | "wait, then finish" | "ignore" | "die" | "babble" };
  /** Answers by kind of request. */
  replies?: Record<string, unknown>;
  /** Errors by kind of request. */
  errors?: Record<string, unknown>;
  /** Told before an answer. */
  notice?: string;
}

/** Answers to what every run asks. */
const standing: Record<string, unknown> = { database: { database: "a stand-in for PostgreSQL" } };

export const scriptVariable = "FAKE_PIPELINE";

const say = (message: unknown) => void process.stdout.write(`${JSON.stringify(message)}\n`);

async function run(id: number, { stream, exitCode, stop }: Script, cancelled: Promise<void>): Promise<void> {
  const text = stream === undefined ? "" : await Bun.file(stream).text();
  const events = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  for (const event of events.slice(0, stop?.after)) say({ id, event });
  if (stop?.how === "die") process.kill(process.pid, "SIGKILL");
  if (stop?.how === "babble") process.stdout.write("this is no message\n");
  if (stop?.how === "ignore") return;
  if (stop !== undefined) await cancelled;
  if (stop?.how === "wait, then finish") for (const event of events.slice(stop.after)) say({ id, event });
  if (stop?.how !== "wait") return say({ id, result: { exit_code: exitCode ?? 0 } });
  say({ id, event: cancelledAfter(events[stop.after - 1]) });
  say({ id, result: { exit_code: 130 } });
}

function cancelledAfter({ run: number, seq, at }: RunEvent): RunEvent {
  const title = "The run was cancelled and rolled back.";
  const hint =
    "Nothing of this run was published; the database is as it was before it. Run the month again when you are ready.";
  return { event: "run.failed", run: number, seq: seq + 1, at, stage: "upsert", code: "interrupted", title, hint };
}

async function main(): Promise<void> {
  process.on("SIGINT", () => {});
  const script: Script = JSON.parse(process.env[scriptVariable] ?? "{}");
  const cancel = Promise.withResolvers<void>();
  let greeted = false;
  for await (const line of linesOf(Bun.stdin.stream())) {
    if (!greeted) {
      greeted = true;
      continue;
    }
    const { id, request } = JSON.parse(line);
    if (script.notice !== undefined) say({ notice: script.notice });
    if (request.kind === "cancel") {
      cancel.resolve();
      say({ id, result: { cancelled: true } });
    } else if (request.kind === "run") void run(id, script, cancel.promise);
    else if (script.errors?.[request.kind]) say({ id, error: script.errors[request.kind] });
    else say({ id, result: script.replies?.[request.kind] ?? standing[request.kind] ?? request });
  }
  process.exit(0);
}

if (import.meta.main) await main();
