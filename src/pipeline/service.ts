import { ConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/events.ts";
import type { Replies, Request, RequestKind, RequestOf } from "../core/requests.ts";
import type { Settings } from "../core/settings.ts";
import { translate } from "../postgres/errors.ts";
import { browseMonths, browseRuns, browseSnapshots, showRun } from "./browse.ts";
import { checkDrops } from "./check.ts";
import { compareSnapshots } from "./compare.ts";
import { cancelled } from "./context.ts";
import { doctor } from "./doctor.ts";
import { exportTrainingSet } from "./export.ts";
import { browseHistory } from "./history.ts";
import { retireSnapshots } from "./retire.ts";
import { runMonths } from "./runs.ts";
import { browseSamples } from "./samples.ts";
import { serverCommand } from "./server-command.ts";
import { openSession, type Session } from "./session.ts";
import { validateRequested } from "./validation.ts";
import { verifySeals } from "./verify.ts";

/** Serves a front end's requests over one session, which is opened by the first request that needs it. */
export interface Service {
  serve(request: Request, onEvent: (event: RunEvent) => void): Promise<Replies[RequestKind]>;
  /** Cancel the run that is going on; false when there is none. */
  cancel(reason: ConsoleError): boolean;
  /** Wait for what is going on, then let go of the database. */
  close(): Promise<void>;
}

type Handlers = {
  [Kind in RequestKind]: (request: RequestOf<Kind>, onEvent: (event: RunEvent) => void) => Promise<Replies[Kind]>;
};

export function startService(settings: Settings): Service {
  const sessions = sharedSession(settings);
  let abort: AbortController | null = null;
  const underWay = new Set<Promise<unknown>>();

  const cancel = (reason: ConsoleError) => {
    abort?.abort(reason);
    return abort !== null;
  };

  const handlers: Handlers = {
    async run(request, onEvent) {
      if (abort !== null) throw busy();
      abort = new AbortController();
      try {
        return { exit_code: await runMonths(sessions.open, request, onEvent, abort.signal) };
      } finally {
        abort = null;
      }
    },
    months: async () => browseMonths(await sessions.open()),
    snapshots: async () => browseSnapshots(await sessions.open()),
    runs: async () => browseRuns(await sessions.open()),
    show: async ({ run }) => showRun(await sessions.open(), run),
    samples: async ({ run, position }) => browseSamples(await sessions.open(), run, position),
    verify: async ({ as_of }) => verifySeals(await sessions.open(), as_of),
    retire: async ({ as_of }) => retireSnapshots(await sessions.open(), as_of),
    export: async (request) => exportTrainingSet(await sessions.open(), request),
    compare: async ({ from, to }) => compareSnapshots(await sessions.open(), from, to),
    history: async ({ run }) => browseHistory(await sessions.open(), run),
    validate: async (request) => validateRequested(await sessions.open(), request),
    check: async (request) => checkDrops(await sessions.open(), request),
    doctor: async () => ({ checks: await doctor(settings, sessions.open) }),
    db: async ({ action }) => serverCommand(settings, action),
    cancel: async () => ({ cancelled: cancel(cancelled("interrupted")) }),
  };

  return {
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

/** One session for all requests; a failed attempt to open it is forgotten, so that the next request tries again. */
function sharedSession(settings: Settings): { open(): Promise<Session>; close(): Promise<void> } {
  let opening: Promise<Session> | null = null;
  return {
    open() {
      opening ??= openSession(settings).catch((error) => {
        opening = null;
        throw error;
      });
      return opening;
    },
    async close() {
      const session = await opening?.catch(() => null);
      await session?.close();
    },
  };
}

function busy(): ConsoleError {
  return new ConsoleError("locked", "This console is running a month already.", {
    hint: "Wait until it is done, or cancel it.",
  });
}
