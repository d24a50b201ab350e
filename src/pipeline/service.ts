import { ConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/messages/events.ts";
import type { ServerStatus } from "../core/messages/listings.ts";
import type { Replies, Request, RequestKind, RequestOf } from "../core/messages/requests.ts";
import type { Settings } from "../core/settings.ts";
import { translate } from "../postgres/connection/errors.ts";
import { serverSettings } from "../postgres/embedded/home.ts";
import { leaveServer, serverStatus, startServer, stopServer } from "../postgres/embedded/server.ts";
import type { Waiting } from "../postgres/embedded/waiting.ts";
import { browseRuns, browseSnapshots, showRun } from "./answers/browse.ts";
import { browseMonths } from "./answers/months.ts";
import { cancelled, tooLate } from "./run/cancel.ts";
import { openSession, type Reached, reachDatabase, refreshed, type Session } from "./session/session.ts";

/** Serves a front end's requests over one session, which is opened by the first request that needs it. */
export interface Service {
  /**
   * What came in is not checked yet, but what it is sure to need can be had: resolves when the database has answered or
   * cannot be reached, which the request itself tells. Nothing answers while code is being loaded.
   */
  prepare(said: unknown): Promise<void>;
  serve(request: Request, onEvent: (event: RunEvent) => void): Promise<Replies[RequestKind]>;
  /** Cancel the run that is going on; false when there is none. */
  cancel(reason: ConsoleError): boolean;
  /** Wait for what is going on, then let go of the database. */
  close(): Promise<void>;
}

type Handlers = {
  [Kind in RequestKind]: (request: RequestOf<Kind>, onEvent: (event: RunEvent) => void) => Promise<Replies[Kind]>;
};

/** `tell` is told what is waited for, once that takes a moment. */
export function startService(settings: Settings, tell: (text: string) => void): Service {
  /** Of whatever waits for the embedded server; those who come after a cancel begin anew. */
  let waiting = new AbortController();
  const wait = (): Waiting => ({ tell, signal: waiting.signal });
  const endWaiting = (reason: ConsoleError) => {
    waiting.abort(reason);
    waiting = new AbortController();
  };
  const sessions = sharedSession(settings, wait);
  let running: AbortController | null = null;
  /** False for a dry run, whose work is rolled back when it is through. */
  let publishes = false;
  /** Of a run that was asked for and is being prepared: it can be cancelled, too. */
  let awaited: AbortController | null = null;
  const underWay = new Set<Promise<unknown>>();

  const cancel = (reason: ConsoleError) => {
    const abort = running ?? awaited;
    abort?.abort(reason);
    endWaiting(reason);
    return abort !== null;
  };

  const { reach, open } = sessions;
  // The driver and its kin are most of what is loaded at first, the expectations and the reader most of the rest; so what
  // few requests need is loaded by the first of them, while the session is opened.
  const handlers: Handlers = {
    async run(request, onEvent) {
      const abort = awaited ?? new AbortController();
      awaited = null;
      if (running !== null) throw busy();
      running = abort;
      publishes = !request.dry_run;
      const tell = (event: RunEvent) => {
        if (event.event === "run.finished" || event.event === "run.failed") tooLate.delete(abort.signal);
        onEvent(event);
      };
      try {
        const opened = open();
        // Told by the run, once that is loaded.
        opened.catch(() => {});
        const { runMonths } = await import("./run/series.ts");
        return { exit_code: await runMonths(opened, request, tell, abort.signal) };
      } finally {
        running = null;
      }
    },
    months: async () => browseMonths(await open()),
    snapshots: async () => browseSnapshots(await open()),
    runs: async () => browseRuns(await open()),
    show: async ({ run }) => showRun(await open(), run),
    samples: async ({ run, position }) => {
      const { browseSamples } = await import("./answers/samples.ts");
      return browseSamples(await open(), run, position);
    },
    history: async ({ run }) => {
      const { browseHistory } = await import("./answers/browse.ts");
      return browseHistory(await open(), run);
    },
    verify: async ({ as_of }) => {
      const { verifySeals } = await import("./answers/verify.ts");
      return verifySeals(await open(), as_of);
    },
    retire: async ({ as_of }) => {
      const { retireSnapshots } = await import("./answers/retire.ts");
      return retireSnapshots(await open(), as_of);
    },
    export: async (request) => {
      const { exportTrainingSet } = await import("./answers/export.ts");
      return exportTrainingSet(await open(), request);
    },
    compare: async ({ from, to }) => {
      const { compareSnapshots } = await import("./answers/compare.ts");
      return compareSnapshots(await open(), from, to);
    },
    validate: async (request) => {
      const { validateRequested } = await import("./answers/validation.ts");
      return validateRequested(await open(), request);
    },
    check: async (request) => {
      const { checkDrops } = await import("./answers/check.ts");
      return checkDrops(await open(), request);
    },
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
    adopt: async ({ confirmed }) => {
      const { adopt } = await import("./run/adopt.ts");
      return adopt(await open(), confirmed);
    },
    db: async ({ action }) => {
      const { serverCommand } = await import("./service.ts");
      return serverCommand(settings, action, wait());
    },
    database: async () => {
      const { database } = await reach();
      return { database };
    },
    async cancel() {
      const committing = publishes && running !== null && tooLate.has(running.signal);
      return { cancelled: cancel(cancelled("interrupted")), ...(committing && { committing }) };
    },
    outcome: async ({ run, request }) => {
      const { findOutcome } = await import("./answers/outcome.ts");
      return findOutcome(await open(), run, request);
    },
  };

  return {
    async prepare(said) {
      const kind = kindOf(said);
      if (kind === "run") awaited ??= new AbortController();
      if (!databaseless.has(kind)) await Promise.allSettled([reach()]);
    },
    async serve(request, onEvent) {
      const handle = handlers[request.kind] as (
        request: Request,
        onEvent: (event: RunEvent) => void,
      ) => Promise<Replies[RequestKind]>;
      const work = handle(request, onEvent);
      underWay.add(work);
      try {
        return await work;
      } catch (thrown) {
        throw thrown instanceof ConsoleError ? thrown : translate(thrown);
      } finally {
        underWay.delete(work);
      }
    },
    cancel,
    async close() {
      await Promise.allSettled(underWay);
      await sessions.close();
    },
  };
}

/** What asks for no session, of all that may be asked. */
const databaseless = new Set<unknown>(["db", "cancel"] satisfies RequestKind[]);

function kindOf(said: unknown): unknown {
  return (said as { request?: { kind?: unknown } } | null)?.request?.kind;
}

/**
 * One session for all requests, and the database before that. A failed attempt is told by the request that it was made
 * for, and forgotten then, so that the next one tries again.
 */
function sharedSession(settings: Settings, wait: () => Waiting) {
  let reaching: Promise<Reached> | null = null;
  let opening: Promise<Session> | null = null;
  const forget = (error: unknown) => {
    reaching = null;
    opening = null;
    throw error;
  };
  const reach = () => {
    reaching ??= reachDatabase(settings, wait());
    return reaching;
  };
  return {
    reach,
    async open(): Promise<Session> {
      if (opening !== null) return refreshed(await opening);
      opening = reach().then(openSession).catch(forget);
      return opening;
    },
    async close(): Promise<void> {
      await opening?.catch(() => null);
      const reached = await reaching?.catch(() => null);
      await reached?.close();
    },
  };
}

function busy(): ConsoleError {
  return new ConsoleError("locked", "This console is running a month already.", {
    hint: "Wait until it is done, or cancel it.",
  });
}

/** `db start`, `db stop`, `db status`, `db url`: the embedded server, whatever database the console is set to use. */
export async function serverCommand(
  { home }: Settings,
  action: RequestOf<"db">["action"],
  waiting: Waiting,
): Promise<ServerStatus> {
  if (action === "start") return startServer(home, serverSettings, waiting);
  if (action === "stop") return stopServer(home, waiting);
  if (action === "leave") return leaveServer(home, waiting);
  return serverStatus(home);
}
