import { ConsoleError } from "../core/errors.ts";
import type { RunEvent } from "../core/events.ts";
import type { Replies, Request, RequestKind, RequestOf } from "../core/requests.ts";
import type { Settings } from "../core/settings.ts";
import { translate } from "../postgres/errors.ts";
import { browseMonths, browseRuns, browseSnapshots, showRun } from "./browse.ts";
import { cancelled } from "./context.ts";
import { openSession, type Session } from "./session.ts";

/** Serves a front end's requests over one session, which is opened by the first request that needs it. */
export interface Service {
  /** What came in, not checked yet: what it is sure to need is begun, while that which checks it is loaded. */
  prepare(said: unknown): void;
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

  const { open } = sessions;
  // The driver and its kin are most of what is loaded at first, the expectations and the reader most of the rest; so what
  // few requests need is loaded by the first of them, while the session is opened.
  const handlers: Handlers = {
    async run(request, onEvent) {
      if (abort !== null) throw busy();
      abort = new AbortController();
      try {
        const { runMonths } = await import("./runs.ts");
        return { exit_code: await runMonths(open, request, onEvent, abort.signal) };
      } finally {
        abort = null;
      }
    },
    months: async () => browseMonths(await open()),
    snapshots: async () => browseSnapshots(await open()),
    runs: async () => browseRuns(await open()),
    show: async ({ run }) => showRun(await open(), run),
    samples: async ({ run, position }) => {
      const { browseSamples } = await import("./samples.ts");
      return browseSamples(await open(), run, position);
    },
    history: async ({ run }) => {
      const { browseHistory } = await import("./history.ts");
      return browseHistory(await open(), run);
    },
    verify: async ({ as_of }) => {
      const { verifySeals } = await import("./verify.ts");
      return verifySeals(await open(), as_of);
    },
    retire: async ({ as_of }) => {
      const { retireSnapshots } = await import("./retire.ts");
      return retireSnapshots(await open(), as_of);
    },
    export: async (request) => {
      const { exportTrainingSet } = await import("./export.ts");
      return exportTrainingSet(await open(), request);
    },
    compare: async ({ from, to }) => {
      const { compareSnapshots } = await import("./compare.ts");
      return compareSnapshots(await open(), from, to);
    },
    validate: async (request) => {
      const { validateRequested } = await import("./validation.ts");
      return validateRequested(await open(), request);
    },
    check: async (request) => {
      const { checkDrops } = await import("./check.ts");
      return checkDrops(await open(), request);
    },
    doctor: async () => {
      const { doctor } = await import("./doctor.ts");
      return { checks: await doctor(settings, open) };
    },
    partition: async () => {
      const { partitionSnapshots } = await import("./partition.ts");
      const { doctor } = await import("./doctor.ts");
      const converted = await partitionSnapshots(await open());
      return { converted, checks: await doctor(settings, open) };
    },
    db: async ({ action }) => {
      const { serverCommand } = await import("./server-command.ts");
      return serverCommand(settings, action);
    },
    cancel: async () => ({ cancelled: cancel(cancelled("interrupted")) }),
  };

  return {
    prepare(said) {
      // Only a head start: a failure is told by the request itself.
      if (!databaseless.has(kindOf(said))) open().catch(() => {});
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
