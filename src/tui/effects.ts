import type { Pipeline } from "../client/pipeline.ts";
import { toConsoleError } from "../core/errors.ts";
import type { ReportRequest } from "../core/messages/report.ts";
import type { Replies, Request } from "../core/messages/requests.ts";
import type { Choices, TypedRequest } from "./model/known.ts";
import type { Ask, Effect, Message, Reply } from "./model/model.ts";

/** The outside world as the effects need it. */
interface World {
  startPipeline(): Pipeline;
  copy(text: string): void;
  /** Throws where it cannot be kept. */
  remember(choices: Choices): void;
  mouse(isOn: boolean): void;
  announce(text: string): void;
  edit(path: string, line: number | null): void;
  suspend(): void;
  /** Write a page and open it; resolves to what became of it, in words. */
  report(request: ReportRequest, pipeline: Pipeline): Promise<string>;
  /** What a line of the command line asks for; rejects with how to write it. */
  understand(line: string): Promise<TypedRequest>;
  /** An answer in the words of the command line. */
  words(request: Ask, result: Replies[Ask["kind"]]): Promise<string>;
  quit(code: number): void;
  dispatch(message: Message): void;
}

/** Carries out what the reducer wants done. Holds the pipeline subprocess, which can be started anew. */
export function createHands(world: World, first: Pipeline) {
  let pipeline = first;
  let watching = true;

  const watch = (watched: Pipeline) => {
    watched.heed((text) => world.dispatch({ type: "notice", text }));
    void watched.exited.then((exit) => {
      if (watching && watched === pipeline) world.dispatch({ type: "died", exit });
    });
  };
  const refuse = (request: Request, thrown: unknown) => {
    const { code, title, hint } = toConsoleError(thrown);
    // Its end is told by itself, once, with its last words; what became of a run is told whoever is still there.
    if (request.kind === "run" || (watching && code !== "pipeline_died")) {
      world.dispatch({ type: "refused", request, title, hint });
    }
  };

  const remember = (choices: Choices) => {
    try {
      world.remember(choices);
    } catch (thrown) {
      world.dispatch({ type: "notice", text: `Not kept for the next time: ${toConsoleError(thrown).title}` });
    }
  };

  const understand = (line: string) => {
    world.understand(line).then(
      (request) => world.dispatch({ type: "typed", line, request }),
      (thrown) => {
        const { title, hint } = toConsoleError(thrown);
        world.dispatch({ type: "reported", text: `${title} ${hint}`, tone: "bad" });
      },
    );
  };
  const tell = ({ line, request }: Extract<Effect, { do: "tell" }>) => {
    const say = (text: string, isGood: boolean) =>
      world.dispatch({ type: "told", line, request, told: { text, isGood } });
    pipeline
      .call(request)
      .then((result) => world.words(request, result))
      .then(
        (text) => say(text, true),
        (thrown) => {
          const { title, hint } = toConsoleError(thrown);
          say(`${title}\n${hint}`, false);
        },
      );
  };

  watch(pipeline);
  return {
    /** The pipeline that is in use. */
    pipeline: () => pipeline,
    /** From now on the end of the pipeline is no news. */
    letGo() {
      watching = false;
    },
    perform(effect: Effect) {
      switch (effect.do) {
        case "ask": {
          const { request } = effect;
          pipeline.call(request).then(
            (result) => world.dispatch({ type: "reply", reply: { request, result } as Reply }),
            (thrown) => refuse(request, thrown),
          );
          return;
        }
        case "run":
          pipeline
            .call(effect.request, (event) => world.dispatch({ type: "event", event }))
            .then(
              ({ exit_code }) => world.dispatch({ type: "ended", exit_code }),
              (thrown) => refuse(effect.request, thrown),
            );
          return;
        case "restart":
          pipeline = world.startPipeline();
          watch(pipeline);
          world.dispatch({ type: "restarted" });
          return;
        case "remember":
          return remember(effect.choices);
        case "mouse":
          return world.mouse(effect.isOn);
        case "announce":
          return world.announce(effect.text);
        case "edit":
          return world.edit(effect.path, effect.line);
        case "suspend":
          return world.suspend();
        case "report":
          world.report(effect.request, pipeline).then(
            (text) => world.dispatch({ type: "reported", text, tone: "good" }),
            (thrown) => {
              const { title, hint } = toConsoleError(thrown);
              world.dispatch({ type: "reported", text: `${title} ${hint}`, tone: "bad" });
            },
          );
          return;
        case "understand":
          return understand(effect.line);
        case "tell":
          return tell(effect);
        case "copy":
          return world.copy(effect.text);
        case "quit":
          return world.quit(effect.code);
      }
    },
  };
}
