import { ConsoleError, metLater } from "../core/errors.ts";
import { isLastWord, type RunEvent } from "../core/messages/events.ts";
import type { Replies, Request, RequestKind } from "../core/messages/requests.ts";
import type { Settings } from "../core/settings.ts";
import type { Waiting } from "../postgres/embedded/waiting.ts";
import { type Answers, answersOf, type OnEvent } from "./answering.ts";
import { exchanged } from "./session/reach.ts";
import type { Session } from "./session/session.ts";
import { sharedSession } from "./session/shared.ts";
import { cancelled, tooLate } from "./stages/cancel.ts";
import { addRuns, noteRun } from "./telling/known-runs.ts";
import { lineageIfWanted, tellIfWanted, tellOfCrashed } from "./telling/wanted.ts";
import { watchWaits } from "./waits/watch.ts";

/** Serves a front end's requests over one session, which is opened by the first request that needs it. */
export interface Service {
  serve(request: Request, onEvent: OnEvent): Promise<Replies[RequestKind]>;
  /** Cancel the run that is going on; false when there is none. */
  cancel(reason: ConsoleError): boolean;
  /** Wait for what is going on, then let go of the database. */
  close(): Promise<void>;
}

/** `tell` is told what is waited for, once that takes a moment, and what could not be told to those outside. */
export function startService(settings: Settings, tell: (text: string, trouble?: true) => void): Service {
  const warn = (text: string) => tell(`warning: ${text}`, true);
  /** Of whatever waits for the embedded server; those who come after a cancel begin anew. */
  let waiting = new AbortController();
  const wait = (): Waiting => ({ tell, signal: waiting.signal });
  const { reach, open, openLedger, known, renew, close } = sharedSession(settings, wait);
  /** `publishes` is false for a dry run, whose work is rolled back when it is through. */
  let running: { abort: AbortController; publishes: boolean } | null = null;
  const waits = watchWaits(tell);
  const underWay = new Set<Promise<unknown>>();
  const meanwhile = (work: Promise<unknown>) => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work)).catch(() => {});
  };
  const cancel = (reason: ConsoleError) => {
    running?.abort.abort(reason);
    waiting.abort(reason);
    waiting = new AbortController();
    return running !== null;
  };

  const run: Answers<"run">["run"] = async (request, onEvent) => {
    if (running !== null) {
      throw new ConsoleError("locked", "This console is running a month already.", {
        hint: "Wait until it is done, or cancel it.",
      });
    }
    const abort = new AbortController();
    const outside = new AbortController();
    running = { abort, publishes: !request.dry_run };
    const told: RunEvent[] = [];
    const ended = new Map<number, string>();
    const crashed: number[] = [];
    let opened: Promise<Session>;
    try {
      const first = { reached: metLater(reach()), opened: metLater(open()) };
      opened = first.opened;
      const again = () => {
        const renewed = renew();
        opened = metLater(renewed.then(open));
        return { reached: metLater(renewed.then(reach)), opened };
      };
      // That it cannot be opened is told by the run, once that is loaded; nothing goes out to the server meanwhile.
      await exchanged();
      const lineage = lineageIfWanted(
        request,
        warn,
        async () => ({ settings, warn, session: await opened }),
        outside.signal,
      );
      const [{ runMonths }, { waitingUntil }] = await Promise.all([
        import("./run/series.ts"),
        import("../csv/files/patience.ts"),
      ]);
      const onRunEvent = (event: RunEvent) => {
        if (isLastWord(event)) tooLate.delete(abort.signal);
        if (isLastWord(event) || event.event === "stage.finished") told.push(event);
        noteRun(ended, event);
        void lineage.then((one) => one?.hear(event));
        onEvent(event);
      };
      const exit_code = await waitingUntil(abort.signal, () =>
        runMonths(
          { first, again, tell, found: (runs) => void crashed.push(...runs) },
          request,
          onRunEvent,
          abort.signal,
        ),
      );
      // What is cancelled from now on is the wait for those outside.
      running = { abort: outside, publishes: false };
      await (await lineage)?.told();
      const over = { settings, request, session: await opened.catch(() => null), warn, signal: outside.signal };
      // Those of this request were told of as they were tried again.
      await tellOfCrashed(
        over,
        crashed.filter((run) => !ended.has(run)),
      );
      await tellIfWanted(over, told);
      return { exit_code };
    } finally {
      running = null;
      meanwhile(addRuns(settings, ended));
    }
  };

  const answers: Answers<RequestKind> = {
    ...answersOf(settings, { reach, open, openLedger, wait, warn, meanwhile }),
    run,
    async cancel() {
      const committing = running?.publishes && tooLate.has(running.abort.signal);
      return { cancelled: cancel(cancelled("interrupted")), ...(committing && { committing }) };
    },
  };

  return {
    async serve(request, onEvent) {
      if (request.kind !== "cancel") await renew();
      const answer = answers[request.kind] as (request: Request, onEvent: OnEvent) => Promise<Replies[RequestKind]>;
      const work = waits.during((heard) => {
        return answer(request, (event) => {
          heard();
          onEvent(event);
        });
      });
      underWay.add(work);
      try {
        return await work;
      } catch (thrown) {
        const { explained } = await import("./session/explained.ts");
        throw await explained(thrown, await known());
      } finally {
        underWay.delete(work);
      }
    },
    cancel,
    async close() {
      await Promise.allSettled(underWay);
      await close();
    },
  };
}
