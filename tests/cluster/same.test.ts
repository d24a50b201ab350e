import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPipeline } from "../../src/client/pipeline.ts";
import type { Request } from "../../src/core/messages/requests.ts";
import { validateTable } from "../../src/expectations/validate.ts";
import { profileRows } from "../../src/postgres/profiles/profile.ts";
import { createTable, disagreement, readCorpora } from "../expectations/corpus.ts";
import { type Cluster, citusBin, startCluster } from "../helpers/cluster.ts";
import { smallDrop } from "../helpers/drops.ts";
import { pgbouncer, startPgbouncer } from "../helpers/pgbouncer.ts";
import { digest, lastOf, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";
import { clusterWorkplace } from "./workplaces.ts";

setDefaultTimeout(120_000);

/** A day of each month that is asked about below. */
const [january, february] = ["2024-01-31", "2024-02-29"];
const people = Array.from({ length: 60 }, (_, index) => `user ${index}`);

describe.skipIf(citusBin === null)("on a cluster as on one server:", () => {
  let cluster: Cluster;
  let plain: Workplace;
  let spread: Workplace;
  beforeAll(async () => {
    [cluster, plain] = await Promise.all([startCluster(), workplace()]);
    const { drops } = plain;
    drops.write("month_000", smallDrop(people));
    drops.write("month_001", smallDrop([...people.slice(4), "newcomer"], 1));
    drops.write("month_002", {
      ...smallDrop(people, 2),
      "labels.csv": [
        ["user_id", "churn_label"],
        ["nobody", "True"],
        ["user 1", "True"],
      ],
    });
    spread = await clusterWorkplace(cluster, drops);
    await spread.pipeline.call({ kind: "distribute", shards: 4, confirmed: true });
  });
  afterAll(async () => {
    await spread?.close();
    await plain?.close();
    await cluster?.stop();
  });

  const runs: [months: string[], flags: RunFlags][] = [
    [["month_000", "month_001"], { dry_run: true }],
    [["month_000"], {}],
    [["month_000"], {}],
    [["month_000"], { force: true }],
    [["month_001"], {}],
    [["month_000"], { force: true }],
    [["month_001"], { restamp: true }],
    [["month_002"], {}],
  ];
  test.each(runs)("a run of %p with %p", async (months, flags) => {
    const tell = async ({ pipeline, database }: Workplace) => {
      const events = await ranIn(pipeline, months, flags);
      const { tables, expectations, snapshots, status } = lastOf(events, "run.finished") ?? {};
      const { code, faults } = lastOf(events, "run.failed") ?? {};
      const verdicts = events.flatMap((one) =>
        one.event === "expectation.evaluated" ? [{ ...one, seq: 0, at: "" }] : [],
      );
      return { tables, expectations, snapshots, status, code, faults, verdicts, rows: await digest(database.sql) };
    };
    expect(await tell(spread)).toEqual(await tell(plain));
  });

  const questions: Exclude<Request, { kind: "run" }>[] = [
    { kind: "verify", as_of: null },
    { kind: "compare", from: january ?? "", to: february ?? "" },
    { kind: "profile", as_of: null, run: null, table: null, column: null },
    { kind: "retire", as_of: january ?? "" },
  ];
  test.each(questions)("$kind", async (question) => {
    expect(await spread.pipeline.call(question)).toEqual(await plain.pipeline.call(question));
  });

  test("a backfill, and seals that stand afterwards", async () => {
    for (const { pipeline } of [plain, spread]) await ranIn(pipeline, ["month_000"], { backfill: true });
    expect(await digest(spread.database.sql)).toBe(await digest(plain.database.sql));
    const { seals } = await spread.pipeline.call({ kind: "verify", as_of: null });
    expect(seals.map(({ state }) => state)).toEqual(seals.map(() => "intact"));
    expect(seals).toHaveLength(10);
  });

  test("the values behind a warning, with the keys of their rows", async () => {
    const dataset = join(plain.drops.path, "dataset");
    cpSync(fileURLToPath(new URL("../../db", import.meta.url)), dataset, { recursive: true });
    const kwargs = { column: "failed_payments_90d", max_value: 1 };
    const expectations = [{ type: "expect_column_values_to_be_between", kwargs, severity: "warning" }];
    writeFileSync(
      join(dataset, "expectations", "payments_agg_90d.json"),
      JSON.stringify({ name: "own", expectations }),
    );
    plain.drops.write("month_003", smallDrop([...people, "newcomer"], 3));
    const told = async ({ database: { url } }: Workplace, name: string) => {
      const pipeline = startPipeline({ data: plain.drops.path, home: join(dataset, name), database: url, dataset });
      try {
        const run = lastOf(await ranIn(pipeline, ["month_003"]), "run.finished")?.run ?? 0;
        const { verdicts } = await pipeline.call({ kind: "show", run });
        const position = verdicts.findIndex(({ column }) => column === kwargs.column);
        return await pipeline.call({ kind: "values", run, position, from: 0, count: 100, filter: "" });
      } finally {
        await pipeline.close();
      }
    };
    const [there, here] = [await told(spread, "there"), await told(plain, "here")];
    const inOrder = ({ rows }: typeof here) => rows.map((row) => JSON.stringify(row)).sort();
    expect(here).toMatchObject({ total: 20, all: true });
    expect([there.total, there.all, inOrder(there)]).toEqual([here.total, here.all, inOrder(here)]);
    expect(new Set(there.rows.map(({ key }) => key.user_id)).size).toBe(here.total);
  });

  test("columns of large tables are profiled, too", async () => {
    const profiles = ({ database: { sql } }: Workplace, isSpread: boolean, isSampled = false) => {
      const rows = (_: unknown, sampled = sql``) => sql`
        (select s.* from usage_agg_30d_snapshots s ${isSampled ? sampled : sql``} where as_of = ${february ?? ""}::date)`;
      const columns = ["watch_hours_30d", "user_id"].map((name, index) => {
        const unlimited = { precision: null, scale: null, length: null, nullable: true };
        return { name, type: ["numeric", "text"][index] ?? "", ...unlimited };
      });
      return profileRows(sql, { of: rows, count: 1_000_000, isSpread }, columns, [], new Map());
    };
    const [there, here] = [await profiles(spread, true), await profiles(plain, false)];
    expect(there.map(({ distinct_exact }) => distinct_exact)).toEqual([false, false]);
    expect(there).toEqual(here);
    const [sampled] = await profiles(spread, true, true);
    expect(sampled).toMatchObject({ rows: here[0]?.rows, mean: here[0]?.mean, quantiles: here[0]?.quantiles });
  });

  test("a training set has the same bytes", async () => {
    const made = ({ pipeline, drops }: Workplace, name: string) =>
      pipeline.call({
        kind: "export",
        as_of: january ?? "",
        labels_from: february ?? "",
        out: `${drops.path}/${name}.csv`,
      });
    const [here, there] = [await made(plain, "here"), await made(spread, "there")];
    expect(there.sha256).toBe(here.sha256);
  });

  test("snapshot partitions are distributed, and leave nothing behind on the coordinator", async () => {
    const { sql } = spread.database;
    const rows = await sql<{ name: string; bytes: number; distributed: boolean }[]>`
      select c.relname as name, pg_relation_size(c.oid) as bytes,
             exists (select from pg_dist_partition d where d.logicalrelid = c.oid) as distributed
        from pg_class c where c.relkind = 'r' and (c.relispartition or c.relnamespace = 'stage'::regnamespace)`;
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ bytes, distributed }) => bytes > 0 || !distributed)).toEqual([]);
  });

  test("a query of the author's own joins what does not lie together, and one that is refused fails alone", async () => {
    const queries = [
      "select a.user_id from {batch} a join {batch} b on a.signup_date = b.signup_date and a.user_gender <> b.user_gender",
      "select from {batch} a where exists (select from labels l where l.user_id <> a.user_id and l.churn_label)",
    ];
    const expectations = [
      ...queries.map((text) => ({ type: "unexpected_rows_expectation", kwargs: { unexpected_rows_query: text } })),
      { type: "expect_table_row_count_to_equal_other_table", kwargs: { other_table_name: "labels" } },
    ];
    const request = { suiteText: JSON.stringify({ name: "own", expectations }), suitePath: "own.json", table: "users" };
    const { results } = await validateTable(spread.database.sql, { ...request, parameters: {} });
    expect(results.map(({ exception_info }) => exception_info.raised_exception)).toEqual([false, true, false]);
    expect(results[2]?.success).toBe(true);
  });

  test.skipIf(pgbouncer === null)(
    "a pool that has no second connection for who reads is told, and nobody hangs",
    async () => {
      const pooler = await startPgbouncer(spread.database.url, { mode: "transaction", size: 1 });
      const url = `${pooler.url(spread.database.url)}&connect_timeout=2`;
      const pipeline = startPipeline({ data: plain.drops.path, home: `${plain.drops.path}/pooled`, database: url });
      try {
        await expect(pipeline.call({ kind: "months" })).rejects.toMatchObject({
          code: "database_unreachable",
          hint: expect.stringContaining("on a cluster"),
        });
      } finally {
        await pipeline.close();
        await pooler.stop();
      }
    },
  );

  test("each of our own cases of an expectation finds the same", async () => {
    const { sql } = spread.database;
    const corpora = await readCorpora(fileURLToPath(new URL("../fixtures/expectations", import.meta.url)));
    for (const [name, dataset] of corpora.flatMap(({ datasets }) => Object.entries(datasets))) {
      await createTable(sql, name, dataset);
      await sql`select create_distributed_table(${`"${name}"`}::text::regclass, ${dataset.columns[0]?.name ?? ""}, shard_count => 4)`;
    }
    const disagreements: string[] = [];
    for (const one of corpora.flatMap(({ cases }) => cases)) {
      const { expectation_type: type, kwargs, kwargs_resolved, result_format, table } = one;
      const suite = {
        name: "case",
        expectations: [{ type, kwargs: { ...(kwargs_resolved ?? kwargs), result_format } }],
      };
      const { results } = await validateTable(sql, {
        suiteText: JSON.stringify(suite),
        suitePath: "case.json",
        table,
        parameters: {},
      });
      const why = disagreement(one, results[0]);
      if (why !== null) disagreements.push(`${one.id}: ${why}`);
    }
    expect(disagreements).toEqual([]);
  });
});
