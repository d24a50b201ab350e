import { type ConsoleError, metLater } from "../../core/errors.ts";
import { askNodes, unreachableNodes } from "../../postgres/cluster/recovery.ts";
import type { Sql } from "../../postgres/connection/connect.ts";
import { openDatabase } from "../../postgres/connection/open.ts";

/** So long nothing is heard of the work before nodes are asked whether they are there. */
const quietMs = 2_000;
const lookAgainMs = 1_000;
/** So long a node may answer nothing: one that swaps, or whose disk stands still, may come back. */
const patienceMs = 15_000;

export interface Watched {
  url: string;
  tell?: ((text: string) => void) | undefined;
  /** Let go of the connection that works: a coordinator that waits for a node which does not answer hears of no cancel. */
  letGo(): void;
}

/** Nodes of a cluster that are asked, for as long as somebody works with them and nothing is heard of it. */
export interface Silence extends AsyncDisposable {
  heard(): void;
  /** Why the work was given up; null where it was not. */
  readonly reason: ConsoleError | null;
  /** What the work comes to, unless it is given up first. */
  during<Result>(work: Promise<Result>): Promise<Result>;
}

/** Tell it when nodes answer nothing while they are worked with, and give the work up once that has lasted. */
export function watchNodes({ url, tell, letGo }: Watched): Silence {
  const givenUp = Promise.withResolvers<never>();
  let [heard, silentSince]: [number, number | null] = [performance.now(), null];
  let [reason, opened]: [ConsoleError | null, Sql | null] = [null, null];
  let [isLooking, isOver] = [false, false];
  const ask = async () => {
    opened ??= await openDatabase(url, { max: 1, once: true });
    return isOver ? [] : (await askNodes(opened)).filter(({ answers }) => !answers);
  };
  const look = async () => {
    const began = performance.now();
    const silent = await ask();
    isLooking = false;
    if (isOver || heard > began || silent.length === 0) {
      silentSince = null;
      return;
    }
    const error = unreachableNodes(silent);
    if (silentSince === null) tell?.(`${error.title} What waits for it is given up in ${patienceMs / 1_000} s.`);
    silentSince ??= began;
    if (performance.now() - silentSince < patienceMs) return;
    reason = error;
    clearInterval(timer);
    givenUp.reject(error);
    letGo();
  };
  const timer = setInterval(() => {
    if (isLooking || performance.now() - heard < quietMs) return;
    isLooking = true;
    // Where there is no connection left for that, the work does without.
    look().catch(() => clearInterval(timer));
  }, lookAgainMs);
  void metLater(givenUp.promise);
  return {
    heard() {
      heard = performance.now();
    },
    get reason() {
      return reason;
    },
    during: (work) => Promise.race([metLater(work), givenUp.promise]),
    async [Symbol.asyncDispose]() {
      isOver = true;
      clearInterval(timer);
      await opened?.end({ timeout: 1 });
    },
  };
}
