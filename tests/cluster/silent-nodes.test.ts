import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { RunEvent } from "../../src/core/messages/events.ts";
import { connect } from "../../src/postgres/connection/connect.ts";
import { type Cluster, citusBin, startCluster } from "../helpers/cluster.ts";
import { smallDrop } from "../helpers/drops.ts";
import { databaseUrl } from "../helpers/names.ts";
import { digest, lastOf, ranIn, runRequest, type Workplace } from "../helpers/pipeline.ts";
import { clusterWorkplace } from "./workplaces.ts";

setDefaultTimeout(180_000);

const people = ["u1", "u2", "u3", "u4"];

describe.skipIf(citusBin === null)("a node that is there and answers nothing", () => {
  let cluster: Cluster;
  let place: Workplace;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    place = await clusterWorkplace(cluster);
    place.drops.write("month_000", smallDrop(people));
    place.drops.write("month_001", smallDrop([...people, "u5"], 1));
    await place.pipeline.call({ kind: "distribute", shards: 4, confirmed: true });
    await ranIn(place.pipeline, ["month_000"]);
  });
  afterEach(async () => {
    worker().thaw();
    await place.close();
  });

  const worker = () => {
    const [, , node] = cluster.nodes;
    if (node === undefined) throw new Error("no second worker");
    return node;
  };
  const told = () => ({
    code: "database_unreachable",
    title: `The coordinator cannot reach the cluster's node 127.0.0.1:${worker().port}.`,
  });
  /** Run the second month, and have the node stand still where one of these events is told. */
  async function frozenAt(isThere: (event: RunEvent) => boolean): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    let isFrozen = false;
    await place.pipeline.call(runRequest(["month_001"]), (event) => {
      events.push(event);
      if (isFrozen || !isThere(event)) return;
      isFrozen = true;
      worker().freeze();
    });
    return events;
  }

  test("before a command begins: listings, runs and doctor name it", async () => {
    worker().freeze();
    await expect(place.pipeline.call({ kind: "months" })).rejects.toMatchObject(told());
    await expect(place.pipeline.call({ kind: "retire", as_of: "2024-01-31" })).rejects.toMatchObject(told());
    const { checks } = await place.pipeline.call({ kind: "doctor" });
    expect(checks.find(({ name }) => name === "nodes")).toMatchObject({ state: "fail", detail: told().title });
  });

  test.each<[string, (event: RunEvent) => boolean]>([
    ["copied to", (event) => event.event === "table.finished" && event.table === "users"],
    ["written to", (event) => event.event === "stage.started" && event.stage === "upsert"],
  ])(
    "while it is %s: the run is given up and names it, and once it goes on nothing is left of it",
    async (_, isThere) => {
      const rows = await digest(place.database.sql);
      const events = await frozenAt(isThere);
      expect(lastOf(events, "run.failed")).toMatchObject(told());
      // What the coordinator has not let go of yet keeps nobody waiting.
      await expect(place.pipeline.call({ kind: "months" })).rejects.toMatchObject(told());
      worker().thaw();
      expect(await digest(place.database.sql)).toBe(rows);
      const again = await ranIn(place.pipeline, ["month_001"]);
      expect(lastOf(again, "run.finished")).toMatchObject({ status: "published" });
    },
  );

  test("what a node has prepared and nobody may end is waited for, until that is cancelled", async () => {
    const name = new URL(place.database.url.replace("@/", "@local/")).pathname.slice(1);
    const node = connect(databaseUrl(worker().url, name));
    try {
      // As another coordinator would name it: ours leaves it alone.
      await node.begin((tx) => tx`create table own ()`.then(() => tx.prepare("citus_77_1_1_1")));
      const waits = async () => {
        for (;;) {
          const [row] = await place.database.sql`
            select from pg_stat_activity where query like '%recover_prepared_transactions%' and pid <> pg_backend_pid()`;
          if (row !== undefined) return;
        }
      };
      const listing = place.pipeline.call({ kind: "months" }).catch((error: unknown) => error);
      await waits();
      await place.pipeline.call({ kind: "cancel" });
      expect(await listing).toMatchObject({ code: "interrupted" });
      const running = ranIn(place.pipeline, ["month_001"]);
      await waits();
      await place.pipeline.call({ kind: "cancel" });
      expect(lastOf(await running, "run.failed")).toMatchObject({ code: "interrupted" });
    } finally {
      await node`rollback prepared 'citus_77_1_1_1'`;
      await node.end();
    }
  });
});
