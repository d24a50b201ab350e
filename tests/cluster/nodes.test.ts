import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { EventName, RunEvent } from "../../src/core/messages/events.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { type Cluster, citusBin, startCluster } from "../helpers/cluster.ts";
import { smallDrop } from "../helpers/drops.ts";
import { holdCommits } from "../helpers/held-commits.ts";
import { databaseUrl } from "../helpers/names.ts";
import { digest, lastOf, ranIn, runRequest, type Workplace } from "../helpers/pipeline.ts";
import { hasPrepared } from "./prepared.ts";
import { clusterWorkplace } from "./workplaces.ts";

setDefaultTimeout(180_000);

/** Citus would end by itself, within a minute, what is looked at here. */
const recovery = "citus.recover_2pc_interval = -1\n";

const people = Array.from({ length: 40 }, (_, index) => `user ${index}`);
const february = "2024-02-29";

describe.skipIf(citusBin === null)("a node of the cluster", () => {
  let cluster: Cluster;
  let place: Workplace;
  /** What the second month leaves, where nothing happens. */
  let wanted: string;
  beforeAll(async () => {
    cluster = await startCluster(2, recovery);
    place = await withFirstMonth();
    await ranIn(place.pipeline, ["month_001"]);
    wanted = await digest(place.database.sql);
    await place.close();
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    place = await withFirstMonth();
  });
  afterEach(() => place.close());

  async function withFirstMonth(): Promise<Workplace> {
    const made = await clusterWorkplace(cluster);
    made.drops.write("month_000", smallDrop(people));
    made.drops.write("month_001", smallDrop([...people.slice(1), "newcomer"], 1));
    await made.pipeline.call({ kind: "distribute", shards: 4, confirmed: true });
    await ranIn(made.pipeline, ["month_000"]);
    return made;
  }

  const worker = (number: number) => {
    const node = cluster.nodes[number];
    if (node === undefined) throw new Error(`no node ${number}`);
    return node;
  };
  /** On a node itself, in the database of the place. */
  async function on<Result>(number: number, work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const name = new URL(place.database.url.replace("@/", "@local/")).pathname.slice(1);
    const sql = connect(databaseUrl(worker(number).url, name));
    return work(sql).finally(() => sql.end({ timeout: 1 }));
  }

  test("that is away is told by listings, runs and doctor, each with its host and port", async () => {
    const { port } = worker(2);
    const told = { title: `The coordinator cannot reach the cluster's node 127.0.0.1:${port}.` };
    await worker(2).crash();
    await expect(place.pipeline.call({ kind: "months" })).rejects.toMatchObject(told);
    await expect(place.pipeline.call({ kind: "verify", as_of: null })).rejects.toMatchObject(told);
    const { checks } = await place.pipeline.call({ kind: "doctor" });
    expect(checks.find(({ name }) => name === "nodes")).toMatchObject({ state: "fail", detail: told.title });
    const failed = await ranIn(place.pipeline, ["month_001"]);
    expect(lastOf(failed, "run.failed")).toMatchObject(told);
    await worker(2).start();
    const events = await ranIn(place.pipeline, ["month_001"]);
    expect(lastOf(events, "run.finished")).toMatchObject({ status: "published" });
    expect(await digest(place.database.sql)).toBe(wanted);
  });

  test.each<[EventName, Partial<RunEvent>]>([
    ["stage.started", { stage: "ingest" } as Partial<RunEvent>],
    ["table.finished", { stage: "ingest", table: "subscriptions" } as Partial<RunEvent>],
    ["stage.started", { stage: "upsert" } as Partial<RunEvent>],
    ["table.finished", { stage: "upsert", table: "usage_agg_30d" } as Partial<RunEvent>],
    ["stage.started", { stage: "validate" } as Partial<RunEvent>],
    ["stage.started", { stage: "snapshot" } as Partial<RunEvent>],
    ["table.finished", { stage: "snapshot", table: "subscriptions" } as Partial<RunEvent>],
  ])("that is lost at %s %p costs a try, and nothing else, once it is back", async (name, at) => {
    let crashed: Promise<void> | undefined;
    const events: RunEvent[] = [];
    await place.pipeline.call(runRequest(["month_001"]), (event) => {
      events.push(event);
      const isThere =
        event.event === name && Object.entries(at).every(([key, value]) => Reflect.get(event, key) === value);
      if (isThere) crashed ??= worker(2).crash();
      if (event.event === "run.retried" || event.event === "run.failed") void crashed?.then(() => worker(2).start());
    });
    await crashed;
    if (lastOf(events, "run.finished") === undefined) await ranIn(place.pipeline, ["month_001"]);
    for (const { title } of events.filter((one) => one.event === "run.retried"))
      expect(title).toContain(String(worker(2).port));
    expect(await digest(place.database.sql)).toBe(wanted);
    const { seals } = await place.pipeline.call({ kind: "verify", as_of: null });
    expect(seals.filter(({ state }) => state !== "intact")).toEqual([]);
  });

  test("that is lost between the two halves of a commit: all is published, and to be seen once it is back", async () => {
    await using held = await holdCommits(worker(1).url);
    const running = ranIn(place.pipeline, ["month_001"]);
    await on(2, hasPrepared);
    await worker(2).crash();
    await held.letGo();
    expect(lastOf(await running, "run.finished")).toMatchObject({ status: "published" });
    await worker(2).start();
    const { checks } = await place.pipeline.call({ kind: "doctor" });
    expect(checks.find(({ name }) => name === "commits")).toMatchObject({
      state: "warn",
      detail: expect.stringContaining(`on 127.0.0.1:${worker(2).port}`),
    });
    const { seals } = await place.pipeline.call({ kind: "verify", as_of: february });
    expect(seals.map(({ state }) => state)).toEqual(seals.map(() => "intact"));
    expect(await digest(place.database.sql)).toBe(wanted);
  });

  test("that holds a commit up keeps those who read waiting, until all of it is there", async () => {
    await using held = await holdCommits(worker(1).url);
    const running = ranIn(place.pipeline, ["month_001"]);
    await on(2, hasPrepared);
    const reading = [
      place.database.sql`select count(*) as rows from labels_snapshots where as_of = ${february}`,
      place.pipeline.call({ kind: "verify", as_of: february }),
    ] as const;
    const early = await Promise.race([...reading, hasWaiting()]);
    expect(early).toBe("waiting");
    await held.letGo();
    const [[row], { seals }] = await Promise.all(reading);
    expect(row?.rows).toBe(people.length);
    expect(seals.map(({ state }) => state)).toEqual(Array(5).fill("intact"));
    expect(lastOf(await running, "run.finished")).toMatchObject({ status: "published" });
  });

  /** Resolves once two sessions wait for a lock of the coordinator. */
  const hasWaiting = () =>
    on(0, async (sql) => {
      for (;;) {
        const [row] = await sql<{ waiting: number }[]>`select count(*) as waiting from pg_locks where not granted`;
        if ((row?.waiting ?? 0) >= 2) return "waiting";
      }
    });
});
