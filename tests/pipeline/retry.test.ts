import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { metLater } from "../../src/core/errors.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { runMonths } from "../../src/pipeline/run/series.ts";
import { reachDatabase } from "../../src/pipeline/session/reach.ts";
import { openSession, type Session } from "../../src/pipeline/session/session.ts";
import { whoami } from "../../src/pipeline/session/whoami.ts";
import { cancelled } from "../../src/pipeline/stages/cancel.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { backendPid, lockHolder, tryLock } from "../../src/postgres/connection/lock.ts";
import { closeRun, openRun } from "../../src/postgres/ledger/records.ts";
import { foundInStage } from "../../src/postgres/live/stage.ts";
import { blockWrites } from "../helpers/block-writes.ts";
import { emptied, migrated } from "../helpers/database.ts";
import { type DropFolder, dropFolder, smallDrop } from "../helpers/drops.ts";
import { whoWaits } from "../helpers/held-commits.ts";
import { lastOf, openedAs, type RunFlags, runRequest } from "../helpers/pipeline.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";
import { startingServer } from "../helpers/starting-server.ts";

/** What fails by something that passes by itself is run again; nothing else is. */

setDefaultTimeout(60_000);

let database: TestDatabase;
let drops: DropFolder;
let sql: Sql;
let session: Session;
beforeAll(async () => {
  database = await testDatabase(migrated);
  ({ sql } = database);
  drops = dropFolder();
  for (const index of [0, 1]) drops.write(`month_00${index}`, smallDrop(["u1", "u2"], index));
  session = await openSession(await reachDatabase(settings()));
});
afterAll(async () => {
  await session.close();
  drops.remove();
  await database.drop();
});
beforeEach(() => emptied(sql));

const settings = () => ({ data: drops.path, home: `${drops.path}/home`, database: database.url });

interface Ran {
  exit: number;
  events: RunEvent[];
  /** The last words of all runs, in short. */
  words: string[];
}

const soon = [1, 2, 3];

async function run(
  months: string[],
  { pauses = soon, flags = {}, onEvent = () => {}, signal = new AbortController().signal }: Partial<Means> = {},
): Promise<Ran> {
  const events: RunEvent[] = [];
  const hear = (event: RunEvent) => {
    events.push(event);
    onEvent(event);
  };
  const exit = await runMonths(openedAs(session), runRequest(months, flags), hear, signal, pauses);
  return { exit, events, words: wordsIn(events) };
}

interface Means {
  pauses: number[];
  flags: RunFlags;
  onEvent(event: RunEvent): void;
  signal: AbortSignal;
}

function wordsIn(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.event === "run.finished") return [`${event.run} ${event.status}`];
    if (event.event === "run.failed") return [`${event.run} ${event.code}`];
    return event.event === "run.retried" ? [`${event.run} ${event.code}, ${event.next} of ${event.tries}`] : [];
  });
}

async function ledger(): Promise<string[]> {
  const rows = await sql`select run, status, failure_code from console.runs order by run`;
  return rows.map(({ run, status, failure_code }) => [run, status, failure_code].filter(Boolean).join(" "));
}

/** The end of a month's run raises this, so many times. */
async function raising(state: string, times: number): Promise<AsyncDisposable> {
  await sql.unsafe(`
    create sequence raised;
    create function raise_once() returns trigger language plpgsql as $$ begin
      if nextval('raised') <= ${times} then raise exception 'as if' using errcode = '${state}'; end if;
      return new;
    end $$;
    create trigger raise_once before update on console.runs for each row
      when (new.status in ('published', 'dry_run') and old.status = 'running') execute function raise_once()`);
  return {
    async [Symbol.asyncDispose]() {
      await sql.unsafe("drop trigger raise_once on console.runs; drop function raise_once; drop sequence raised");
    },
  };
}

describe("an error that others are to blame for", () => {
  test.each(["40P01", "40001"])("%s: the month is run again, and each try is in the ledger", async (state) => {
    await using _ = await raising(state, 2);
    const { exit, words, events } = await run(["month_000"]);
    expect(words).toEqual(["1 database_error, 2 of 4", "2 database_error, 3 of 4", "3 published"]);
    expect(lastOf(events, "run.retried")).toMatchObject({ month: "month_000", stage: "snapshot", seconds: 0.002 });
    expect(exit).toBe(0);
    expect(await ledger()).toEqual(["1 failed database_error", "2 failed database_error", "3 published"]);
  });

  test("that does not pass is told after the fourth try", async () => {
    await using _ = await raising("40P01", 9);
    const { exit, words } = await run(["month_000"]);
    expect(words.map((word) => word.split(", ")[1] ?? word)).toEqual([
      "2 of 4",
      "3 of 4",
      "4 of 4",
      "4 database_error",
    ]);
    expect(exit).toBe(3);
  });

  test("of one month leaves those that were published before it alone, and the next one all its tries", async () => {
    await using _ = await raising("40001", 3);
    const { words } = await run(["month_000", "month_001"]);
    expect(words).toEqual([
      ...["1 database_error, 2 of 4", "2 database_error, 3 of 4", "3 database_error, 4 of 4", "4 published"],
      "5 published",
    ]);
  });

  test.each(["57014", "23514", "53100", "42501", "55P03", "XX000"])("%s is no such error", async (state) => {
    await using _ = await raising(state, 1);
    expect((await run(["month_000"])).words).toHaveLength(1);
    expect(await ledger()).toHaveLength(1);
  });
});

describe("a connection that is lost", () => {
  let pipeline: Pipeline;
  beforeEach(() => {
    pipeline = startPipeline(settings());
  });

  async function lostAt(table: string, months: string[], flags: RunFlags = {}): Promise<string[]> {
    const events: RunEvent[] = [];
    const writes = await blockWrites(database.url, table);
    const ran = pipeline.call(runRequest(months, flags), (event) => events.push(event));
    const backend = await whoWaits(sql, "Lock");
    expect(await lockHolder(sql, "streamflow")).toBe(backend);
    await sql`select pg_terminate_backend(${backend}::int)`;
    while (lastOf(events, "run.retried") === undefined) await sql`select 1`;
    await writes.release();
    expect(await ran).toEqual({ exit_code: 0 });
    await pipeline.close();
    return wordsIn(events);
  }

  test("in the middle of a month: it is run again, on another", async () => {
    expect(await lostAt("labels", ["month_000"])).toEqual(["1 database_lost, 2 of 4", "2 published"]);
    expect(await ledger()).toEqual(["1 failed database_lost", "2 published"]);
  });

  test("in a dry run: it is told once, and run again once it is over", async () => {
    expect(await lostAt("labels", ["month_000"], { dry_run: true })).toEqual(["1 database_lost, 2 of 4", "2 dry_run"]);
    expect(await ledger()).toEqual(["1 failed database_lost", "2 dry_run"]);
  });

  test("between two months, with the lock: noticed, and what is published is not run again", async () => {
    let isEnded = false;
    const ended = async () => {
      const holder = await lockHolder(sql, "streamflow");
      await sql`select pg_terminate_backend(${holder ?? 0}::int, 5000)`;
    };
    let ending = Promise.resolve();
    const onEvent = ({ event }: RunEvent) => {
      if (event !== "run.finished" || isEnded) return;
      isEnded = true;
      ending = ended();
    };
    const { exit, words } = await run(["month_000", "month_001"], { onEvent });
    await ending;
    expect(words.filter((word) => word.endsWith("published"))).toHaveLength(2);
    expect(words[0]).toBe("1 published");
    expect(words.at(-1)).toEndWith("published");
    expect(exit).toBe(0);
    await pipeline.close();
  });
});

test("a pause is over at once when the run is cancelled", async () => {
  await using _ = await raising("40P01", 1);
  const abort = new AbortController();
  const onEvent = ({ event }: RunEvent) => event === "run.retried" && abort.abort(cancelled("interrupted"));
  const { words, exit } = await run(["month_000"], { pauses: [600_000], onEvent, signal: abort.signal });
  expect(words).toEqual(["1 database_error, 2 of 2", "null interrupted"]);
  expect(exit).toBe(130);
});

test("what a try left in the stage is taken away when no other one comes", async () => {
  await using _ = await raising("40P01", 1);
  const abort = new AbortController();
  const lost = async () => {
    // Were its connection there, the run would empty the stage itself.
    const holder = await lockHolder(sql, "streamflow");
    await sql`select pg_terminate_backend(${holder ?? 0}::int, 5000)`;
    abort.abort(cancelled("interrupted"));
  };
  let losing = Promise.resolve();
  const onEvent = ({ event }: RunEvent) => {
    if (event === "run.retried") losing = lost();
  };
  const { exit } = await run(["month_000"], { pauses: [600_000], onEvent, signal: abort.signal });
  await losing;
  expect(exit).toBe(130);
  expect(await foundInStage(sql, session.tables)).toEqual({ full: [], built: [] });
});

test.each(["labels", "users"])("a stage whose %s could not be emptied is emptied at the second go", async (table) => {
  await run(["month_000"]);
  await sql.unsafe(`
    create sequence emptied;
    create function refuse_once() returns trigger language plpgsql as $$ begin
      if nextval('emptied') = 1 then raise query_canceled; end if;
      return null;
    end $$;
    create trigger refuse_once before truncate on stage.${table} for each statement execute function refuse_once()`);
  try {
    expect((await run(["month_001"])).exit).toBe(0);
    expect(await foundInStage(sql, session.tables)).toEqual({ full: [], built: [] });
  } finally {
    await sql.unsafe("drop function refuse_once cascade; drop sequence emptied");
  }
});

test("a session that a run of ours lost is waited for, though the run's end is recorded", async () => {
  const lost = connect(database.url);
  expect(await tryLock(lost, "streamflow")).toBe(true);
  const backend_pid = await backendPid(lost);
  const opening = { dataset: "streamflow", month: "month_000", as_of: "2024-01-31", mode: "publish" } as const;
  await closeRun(sql, await openRun(sql, { ...opening, backend_pid, ...whoami() }), "failed", []);
  // For longer than somebody is waited for who is at work on no run.
  const ending = lost`select pg_sleep(1.2), pg_terminate_backend(pg_backend_pid())`.catch(() => null);
  expect((await run(["month_000"])).words).toEqual(["2 published"]);
  await ending;
  await lost.end();
});

test("no further try is told of once the run is cancelled while its failure is recorded", async () => {
  await using _ = await raising("40P01", 1);
  await sql.unsafe(`
    create function wait_for_leave() returns trigger language plpgsql as $$ begin
      perform pg_advisory_xact_lock(4711);
      return new;
    end $$;
    create trigger wait_for_leave before update on console.runs for each row
      when (new.status = 'failed') execute function wait_for_leave()`);
  const holder = await sql.reserve();
  try {
    await holder`select pg_advisory_lock(4711)`;
    const abort = new AbortController();
    const ran = run(["month_000"], { pauses: [9_000], signal: abort.signal });
    await whoWaits(holder, "Lock");
    abort.abort(cancelled("interrupted"));
    await holder`select pg_advisory_unlock(4711)`;
    const { words, exit } = await ran;
    expect(words).toEqual(["null interrupted"]);
    expect(exit).toBe(130);
    const [row] = await holder`select failure_hint from console.runs`;
    expect(row?.failure_hint).toBe("Nothing was published. Try 2 of 2 was to follow after 9.0 s.");
  } finally {
    await holder.unsafe("drop trigger wait_for_leave on console.runs; drop function wait_for_leave");
    holder.release();
  }
});

interface Watching {
  onEvent?(): void;
  onReached?(): Promise<void>;
}

describe("a server", () => {
  async function reaching(
    url: string,
    { onEvent = () => {}, onReached = async () => {} }: Watching = {},
  ): Promise<Ran> {
    const events: RunEvent[] = [];
    const opening = () => {
      const reached = metLater(
        reachDatabase({ ...settings(), database: url }).then(async (found) => {
          await onReached();
          return found;
        }),
      );
      return { reached, opened: metLater(reached.then(openSession)) };
    };
    const tried: ReturnType<typeof opening>[] = [];
    const again = () => {
      const next = opening();
      tried.push(next);
      return next;
    };
    const { signal } = new AbortController();
    const exit = await runMonths(
      { first: again(), again, tell: () => {} },
      runRequest(["month_000"]),
      (e) => {
        events.push(e);
        onEvent();
      },
      signal,
      soon,
    );
    for (const { opened } of tried) await opened.then((one) => one.close()).catch(() => undefined);
    return { exit, events, words: wordsIn(events) };
  }

  test("that is starting is tried again until it lets us in", async () => {
    const door = await startingServer(database.url, 2);
    const { words, exit } = await reaching(door.url);
    await door.close();
    expect(words).toEqual(["null database_unreachable, 2 of 4", "null database_unreachable, 3 of 4", "1 published"]);
    expect(exit).toBe(0);
  });

  test("that was there, and is not any more, is tried each time", async () => {
    const tries = ["2 of 4", "3 of 4", "4 of 4"].map((which) => `null database_unreachable, ${which}`);
    const starting = await startingServer(database.url, 1);
    const { words } = await reaching(starting.url, { onEvent: () => void starting.close() });
    expect(words).toEqual([...tries, "null database_unreachable"]);
    const leaving = await startingServer(database.url, 0);
    const ran = await reaching(leaving.url, { onReached: () => leaving.close() });
    expect(ran.words.map((word) => word.replace("lost", "unreachable"))).toEqual([
      ...tries,
      "null database_unreachable",
    ]);
  });

  test("that is not there is tried once", async () => {
    const door = await startingServer(database.url, 0);
    await door.close();
    expect((await reaching(door.url)).words).toEqual(["null database_unreachable"]);
  });
});
