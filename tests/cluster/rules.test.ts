import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Cluster, citusBin, startCluster } from "../helpers/cluster.ts";
import { migrated } from "../helpers/database.ts";
import { lastOf } from "../helpers/pipeline.ts";
import { ruleCases } from "../helpers/rule-cases.ts";
import { keyedRuleCases } from "../helpers/rule-cases-keyed.ts";
import { expectTold } from "../helpers/rule-told.ts";
import { RuledPlace } from "../helpers/ruled.ts";

/** What the tables of a cluster demand of their rows is told line by line, as on one server (pipeline/rules.test.ts has the same cases). */

setDefaultTimeout(120_000);

/** One of each kind that a table can have whose key is one column. */
const ofOneColumn = [
  "by a function",
  "not valid",
  "a domain over",
  "enumeration",
  "generated column",
  "says nothing of",
];

describe.skipIf(citusBin === null)("three rows that break, on a cluster,", () => {
  let cluster: Cluster;
  let place: RuledPlace;
  beforeAll(async () => {
    cluster = await startCluster();
    const database = await cluster.database("ruled");
    await migrated.prepare(database.sql, database.url);
    place = await RuledPlace.on(database, true);
  });
  afterAll(async () => {
    await place?.close();
    await cluster?.stop();
  });

  const simple = ruleCases.filter(({ name }) => /^(a CHECK|the CHECK|an enum|a generated)/.test(name));
  const cases = [...simple.filter(({ name }) => ofOneColumn.some((words) => name.includes(words))), ...keyedRuleCases];
  for (const one of cases) {
    test(one.name, async () => {
      await expectTold(place, one);
      expect(place.obstacles).toEqual([]);
    });
  }

  test("what a snapshot table alone demands is told by the line", async () => {
    await place.make(
      `create table t (id text primary key, n int);
       create table s (id text, as_of date, n int constraint few check (n < 9), primary key (id, as_of))`,
      { t: { snapshot: "s" } },
    );
    place.write("month_000", { t: "id,n\nx,10\n" });
    const failed = lastOf(await place.run("month_000"), "run.failed");
    const reason = expect.stringContaining("against few of s");
    expect(failed).toMatchObject({ code: "drop_rejected", faults: [{ line: 2, column: "n", value: "10", reason }] });
  });
});
