import { connect, type Queryable, type Sql, type Transaction, writeExactly } from "./connect.ts";

/** Connections that all see one and the same state of the database. */
export interface View {
  /** Do it on the next of them that is free. */
  run<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
}

/** Most servers have two processors at least, and a query of ours keeps one or two of them busy. */
const lanes = 2;

/** Read in one view of the database, two queries at a time (PostgreSQL manual, "Snapshot Synchronization Functions"). */
export async function inOneView<Result>(url: string, work: (view: View) => Promise<Result>): Promise<Result> {
  const sql = connect(url, { max: lanes });
  try {
    return await reading(sql, async (first) => {
      const [exported] = await first<{ name: string }[]>`select pg_export_snapshot() as name`;
      const view = new Lanes();
      const join = (tx: Transaction) => view.add(tx);
      const others = Array.from({ length: lanes - 1 }, () =>
        reading(sql, async (other) => {
          await other`set transaction snapshot ${other.unsafe(`'${exported?.name}'`)}`;
          await join(other);
        }),
      );
      const mine = join(first);
      try {
        return await Promise.race([work(view), failing(others)]);
      } finally {
        view.close();
        await Promise.allSettled([mine, ...others]);
      }
    });
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** A view of what one connection sees: one thing after the other. */
export function viewOf(sql: Queryable): View {
  const view = new Lanes();
  view.add(sql);
  return view;
}

class Lanes implements View {
  readonly #idle: Queryable[] = [];
  readonly #waiting: PromiseWithResolvers<Queryable>[] = [];
  readonly #closed = Promise.withResolvers<void>();

  /** Resolves when the lane is needed no more. */
  add(lane: Queryable): Promise<void> {
    this.#free(lane);
    return this.#closed.promise;
  }

  async run<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    const lane = this.#idle.pop() ?? (await this.#next());
    try {
      return await work(lane);
    } finally {
      this.#free(lane);
    }
  }

  /** What has not begun by now never will. */
  close(): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Error("the view of the database is closed"));
    this.#closed.resolve();
  }

  #next(): Promise<Queryable> {
    const turn = Promise.withResolvers<Queryable>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  #free(lane: Queryable): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(lane);
    else next.resolve(lane);
  }
}

/** Rejects with the first of them; never resolves. */
function failing(others: readonly Promise<unknown>[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const other of others) other.catch(reject);
  });
}

async function reading<Result>(sql: Sql, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  await sql.begin("isolation level repeatable read read only", async (tx) => {
    await writeExactly(tx);
    result = { value: await work(tx) };
  });
  if (result === undefined) throw new Error("a transaction ended without its work");
  return result.value;
}
