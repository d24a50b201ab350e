import { codeOf, metLater } from "../../core/errors.ts";
import type { Queryable, Sql, Transaction } from "../../postgres/connection/connect.ts";
import { isLost } from "../../postgres/connection/errors.ts";
import { cancelBackend } from "../../postgres/connection/lock.ts";
import { settleBeside } from "../../postgres/connection/settings.ts";
import { stopUntil } from "./cancel.ts";

/** Something that is done once, by whichever of a run's connections is free first. */
export interface Task<Result> {
  /** Does not begin it: see `Tasks.result`. */
  readonly done: Promise<Result>;
  readonly isDone: boolean;
}

interface Waiting {
  task: Task<unknown>;
  work(tx: Transaction, isBeside: boolean): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Milliseconds that the second connection may take to begin: so long at most a run waits for it in vain. */
const patienceMs = 1_000;

const notInTime = new Error("the second connection did not begin in time");

/**
 * So long a task waits for a lock beside. Who holds it may wait for the run in turn, and the run for the task: of such a
 * circle the server sees one half only, until it is the run's own connection that waits for the lock.
 */
const lockPatience = "1s";

/** SQLSTATE lock_not_available: lock_timeout ran out. */
const lockNotAvailable = "55P03";

/** So often a transaction that waits says that it is still there: a server may end one that is idle for too long. */
const awakeMs = 250;

/** On the run's own connection. What fails is told to whoever asks for it, and here. */
async function workHere({ work, resolve, reject }: Waiting, tx: Transaction): Promise<void> {
  try {
    resolve(await work(tx, false));
  } catch (error) {
    reject(error);
    throw error;
  }
}

/**
 * What a run has to do that nobody can see yet and that needs nothing of its transaction. Beside it a second connection
 * works on the tasks as they come, each in a transaction of its own; where there is none, or it is behind, the run's own
 * connection does them when their results are needed.
 */
export class Tasks {
  readonly #waiting: Waiting[] = [];
  #side: Sql | null;
  #beside: Promise<void> | null = null;
  #pid: number | null = null;
  /** Resolves when the second connection is used no more, and what it had begun waits again. */
  readonly #returned = Promise.withResolvers<void>();

  /** `side` is null where all is done by the run's own connection. */
  constructor(side: Sql | null) {
    this.#side = side;
  }

  /** `isBeside` tells the work that it is done on the second connection, in a transaction that ends with it. */
  add<Result>(work: (tx: Transaction, isBeside: boolean) => Promise<Result>): Task<Result> {
    const { promise: done, resolve, reject } = Promise.withResolvers<Result>();
    const task = { done, isDone: false };
    // An error is told to whoever asks for the result; until then it must not pass for one that nobody handles.
    const end = () => {
      task.isDone = true;
    };
    done.then(end, end);
    this.#waiting.push({ task, work, resolve: (result) => resolve(result as Result), reject });
    this.#beside ??= this.#workBeside();
    return task;
  }

  /**
   * Its result: it is done on this connection if nobody has begun it, as are others while it is waited for. Throws what
   * one of those others throws, too: the transaction can do nothing more by then.
   */
  async result<Result>(task: Task<Result>, tx: Transaction): Promise<Result> {
    const own = this.#waiting.findIndex((one) => one.task === task);
    for (const waiting of own === -1 ? [] : this.#waiting.splice(own, 1)) await workHere(waiting, tx);
    while (!task.isDone) {
      // The last one first, since beside the first ones are.
      const other = this.#waiting.pop();
      if (other !== undefined) await workHere(other, tx);
      else if (!(await this.#endsSoon(task))) await tx`select 1`;
    }
    return task.done;
  }

  /** True once it is done, or waits again; false when that takes too long to let the server hear nothing meanwhile. */
  #endsSoon({ done }: Task<unknown>): Promise<boolean> {
    const isOver = () => true;
    const late = Bun.sleep(awakeMs).then(() => false);
    return Promise.race([done.then(isOver), this.#returned.promise.then(isOver), late]);
  }

  /** Nothing more is begun beside; what is under way there is stopped, by way of another connection, and waited for. */
  async stop(canceller: Queryable): Promise<void> {
    await stopUntil(this.#beside ?? Promise.resolve(), [() => this.cancelStatement(canceller)]);
  }

  /** Stop the statement that is under way beside, if there is one; nothing more is begun there. */
  async cancelStatement(canceller: Queryable): Promise<void> {
    this.#side = null;
    if (this.#pid !== null) await cancelBackend(canceller, this.#pid);
  }

  async #workBeside(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { side, waiting } = next;
      const begun = Promise.withResolvers<true>();
      const working = side.begin("isolation level read committed", async (tx) => {
        // Whoever is let in by a pooler may have sent this, and not be answered.
        const pid = await settleBeside(tx, lockPatience);
        if (this.#side === null) throw notInTime;
        begun.resolve(true);
        this.#pid = pid;
        return { value: await waiting.work(tx, true) };
      });
      try {
        // A pooler may have no connection to give while the run's transaction holds one.
        const late = Bun.sleep(patienceMs).then(() => false);
        if (!(await Promise.race([begun.promise, metLater(working), late]))) throw notInTime;
        waiting.resolve((await working).value);
      } catch (error) {
        if (error === notInTime || isLost(error) || codeOf(error) === lockNotAvailable) {
          // What it had done is undone, and the run can do without.
          this.#side = null;
          this.#waiting.push(waiting);
          this.#returned.resolve();
        } else waiting.reject(error);
      }
      this.#pid = null;
    }
    this.#beside = null;
  }

  #next(): { side: Sql; waiting: Waiting } | undefined {
    const waiting = this.#side === null ? undefined : this.#waiting.shift();
    return this.#side === null || waiting === undefined ? undefined : { side: this.#side, waiting };
  }
}
