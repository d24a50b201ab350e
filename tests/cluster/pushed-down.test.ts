import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { type Cluster, citusBin, startCluster } from "../helpers/cluster.ts";
import { smallDrop } from "../helpers/drops.ts";
import { lastOf, ranIn, type Workplace } from "../helpers/pipeline.ts";
import { pulledRows, writingPlans } from "./plans.ts";
import { reasons } from "./pulled.ts";
import { clusterWorkplace } from "./workplaces.ts";

setDefaultTimeout(180_000);

const people = Array.from({ length: 300 }, (_, index) => `user ${index}`);
const [january, february] = ["2024-01-31", "2024-02-29"];

describe.skipIf(citusBin === null)("the nodes do the work:", () => {
  let cluster: Cluster;
  let place: Workplace;
  beforeAll(async () => {
    cluster = await startCluster(2, writingPlans);
    place = await clusterWorkplace(cluster);
    place.drops.write("month_000", smallDrop(people));
    place.drops.write("month_001", smallDrop([...people.slice(1), "newcomer"], 1));
    await place.pipeline.call({ kind: "months" });
    await place.database.sql`alter table usage_agg_30d add constraint sane check (watch_hours_30d >= 0) not valid`;
    await place.database.sql`create unique index once on subscriptions (user_id, lower(contract_type))`;
    await place.pipeline.call({ kind: "distribute", shards: 4, confirmed: true });
  });
  afterAll(async () => {
    await place?.close();
    await cluster?.stop();
  });

  test("no statement of a run has a table's rows come to the coordinator but for a reason", async () => {
    const { pipeline, database } = place;
    await ranIn(pipeline, ["month_000", "month_001"], { dry_run: true });
    await ranIn(pipeline, ["month_000"]);
    for (const flags of [{}, { force: true }, { restamp: true }]) {
      const events = await ranIn(pipeline, ["month_001"], flags);
      expect(lastOf(events, "run.finished")?.status).toBe("published");
    }
    await pipeline.call({ kind: "retire", as_of: january });
    await ranIn(pipeline, ["month_000"], { backfill: true });
    await pipeline.call({ kind: "verify", as_of: null });
    await pipeline.call({ kind: "compare", from: january, to: february });
    // The log is written by a process of its own, in the order of what is said.
    await database.sql`select count(*) as last_words from users`;
    const data = cluster.nodes[0]?.data ?? "";
    while (!(await Bun.file(`${data}/plans/all.json`).text()).includes("last_words"));
    const { pulled, distributed } = await pulledRows(data);
    expect(distributed).toBeGreaterThan(200);
    const reasonOf = (one: (typeof pulled)[number]) =>
      reasons.find(({ statement, what }) => statement.test(one.statement) && what.test(one.what));
    expect(pulled.filter((one) => reasonOf(one) === undefined)).toEqual([]);
    const found = new Set(pulled.map(reasonOf));
    expect(reasons.filter((one) => !found.has(one))).toEqual([]);
  });

  test("each reason is written where the statement is", async () => {
    for (const { file, why } of reasons) {
      const text = await Bun.file(fileURLToPath(new URL(`../../${file}`, import.meta.url))).text();
      expect(text.replace(/\s*\n\s*(?:\/\/|\*)?\s*/g, " ")).toContain(why);
    }
  });
});
