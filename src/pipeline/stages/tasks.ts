import {
  leaveDurabilityToOthers,
  type Sql,
  type Transaction,
  writeExactly,
} from "../../postgres/connection/connect.ts";
import { isLost } from "../../postgres/connection/errors.ts";
import { backendPid, cancelBackend } from "../../postgres/connection/lock.ts";

/** Something that is done once, by whichever of a run's connections is free first. */
export interface Task<Result> {
  /** Does not begin it: see `Tasks.result`. */
  readonly done: Promise<Result>;
  readonly isDone: boolean;
}

interface Waiting {
  task: Task<unknown>;
  work(tx: Transaction): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

const againAfterMs = 50;

/** Milliseconds that the second connection may take to begin: so long at most a run waits for it in vain. */
const patienceMs = 1_000;

const tooLate = new Error("the second connection did not begin in time");

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
  /** Resolves when the second connection was lost, and what it had begun waits again. */
  readonly #returned = Promise.withResolvers<void>();

  /** `side` is null where all is done by the run's own connection. */
  constructor(side: Sql | null) {
    this.#side = side;
  }

  add<Result>(work: (tx: Transaction) => Promise<Result>): Task<Result> {
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

  /** Its result: it is done on this connection if nobody has begun it, as are others while it is waited for. */
  async result<Result>(task: Task<Result>, tx: Transaction): Promise<Result> {
    const own = this.#waiting.findIndex((one) => one.task === task);
    if (own !== -1) {
      const [waiting] = this.#waiting.splice(own, 1);
      await waiting?.work(tx).then(waiting.resolve, waiting.reject);
      return task.done;
    }
    while (!task.isDone) {
      // The last one first, since beside the first ones are.
      const other = this.#waiting.pop();
      await (other === undefined
        ? Promise.race([task.done, this.#returned.promise])
        : other.work(tx).then(other.resolve, other.reject));
    }
    return task.done;
  }

  /** Nothing more is begun beside; what is under way there is stopped, by way of another connection, and waited for. */
  async stop(canceller: Sql): Promise<void> {
    this.#side = null;
    const isOver = this.#beside?.then(() => true) ?? true;
    do await this.cancelStatement(canceller);
    while (!(await Promise.race([isOver, Bun.sleep(againAfterMs)])));
  }

  /** Stop the statement that is under way beside, if there is one. */
  async cancelStatement(canceller: Sql): Promise<void> {
    if (this.#pid !== null) await cancelBackend(canceller, this.#pid).catch(() => undefined);
  }

  async #workBeside(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { side, waiting } = next;
      let isBegun = false;
      const working = side.begin("isolation level read committed", async (tx) => {
        if (this.#side === null) throw tooLate;
        isBegun = true;
        [this.#pid] = await Promise.all([backendPid(tx), writeExactly(tx), leaveDurabilityToOthers(tx)]);
        return { value: await waiting.work(tx) };
      });
      working.catch(() => {});
      // A pooler may have no connection to give while the run's transaction holds one.
      await Promise.race([working.catch(() => {}), Bun.sleep(patienceMs)]);
      try {
        if (!isBegun) throw tooLate;
        waiting.resolve((await working).value);
      } catch (error) {
        if (error === tooLate || isLost(error)) {
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
