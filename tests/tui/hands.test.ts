import { expect, setDefaultTimeout, test } from "bun:test";
import type { Pipeline, PipelineExit } from "../../src/client/pipeline.ts";
import type { Request } from "../../src/core/messages/requests.ts";
import { createHands } from "../../src/tui/effects.ts";
import type { Message } from "../../src/tui/model/model.ts";

setDefaultTimeout(60_000);

/** The pipelines that a session holds one after the other: only the one in use is asked, and only its end is news. */

const death: PipelineExit = { exitCode: null, signal: "SIGKILL", lastWords: "" };

/** A pipeline that answers to its name, and ends when it is told to. */
function pretended(name: string) {
  const end = Promise.withResolvers<PipelineExit>();
  const asked: Request["kind"][] = [];
  let tell: (text: string) => void = () => {};
  const pipeline = {
    exited: end.promise,
    pid: 0,
    heed(listener: (text: string) => void) {
      tell = listener;
    },
    call(request: Request) {
      asked.push(request.kind);
      return Promise.resolve({ server: name });
    },
    close: async () => {},
    kill: () => end.resolve(death),
  } as unknown as Pipeline;
  return { pipeline, asked, end: () => end.resolve(death), tell: (text: string) => tell(text) };
}

function session() {
  const [first, second] = [pretended("first"), pretended("second")];
  const told: Message[] = [];
  const hands = createHands(
    {
      startPipeline: () => second.pipeline,
      copy: () => {},
      remember: () => {},
      edit: () => {},
      understand: async () => ({ kind: "months" as const }),
      words: async () => "",
      report: async () => "",
      mouse: () => {},
      announce: () => {},
      suspend: () => {},
      quit: () => {},
      dispatch: (message) => told.push(message),
    },
    first.pipeline,
  );
  return { first, second, hands, told, types: () => told.map(({ type }) => type) };
}

/** Whatever follows from promises that are settled has happened. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("the end of the pipeline in use is told once", async () => {
  const { first, types, told } = session();
  first.end();
  await settled();
  expect(types()).toEqual(["died"]);
  expect(told).toEqual([{ type: "died", exit: death }]);
});

test("after a restart the new one is asked and heard, and its end is news; that of its predecessor is not", async () => {
  const { first, second, hands, types, told } = session();
  hands.perform({ do: "restart" });
  expect(types()).toEqual(["restarted"]);
  expect(hands.pipeline()).toBe(second.pipeline);
  hands.perform({ do: "ask", request: { kind: "months" } });
  await settled();
  expect([first.asked, second.asked]).toEqual([[], ["months"]]);
  second.tell("waiting for another console");
  expect(told.at(-1)).toEqual({ type: "notice", text: "waiting for another console" });
  first.end();
  await settled();
  expect(types()).toEqual(["restarted", "reply", "notice"]);
  second.end();
  await settled();
  expect(types()).toEqual(["restarted", "reply", "notice", "died"]);
});

test("once the session is left, no end is news", async () => {
  const { first, hands, types } = session();
  hands.letGo();
  first.end();
  await settled();
  expect(types()).toEqual([]);
});
