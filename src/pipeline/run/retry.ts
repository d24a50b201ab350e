import type { ConsoleError } from "../../core/errors.ts";
import { formatDuration } from "../../core/format.ts";
import type { EventBody, Stage } from "../../core/messages/events.ts";
import type { Session } from "../session/session.ts";

/** Milliseconds before each further try, ever longer: a server that crashed needs some seconds to start again. */
export const pausesMs: readonly number[] = [500, 2_000, 8_000];

/** What stopped a series of months, and when it is tried again; null where that is its last word. */
export interface Stopped {
  error: ConsoleError;
  again: Again | null;
  /** Writes into the ledger what its server was not there for, once the next try has the lock. */
  recordLate?(session: Session): Promise<void>;
}

/** A further try: the pause before it, and that it is the `next` of so many `tries`. */
interface Again {
  pauseMs: number;
  hint: string;
  /** The same for the ledger, where it is read later, whether that try came or was called off. */
  recorded: string;
  next: number;
  tries: number;
}

/** What is told of a run that is tried again. */
export function retried(
  { code, title }: ConsoleError,
  { pauseMs, hint, next, tries }: Again,
  where: { month?: string; stage: Stage | null },
): EventBody {
  return { event: "run.retried", ...where, code, title, hint, seconds: pauseMs / 1_000, next, tries };
}

/** Which failures of a request are tried again, and how often: three times for each month, and nothing once it was cancelled. */
export class Retries {
  #used = 0;
  #wasReached = false;
  readonly #pauses: readonly number[];
  readonly #signal: AbortSignal;

  constructor(pauses: readonly number[], signal: AbortSignal) {
    this.#pauses = pauses;
    this.#signal = signal;
  }

  /** From now on a server that is not there is taken for one that comes back. */
  reached(): void {
    this.#wasReached = true;
  }

  /** A month is done: the next one has all tries again. */
  done(): void {
    this.#used = 0;
  }

  /** Whether what is told now comes after a try that another one was to follow. */
  get wereMade(): boolean {
    return this.#used > 0;
  }

  /** Whether what this error stopped is to be tried again. */
  async after(error: ConsoleError): Promise<Stopped> {
    const { passesByItself } = await import("../../postgres/connection/errors.ts");
    const pauseMs = this.#pauses[this.#used];
    const isFinal = pauseMs === undefined || this.#signal.aborted || !passesByItself(error, this.#wasReached);
    if (isFinal) return { error, again: null };
    // A connection that was lost was there, and who says that it is starting up is.
    this.reached();
    this.#used++;
    const [next, tries] = [this.#used + 1, this.#pauses.length + 1];
    const [soon, which] = [formatDuration(pauseMs / 1_000), `Nothing was published. Try ${next} of ${tries}`];
    const words = { hint: `${which} begins in ${soon}.`, recorded: `${which} was to follow after ${soon}.` };
    return { error, again: { ...words, pauseMs, next, tries } };
  }
}
