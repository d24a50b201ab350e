import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Pipeline, startPipeline } from "../../src/client/pipeline.ts";
import { ConsoleError } from "../../src/core/errors.ts";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { type Cluster, citusBin, startCluster } from "../helpers/cluster.ts";
import { smallDrop } from "../helpers/drops.ts";
import { holdCommits } from "../helpers/held-commits.ts";
import { databaseUrl } from "../helpers/names.ts";
import { digest, lastOf, ranIn, runRequest, type Workplace, workplace } from "../helpers/pipeline.ts";
import { hasPrepared } from "./prepared.ts";
import { clusterWorkplace } from "./workplaces.ts";

/** Months are run while a worker is lost, each at another moment, and a console reads all the while. */

setDefaultTimeout(180_000);

const people = Array.from({ length: 40 }, (_, index) => `user ${index}`);
const monthOf = (index: number) => `month_${String(index).padStart(3, "0")}`;
const dayOf = (index: number) => new Date(Date.UTC(2024, index + 1, 0)).toISOString().slice(0, 10);

/** Where in a run the worker is lost. */
const moments: [string, (event: RunEvent) => boolean][] = [
  ["before the first COPY", (at) => at.event === "stage.started" && at.stage === "ingest"],
  ["between two COPYs", (at) => at.event === "table.finished" && at.stage === "ingest" && at.table === "subscriptions"],
  ["while rows are compared", (at) => at.event === "stage.started" && at.stage === "upsert"],
  ["while rows are merged", (at) => at.event === "table.finished" && at.stage === "upsert" && at.table === "users"],
  ["while rows are validated", (at) => at.event === "stage.started" && at.stage === "validate"],
  ["while snapshots are built", (at) => at.event === "stage.started" && at.stage === "snapshot"],
  ["while snapshots are sealed", (at) => at.event === "table.finished" && at.stage === "snapshot"],
  ["at the commit", (at) => at.event === "stage.finished" && at.stage === "snapshot"],
];
const others = ["between prepare and commit", "while a console reads"] as const;
const faults = [...moments.map(([name]) => name), ...others];
const enoughPolls = 200;

describe.skipIf(citusBin === null)("a worker that is lost", () => {
  let cluster: Cluster;
  let place: Workplace;
  /** What each month leaves where nothing is lost. */
  const wanted: string[] = [];
  let reader: ReturnType<typeof reading>;
  beforeAll(async () => {
    const [started, plain] = await Promise.all([startCluster(), workplace()]);
    cluster = started;
    place = await clusterWorkplace(cluster, plain.drops);
    for (let index = 0; index <= faults.length; index++) {
      plain.drops.write(monthOf(index), smallDrop([...people.slice(index), `newcomer ${index}`], index));
      await ranIn(plain.pipeline, [monthOf(index)]);
      wanted.push(await digest(plain.database.sql));
    }
    closePlain = plain.close;
    await place.pipeline.call({ kind: "distribute", shards: 4, confirmed: true });
    await ranIn(place.pipeline, [monthOf(0)]);
    reader = reading(
      startPipeline({ data: plain.drops.path, home: `${plain.drops.path}/r`, database: place.database.url }),
    );
  });
  let closePlain = async () => {};
  afterAll(async () => {
    await reader?.stop();
    await place?.close();
    await closePlain();
    await cluster?.stop();
  });

  const worker = (number: number) => {
    const node = cluster.nodes[number];
    if (node === undefined) throw new Error(`no node ${number}`);
    return node;
  };
  async function on<Result>(number: number, work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const sql = connect(databaseUrl(worker(number).url, place.database.sql.options.database));
    return work(sql).finally(() => sql.end({ timeout: 1 }));
  }

  /** Run a month, lose the second worker where `isThere`, and have it back once that was told. */
  async function lostAt(month: string, isThere: (event: RunEvent) => boolean): Promise<RunEvent[]> {
    let crashed: Promise<void> | undefined;
    let back: Promise<void> | undefined;
    const events: RunEvent[] = [];
    await place.pipeline.call(runRequest([month]), (event) => {
      events.push(event);
      if (isThere(event)) crashed ??= worker(2).crash();
      if (event.event === "run.retried" || event.event === "run.failed")
        back ??= crashed?.then(() => worker(2).start());
    });
    await crashed;
    await (back ?? worker(2).start());
    return events;
  }
  async function lostPrepared(month: string): Promise<RunEvent[]> {
    await using held = await holdCommits(worker(1).url);
    const running = ranIn(place.pipeline, [month]);
    await on(2, hasPrepared);
    await worker(2).crash();
    await held.letGo();
    const events = await running;
    await worker(2).start();
    return events;
  }
  async function lostToReader(month: string): Promise<RunEvent[]> {
    const asked = place.pipeline.call({ kind: "verify", as_of: null }).catch((error: unknown) => error);
    await worker(2).crash();
    const answer = await asked;
    if (answer instanceof ConsoleError) expect(answer.title).toContain(`127.0.0.1:${worker(2).port}`);
    await worker(2).start();
    return ranIn(place.pipeline, [month]);
  }

  test.each(faults.map((name, index) => [name, index + 1] as const))(
    "%s: nothing is lost, and nothing doubled",
    async (name, index) => {
      const month = monthOf(index);
      reader.readDay(dayOf(index));
      const moment = moments.find(([one]) => one === name)?.[1];
      const lose = name === "between prepare and commit" ? lostPrepared : lostToReader;
      const events = await (moment === undefined ? lose(month) : lostAt(month, moment));
      for (const one of events) {
        if (one.event === "run.retried" || one.event === "run.failed")
          expect(one.title).toContain(`127.0.0.1:${worker(2).port}`);
      }
      if (lastOf(events, "run.finished") === undefined) {
        expect(lastOf(await ranIn(place.pipeline, [month]), "run.finished")?.status).toBe("published");
      }
      const { seals } = await place.pipeline.call({ kind: "verify", as_of: null });
      expect(seals.filter(({ state }) => state !== "intact")).toEqual([]);
      expect(seals).toHaveLength(5 * (index + 1));
      expect(await digest(place.database.sql)).toBe(wanted[index] ?? "");
      for (const number of [1, 2]) {
        const prepared = await on(number, async (sql) => (await sql`select gid from pg_prepared_xacts`).length);
        expect(prepared).toBe(0);
      }
    },
  );

  test(`who read meanwhile, ${enoughPolls} times and more, saw no half of a month`, async () => {
    while (reader.polls() < enoughPolls) await ranIn(place.pipeline, [monthOf(faults.length)], { restamp: true });
    expect(await reader.stop()).toEqual([]);
  });
});

/** A console that asks for a day's seals, again and again: all of them are there, and whole, or none is. */
function reading(pipeline: Pipeline) {
  let [day, polls, isOver] = ["2024-01-31", 0, false];
  const halves: unknown[] = [];
  const poll = async () => {
    try {
      const { seals } = await pipeline.call({ kind: "verify", as_of: day });
      const isWhole = [0, 5].includes(seals.length) && seals.every(({ state }) => state === "intact");
      if (!isWhole) halves.push(seals);
      polls++;
    } catch (thrown) {
      const code = thrown instanceof ConsoleError ? thrown.code : "none";
      // Nobody reads while a node is away.
      if (code !== "database_unreachable" && code !== "database_error") halves.push(thrown);
    }
  };
  const polling = (async () => {
    while (!isOver) await poll();
  })();
  return {
    readDay(next: string) {
      day = next;
    },
    polls: () => polls,
    async stop() {
      isOver = true;
      await polling;
      await pipeline.close();
      return halves;
    },
  };
}
