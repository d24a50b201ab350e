import { ConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/messages/events.ts";
import type { ServerStatus } from "../core/messages/listings.ts";
import type { Replies, Request, RequestKind, RequestOf } from "../core/messages/requests.ts";
import type { Settings } from "../core/settings.ts";
import { translate } from "../postgres/connection/errors.ts";
import { leaveServer, serverStatus, startServer, stopServer } from "../postgres/embedded/server.ts";
import type { Waiting } from "../postgres/embedded/waiting.ts";
import { browseHistory, browseRun, browseRuns, browseSnapshots } from "./answers/browse.ts";
import { browseMonths } from "./answers/months.ts";
import { openSession, type Reached, reachDatabase, refreshed, type Session } from "./session/session.ts";
import { cancelled, tooLate } from "./stages/cancel.ts";

type OnEvent = (event: RunEvent) => void;

/** Serves a front end's requests over one session, which is opened by the first request that needs it. */
export interface Service {
  serve(request: Request, onEvent: OnEvent): Promise<Replies[RequestKind]>;
  /** Cancel the run that is going on; false when there is none. */
  cancel(reason: ConsoleError): boolean;
  /** Wait for what is going on, then let go of the database. */
  close(): Promise<void>;
}

type Answers<Kinds extends RequestKind> = {
  [Kind in Kinds]: (request: RequestOf<Kind>, onEvent: OnEvent) => Promise<Replies[Kind]>;
};

/** `tell` is told what is waited for, once that takes a moment. */
export function startService(settings: Settings, tell: (text: string) => void): Service {
  /** Of whatever waits for the embedded server; those who come after a cancel begin anew. */
  let waiting = new AbortController();
  const wait = (): Waiting => ({ tell, signal: waiting.signal });
  const { reach, open, close } = sharedSession(settings, wait);
  /** `publishes` is false for a dry run, whose work is rolled back when it is through. */
  let running: { abort: AbortController; publishes: boolean } | null = null;
  const underWay = new Set<Promise<unknown>>();
  /** Nothing answers while code is being loaded, so the database is reached first; that it cannot be, its user tells. */
  const reached = () => Promise.allSettled([reach()]);

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
    running = { abort, publishes: !request.dry_run };
    try {
      await reached();
      const opened = open();
      // That it cannot be opened is told by the run, once that is loaded.
      const [{ runMonths }] = await Promise.all([import("./run/series.ts"), Promise.allSettled([opened])]);
      const exit_code = await runMonths(
        opened,
        request,
        (event) => {
          if (event.event === "run.finished" || event.event === "run.failed") tooLate.delete(abort.signal);
          onEvent(event);
        },
        abort.signal,
      );
      return { exit_code };
    } finally {
      running = null;
    }
  };

  const answers: Answers<RequestKind> = {
    ...answersOf(settings, reach, open, wait),
    run,
    async cancel() {
      const committing = running?.publishes && tooLate.has(running.abort.signal);
      return { cancelled: cancel(cancelled("interrupted")), ...(committing && { committing }) };
    },
  };

  return {
    async serve(request, onEvent) {
      const answer = answers[request.kind] as (request: Request, onEvent: OnEvent) => Promise<Replies[RequestKind]>;
      const work = withoutSession.has(request.kind)
        ? answer(request, onEvent)
        : reached().then(() => answer(request, onEvent));
      underWay.add(work);
      try {
        return await work;
      } catch (thrown) {
        throw translate(thrown);
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

/** What needs none, and a run, which can be cancelled before there is one. */
const withoutSession = new Set<RequestKind>(["run", "cancel", "db"]);

/**
 * The driver and its kin are most of what is loaded at first, the expectations and the reader most of the rest; so what
 * few requests need is loaded by the first of them, while the session is opened.
 */
function answersOf(
  settings: Settings,
  reach: () => Promise<Reached>,
  open: () => Promise<Session>,
  wait: () => Waiting,
): Answers<Exclude<RequestKind, "run" | "cancel">> {
  return {
    months: async () => browseMonths(await open()),
    snapshots: async () => browseSnapshots(await open()),
    runs: async () => browseRuns(await open()),
    show: async ({ run }) => browseRun(await open(), run),
    history: async ({ run }) => browseHistory(await open(), run),
    samples: async ({ run, position }) =>
      (await import("./answers/samples.ts")).browseSamples(await open(), run, position),
    verify: async ({ as_of }) => (await import("./answers/verify.ts")).verifySeals(await open(), as_of),
    retire: async ({ as_of }) => (await import("./answers/retire.ts")).retireSnapshots(await open(), as_of),
    export: async (request) => (await import("./answers/export.ts")).exportTrainingSet(await open(), request),
    compare: async ({ from, to }) => (await import("./answers/compare.ts")).compareSnapshots(await open(), from, to),
    validate: async (request) => (await import("./session/suites.ts")).validateNamedTable(await open(), request),
    check: async (request) => (await import("./answers/check.ts")).checkDrops(await open(), request),
    doctor: async ({ check_data = false }) => {
      const { doctor } = await import("./answers/doctor.ts");
      return { checks: await doctor(settings, open, check_data) };
    },
    partition: async () => {
      const { partitionSnapshots } = await import("./answers/convert.ts");
      const { doctor } = await import("./answers/doctor.ts");
      const converted = await partitionSnapshots(await open());
      return { converted, checks: await doctor(settings, open) };
    },
    adopt: async ({ confirmed }) => (await import("./run/adopt.ts")).adopt(await open(), confirmed),
    outcome: async ({ run, request }) => (await import("./answers/outcome.ts")).findOutcome(await open(), run, request),
    database: async () => ({ database: (await reach()).database }),
    db: ({ action }) => serverCommand(settings.home, action, wait()),
  };
}

/**
 * One session for all requests, and the database before that. A failed attempt is told by the request that it was made
 * for, and forgotten then, so that the next one tries again.
 */
function sharedSession(settings: Settings, wait: () => Waiting) {
  let reaching: Promise<Reached> | null = null;
  let opening: Promise<Session> | null = null;
  const reach = () => {
    reaching ??= reachDatabase(settings, wait());
    return reaching;
  };
  return {
    reach,
    async open(): Promise<Session> {
      if (opening !== null) return refreshed(await opening);
      opening = reach().then(openSession);
      opening.catch(() => {
        reaching = null;
        opening = null;
      });
      return opening;
    },
    async close(): Promise<void> {
      await opening?.catch(() => null);
      const reached = await reaching?.catch(() => null);
      await reached?.close();
    },
  };
}

/** `db start`, `db stop`, `db status`, `db url`: the embedded server, whatever database the console is set to use. */
function serverCommand(home: string, action: RequestOf<"db">["action"], waiting: Waiting): Promise<ServerStatus> {
  if (action === "start") return startServer(home, waiting);
  if (action === "stop") return stopServer(home, waiting);
  if (action === "leave") return leaveServer(home, waiting);
  return serverStatus(home);
}
