import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { EventBody } from "../../src/core/messages/events.ts";
import { inStage } from "../../src/pipeline/run/publish.ts";
import { exchanged } from "../../src/pipeline/session/reach.ts";
import { cancelled, whileCancellable } from "../../src/pipeline/stages/cancel.ts";
import { openRun } from "../../src/postgres/ledger/records.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);

describe("a stage", () => {
  const framed = async (abortAt: "before" | "within" | "never") => {
    const abort = new AbortController();
    const told: EventBody["event"][] = [];
    if (abortAt === "before") abort.abort(cancelled("interrupted"));
    let isWorked = false;
    const result = await inStage(
      { stage: null, emit: ({ event }) => told.push(event), signal: abort.signal },
      "upsert",
      async () => {
        isWorked = true;
        if (abortAt === "within") abort.abort(cancelled("terminated"));
        return "done";
      },
    ).catch(({ code }) => code);
    return { result, told, isWorked };
  };

  test("begins and ends with a word", async () => {
    expect(await framed("never")).toEqual({
      result: "done",
      told: ["stage.started", "stage.finished"],
      isWorked: true,
    });
  });

  test("does not begin once the run was cancelled", async () => {
    expect(await framed("before")).toEqual({ result: "interrupted", told: [], isWorked: false });
  });

  test("is not over when the run was cancelled meanwhile", async () => {
    expect(await framed("within")).toEqual({ result: "terminated", told: ["stage.started"], isWorked: true });
  });
});

describe("work that can be cancelled", () => {
  /** Work that ends, by its statement's error, when it was stopped for the nth time. */
  function stoppable(times: number) {
    const stopped = Promise.withResolvers<never>();
    let stops = 0;
    const stop = async () => {
      if (++stops === times) stopped.reject(new Error("canceling statement due to user request"));
    };
    return { stop, work: () => stopped.promise, stops: () => stops };
  }

  test("is stopped when that happens, again and again until it is", async () => {
    const abort = new AbortController();
    const { stop, work, stops } = stoppable(3);
    const done = whileCancellable(abort.signal, [stop], work);
    abort.abort(cancelled("interrupted"));
    await expect(done).rejects.toThrow("canceling statement");
    expect(stops()).toBe(3);
  });

  test("is stopped also when that had happened before it began", async () => {
    const abort = new AbortController();
    abort.abort(cancelled("interrupted"));
    const { stop, work, stops } = stoppable(1);
    await expect(whileCancellable(abort.signal, [stop], work)).rejects.toThrow("canceling statement");
    expect(stops()).toBe(1);
  });

  test("goes on when the server cannot be asked to stop it", async () => {
    const abort = new AbortController();
    const { stop, work } = stoppable(2);
    let isRefused = false;
    const refusing = async () => {
      await stop();
      if (!isRefused) {
        isRefused = true;
        throw new Error("no connection");
      }
    };
    const done = whileCancellable(abort.signal, [refusing], work);
    abort.abort(cancelled("interrupted"));
    await expect(done).rejects.toThrow("canceling statement");
    expect(isRefused).toBe(true);
  });

  test("is left once no cancel is on its way any more, though another one failed", async () => {
    const abort = new AbortController();
    const { stop, work } = stoppable(1);
    const underWay = Promise.withResolvers<void>();
    const refused = async () => {
      await stop();
      throw new Error("canceling statement due to user request");
    };
    let isLeft = false;
    const done = whileCancellable(abort.signal, [refused, () => underWay.promise], work).catch(() => {
      isLeft = true;
    });
    abort.abort(cancelled("interrupted"));
    await work().catch(() => undefined);
    await exchanged();
    expect(isLeft).toBe(false);
    underWay.resolve();
    await done;
  });

  test("is past cancelling once it is through", async () => {
    const abort = new AbortController();
    const { stop, stops } = stoppable(1);
    expect(await whileCancellable(abort.signal, [stop], async () => "through")).toBe("through");
    abort.abort(cancelled("interrupted"));
    expect(stops()).toBe(0);
  });
});

describe("a run that died", () => {
  let place: Workplace;
  beforeAll(async () => {
    place = await workplace();
  });
  afterAll(() => place.close());

  test("is called crashed by whoever runs next", async () => {
    const { database, drops, pipeline } = place;
    const who = { operator: "somebody", host: "somewhere", process: 1, backend_pid: 1 };
    const of = { dataset: "streamflow", month: "month_000", as_of: "2024-01-31", mode: "publish" } as const;
    const dead = await openRun(database.sql, { ...of, ...who });
    drops.write("month_000", smallDrop(["u1"]));
    const end = lastOf(await ranIn(pipeline, ["month_000"]), "run.finished");
    expect(end?.status).toBe("published");
    const runs = await database.sql<
      { run: number; status: string }[]
    >`select run, status from console.runs order by run`;
    expect([...runs]).toEqual([
      { run: dead, status: "crashed" },
      { run: end?.run ?? 0, status: "published" },
    ]);
  });
});
