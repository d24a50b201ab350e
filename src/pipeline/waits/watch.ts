import { ownSessions } from "../../postgres/target/own-sessions.ts";
import { exchanged } from "../session/reach.ts";
import type { Outside } from "./outside.ts";
import type { Wait } from "./waits.ts";

/** So long nothing is heard of a request, and in a session, before it is looked whether that waits for others. */
const quietMs = 1_500;
const lookAgainMs = 500;
/** The same once there was no connection left to look by. */
const tryAgainMs = 60_000;

/** Looks after all that is asked of a pipeline. */
export interface WaitWatch {
  /** Work that may wait for what somebody else has locked, until it is over: for long, such as a dump of the database takes. */
  during<Result>(work: (heard: Heard) => Promise<Result>): Promise<Result>;
}

/** Something was heard of the work: it does not wait. */
type Heard = () => void;

/**
 * Tell it when one of our sessions waits for what somebody else has locked, whichever request it works for: they share their
 * sessions, and wait for the same. Most are answered before anybody has to look.
 */
export function watchWaits(tell: (text: string) => void): WaitWatch {
  /** What is under way, and when it was heard of last. */
  const underWay = new Map<Heard, number>();
  let timer: Timer | undefined;
  let outside: Outside | null = null;
  let told: string | null = null;
  let isLooking = false;
  let blindUntil = 0;

  const say = (wait: Wait | null) => {
    if (wait !== null && told !== wait.who) tell(wait.text);
    if (wait === null && told !== null) tell(`The wait for ${told} is over.`);
    told = wait?.who ?? null;
  };
  const letGo = async () => {
    const former = outside;
    outside = null;
    await former?.[Symbol.asyncDispose]();
  };
  const look = async () => {
    const [{ fromOutside }, { waitOf }] = await Promise.all([import("./outside.ts"), import("./waits.ts")]);
    const ours = ownSessions();
    const [first] = ours;
    if (first === undefined || underWay.size === 0) return;
    outside ??= fromOutside(first.url);
    const wait = await waitOf(await outside.connection(), ours);
    if (underWay.size > 0) say(wait);
  };
  const lookIfQuiet = async () => {
    // What came while code was loaded, or on a busy machine, counts as heard.
    await exchanged();
    const now = performance.now();
    if (isLooking || now < blindUntil) return;
    const isSilent = (heard: number) => now - heard >= quietMs;
    const mayWait = [...underWay.values()].some(isSilent) && ownSessions().some(({ heard }) => isSilent(heard));
    if (told === null && !mayWait) return;
    isLooking = true;
    try {
      await look();
    } catch {
      // It is told by whoever works if there is no server any more. A look that was broken off at the end of the work is no
      // sign of that: the next work may come at once.
      if (outside !== null) blindUntil = performance.now() + tryAgainMs;
      await letGo();
    } finally {
      isLooking = false;
    }
  };
  return {
    async during(work) {
      const heard = () => void underWay.set(heard, performance.now());
      heard();
      timer ??= setInterval(lookIfQuiet, lookAgainMs);
      try {
        return await work(heard);
      } finally {
        underWay.delete(heard);
        if (underWay.size === 0) {
          clearInterval(timer);
          timer = undefined;
          say(null);
          await letGo();
        }
      }
    },
  };
}
