import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startPipeline } from "../../src/client/pipeline.ts";
import { type Cluster, citusBin, startCluster } from "../helpers/cluster.ts";
import { smallDrop } from "../helpers/drops.ts";
import { digest, lastOf, ranIn, type Workplace } from "../helpers/pipeline.ts";
import { clusterWorkplace } from "./workplaces.ts";

setDefaultTimeout(120_000);

const people = ["u1", "u2", "u3", "u4"];
const asked = { kind: "distribute", shards: null, confirmed: true } as const;

/** As these are told to be next: the live tables are one transaction, the snapshot tables one each. */
const killedAt = [
  ...["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"],
  ...["subscriptions_profile_snapshots", "usage_agg_30d_snapshots", "support_agg_90d_snapshots", "labels_snapshots"],
];

describe.skipIf(citusBin === null)("tables are spread over a cluster", () => {
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
  });
  afterEach(() => place.close());

  const states = async () => {
    const { seals } = await place.pipeline.call({ kind: "verify", as_of: null });
    return seals.map(({ table, as_of, state, fingerprint }) => [table, as_of, state, fingerprint]);
  };
  const placed = async () => {
    const [row] = await place.database.sql<{ tables: number; recorded: number }[]>`
      select (select count(*) from pg_dist_partition d join pg_class c on c.oid = d.logicalrelid
               where c.relnamespace = 'public'::regnamespace and not c.relispartition) as tables,
             (select count(*) from console.distributions) as recorded`;
    return row;
  };

  test("with their published months, which keep their rows and seals; then there is nothing left to do", async () => {
    const { pipeline, database } = place;
    await ranIn(pipeline, ["month_000", "month_001"]);
    await database.sql`comment on table labels is 'ours'`;
    await database.sql`create view churned as select * from labels where churn_label`;
    const [rows, seals] = [await digest(database.sql), await states()];
    const planned = await pipeline.call({ ...asked, confirmed: false });
    expect(planned).toMatchObject({ done: false, nodes: 2 });
    expect(await placed()).toEqual({ tables: 0, recorded: 0 });
    const done = await pipeline.call(asked);
    expect({ ...done, done: false }).toEqual(planned);
    expect(done.tables.find(({ table }) => table === "users")?.rows).toBe(5);
    expect(await placed()).toEqual({ tables: 11, recorded: 11 });
    expect([await digest(database.sql), await states()]).toEqual([rows, seals]);
    const [kept] = await database.sql`
      select obj_description('labels'::regclass) as comment, (select count(*) from churned) as churned,
             (select count(*) from pg_constraint where contype = 'f' and conrelid = 'labels'::regclass) as keys`;
    expect(kept).toEqual({ comment: "ours", churned: 3, keys: 1 });
    const again = await pipeline.call(asked);
    expect(again.tables.map((one) => one.rows)).toEqual(again.tables.map(() => null));
    await ranIn(pipeline, ["month_001"], { restamp: true });
    expect(await states()).toEqual(seals);
  });

  test("while none has rows, and then the first month", async () => {
    await place.pipeline.call(asked);
    const events = await ranIn(place.pipeline, ["month_000"]);
    expect(lastOf(events, "run.finished")).toMatchObject({ status: "published" });
  });

  test("but for another number of shards than they have, and where Citus has some of them otherwise", async () => {
    const { pipeline, database } = place;
    await pipeline.call({ kind: "months" });
    await database.sql`select create_reference_table('users')`;
    await expect(pipeline.call(asked)).rejects.toMatchObject({
      code: "not_convertible",
      title: expect.stringContaining("users: it is a reference table"),
    });
    await database.sql`select undistribute_table('users', cascade_via_foreign_keys => true)`;
    await pipeline.call({ ...asked, shards: 2 });
    await expect(pipeline.call({ ...asked, shards: 8 })).rejects.toMatchObject({
      title: expect.stringContaining("2 shards before"),
    });
  });

  test("and where that was cut short by a kill, it goes on; runs are refused until then", async () => {
    const { pipeline, database, drops } = place;
    await ranIn(pipeline, ["month_000"]);
    const rows = await digest(database.sql);
    // It stands still at the second snapshot table, behind a reader.
    const reader = await database.sql.reserve();
    await reader`begin`;
    await reader`select from usage_agg_30d_snapshots`;
    const killed = startPipeline({ data: drops.path, home: `${drops.path}/other`, database: database.url });
    const distributing = killed.call(asked).catch((error: unknown) => error);
    for (;;) {
      const [row] = await reader`select count(*) as waiting from pg_locks where not granted`;
      if (row?.waiting > 0 && (await recordedBy(reader)) === 7) break;
    }
    killed.kill();
    await distributing;
    await reader`rollback`;
    reader.release();
    expect(await digest(database.sql)).toBe(rows);
    const refused = await ranIn(pipeline, ["month_001"]);
    expect(lastOf(refused, "run.failed")).toMatchObject({
      code: "schema_mismatch",
      hint: expect.stringContaining("--distribute"),
    });
    await pipeline.call(asked);
    expect(await placed()).toEqual({ tables: 11, recorded: 11 });
    expect(await digest(database.sql)).toBe(rows);
  });

  test("six published months, and killed at ten moments: each leaves all rows and seals, and the last one goes on", async () => {
    const { pipeline, database, drops } = place;
    const months = Array.from({ length: 6 }, (_, index) => `month_00${index}`);
    for (const [index, month] of months.entries()) drops.write(month, smallDrop([...people, `new ${index}`], index));
    await ranIn(pipeline, months);
    const [rows, seals] = [await digest(database.sql), await states()];
    expect(seals).toHaveLength(30);
    for (const table of killedAt) {
      const killed = startPipeline({ data: drops.path, home: `${drops.path}/other`, database: database.url });
      let isReached = false;
      killed.heed((text) => {
        if (!text.startsWith(`distributing ${table} `)) return;
        isReached = true;
        killed.kill();
      });
      await killed.call(asked).catch((error: unknown) => error);
      expect([table, isReached]).toEqual([table, true]);
      expect([table, await digest(database.sql), await states()]).toEqual([table, rows, seals]);
    }
    const done = await pipeline.call(asked);
    expect(done.tables.filter((one) => one.rows !== null).length).toBeGreaterThan(0);
    expect(await placed()).toEqual({ tables: 11, recorded: 11 });
    expect([await digest(database.sql), await states()]).toEqual([rows, seals]);
  });

  const recordedBy = async (sql: Workplace["database"]["sql"]) =>
    Number((await sql`select count(*) as recorded from console.distributions`)[0]?.recorded);
});
