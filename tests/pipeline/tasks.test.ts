import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { codeOf } from "../../src/core/errors.ts";
import { Tasks } from "../../src/pipeline/stages/tasks.ts";
import { connect, type Sql, type Transaction } from "../../src/postgres/connection/connect.ts";
import { backendPid } from "../../src/postgres/connection/lock.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** What a run has others do beside: who does it, in which order, and what becomes of it when they are lost or in the way. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let main: Sql;
let side: Sql;
let other: Sql;
let tasks: Tasks;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql`create table held (i int); create table done (what text, pid int)`.simple();
});
afterAll(() => database.drop());
beforeEach(async () => {
  [main, side, other] = [connect(database.url), connect(database.url), connect(database.url)];
  tasks = new Tasks(side);
  await database.sql`truncate done`;
});
afterEach(async () => {
  for (const one of [main, side, other]) await one.end();
});

/** In what was done, whose connection did it. */
async function doneBy(): Promise<string[]> {
  const [ours, theirs] = [await backendPid(main), await backendPid(side)];
  const rows = await database.sql<{ what: string; pid: number }[]>`select what, pid from done order by ctid`;
  return rows.map(({ what, pid }) => `${what} ${pid === ours ? "here" : pid === theirs ? "beside" : "elsewhere"}`);
}

const noted = (what: string) => async (tx: Transaction) => {
  await tx`insert into done values (${what}, pg_backend_pid())`;
  return what;
};

/** A task that is under way beside, until it is let go. */
async function underWay(what: string) {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const task = tasks.add(async (tx) => {
    begun.resolve();
    await gate.promise;
    return noted(what)(tx);
  });
  await begun.promise;
  return { task, letGo: () => gate.resolve() };
}

const codeOfFailure = (work: Promise<unknown>) => work.then(() => "none", codeOf);

/** Resolves once a session of this database waits for a lock. */
async function somebodyWaits(pid: number): Promise<void> {
  for (let waits = false; !waits; ) {
    const rows = await database.sql`
      select from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`;
    waits = rows.length > 0;
  }
}

test("beside, tasks are done as they come, each in a transaction of its own", async () => {
  const added = ["a", "b", "c"].map((what) => tasks.add(noted(what)));
  const failing = tasks.add((tx) => tx`insert into done select 'd', 1 / 0`);
  await Promise.all(added.map(({ done }) => done));
  expect(await codeOfFailure(failing.done)).toBe("22012");
  expect(await doneBy()).toEqual(["a beside", "b beside", "c beside"]);
});

test("where there is no other connection, the run's own does each when it is asked for", async () => {
  const alone = new Tasks(null);
  const [first, second] = [alone.add(noted("a")), alone.add(noted("b"))];
  await main.begin(async (tx) => {
    expect(await alone.result(second, tx)).toBe("b");
    expect([first.isDone, second.isDone]).toEqual([false, true]);
    expect(await alone.result(first, tx)).toBe("a");
  });
  expect(await doneBy()).toEqual(["b here", "a here"]);
});

test("what nobody has begun is done at once, and the last of the others while one is waited for", async () => {
  const { task, letGo } = await underWay("a");
  const [, wanted] = [tasks.add(noted("b")), tasks.add(noted("c"))];
  tasks.add(async (tx) => {
    await noted("d")(tx);
    letGo();
  });
  await main.begin(async (tx) => {
    await tasks.result(wanted, tx);
    await tasks.result(task, tx);
  });
  // Whoever came first did what was left.
  const order = (await doneBy()).filter((what) => !/^[ab]/.test(what));
  expect(order).toEqual(["c here", "d here"]);
});

describe("the second connection", () => {
  test("is lost: what it had begun is undone, and done again by the run's own", async () => {
    const theirs = await backendPid(side);
    let times = 0;
    const task = tasks.add(async (tx) => {
      await noted("a")(tx);
      if (++times === 1) await other`select pg_terminate_backend(${theirs}::int)`;
      await tx`select 1`;
      return times;
    });
    const next = tasks.add(noted("b"));
    const results = await main.begin(async (tx) => [await tasks.result(task, tx), await tasks.result(next, tx)]);
    expect(results).toEqual([2, "b"]);
    expect((await doneBy()).toSorted()).toEqual(["a here", "b here"]);
  });

  test("is lost while the run waits for it", async () => {
    const theirs = await backendPid(side);
    const waited = Promise.withResolvers<void>();
    const task = tasks.add(async (tx) => {
      await waited.promise;
      return noted("a")(tx);
    });
    await main.begin(async (tx) => {
      const result = tasks.result(task, tx);
      await other`select pg_terminate_backend(${theirs}::int)`;
      waited.resolve();
      expect(await result).toBe("a");
    });
    expect(await doneBy()).toEqual(["a here"]);
  });

  test("does not begin in time: the run goes on without it, and it begins nothing later", async () => {
    const isTaken = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const busy = side.begin(async () => {
      isTaken.resolve();
      await letGo.promise;
    });
    await isTaken.promise;
    const [first, second] = [tasks.add(noted("a")), tasks.add(noted("b"))];
    await main.begin(async (tx) => {
      expect([await tasks.result(first, tx), await tasks.result(second, tx)]).toEqual(["a", "b"]);
    });
    letGo.resolve();
    await busy;
    // Behind what was to begin there.
    await side`select 1`;
    expect((await doneBy()).toSorted()).toEqual(["a here", "b here"]);
  });

  test("waits for a lock of somebody who waits for the run: the server finds the circle", async () => {
    const thirds = await backendPid(other);
    await other`begin`;
    await other`lock table held`;
    const ends = await main.begin(async (tx) => {
      await tx`lock table done`;
      const third = codeOfFailure(Promise.resolve(other`select from done`).finally(() => other`rollback`));
      await somebodyWaits(thirds);
      const task = tasks.add((inner) => inner`select from held`);
      const run = await codeOfFailure(tx.savepoint((inner) => tasks.result(task, inner)));
      if (run !== "none") await tx`rollback`;
      return [run, await third];
    });
    // Of the two who wait for each other one is told so, and the other goes on.
    expect(ends.toSorted()).toEqual(["40P01", "none"]);
  });
});

test("a run that waits is not taken for one that is idle", async () => {
  // Many times as long as what it takes to say that it is there, which on a busy machine is said late.
  await main`set idle_in_transaction_session_timeout = '10s'`;
  const ours = await backendPid(main);
  const { sql } = database;
  const task = tasks.add(async (tx) => {
    // Until it said so a few times, or is gone.
    for (const said = new Set<string | undefined>(); said.size < 6 && !said.has(undefined); ) {
      const [row] = await sql<{ at: string }[]>`
        select state_change::text as at from pg_stat_activity where pid = ${ours}`;
      said.add(row?.at);
    }
    return noted("a")(tx);
  });
  await main.begin(async (tx) => expect(await tasks.result(task, tx)).toBe("a"));
  expect(await doneBy()).toEqual(["a beside"]);
});

test("while one is waited for, the run's own connection begins with the last: beside they are begun from the first", async () => {
  const { task, letGo } = await underWay("a");
  const begun: string[] = [];
  const others = ["b", "c", "d"].map((what) =>
    tasks.add(async () => {
      begun.push(what);
    }),
  );
  const one = main.begin((tx) => tasks.result(task, tx));
  await Promise.all(others.map(({ done }) => done));
  letGo();
  expect(await one).toBe("a");
  expect(begun).toEqual(["d", "c", "b"]);
});

test("what fails on the run's own connection is told at once, whatever was asked for", async () => {
  const { task, letGo } = await underWay("a");
  const failing = tasks.add((tx) => tx`select 1 / 0`);
  const told = main.begin(async (tx) => {
    await tasks.result(task, tx);
    await tx`select 1`;
  });
  // By its own code, and not that of a transaction that can do nothing more.
  expect(await codeOfFailure(told)).toBe("22012");
  expect(await codeOfFailure(failing.done)).toBe("22012");
  letGo();
  await task.done;
});

describe("to stop", () => {
  test("ends the statement that is under way beside, and begins none of the others", async () => {
    const theirs = await backendPid(side);
    const begun = Promise.withResolvers<void>();
    const task = tasks.add(async (tx) => {
      begun.resolve();
      // Over long after the test, unless it is stopped.
      await tx`select pg_sleep(600)`;
    });
    const never = tasks.add(noted("never"));
    await begun.promise;
    await tasks.stop(other);
    expect(await codeOfFailure(task.done)).toBe("57014");
    expect(never.isDone).toBe(false);
    expect(await doneBy()).toEqual([]);
    const [row] = await database.sql`select state from pg_stat_activity where pid = ${theirs}`;
    expect(row).toEqual({ state: "idle" });
  });

  test("is over at once where nothing is beside, or nothing any more", async () => {
    await new Tasks(null).stop(other);
    await tasks.add(noted("a")).done;
    await tasks.stop(other);
    expect(await doneBy()).toEqual(["a beside"]);
  });
});
