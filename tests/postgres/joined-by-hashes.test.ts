import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Transaction } from "../../src/postgres/connection/connect.ts";
import { settleBeside, settleLong } from "../../src/postgres/connection/settings.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

/** The server has statistics of a snapshot by the time that a drop is held against it, and none of the drop. */

setDefaultTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.sql.unsafe(`
    create table frozen (id text, as_of date, paid numeric, primary key (id, as_of));
    insert into frozen select md5(n::text), date '2024-01-31', n from generate_series(1, 20000) n;
    analyze frozen;
    create unlogged table staged (id text, paid numeric) with (autovacuum_enabled = false);
    insert into staged select id, paid from frozen order by paid;
    create index on staged (id)`);
});
afterAll(() => database.drop());

/** How it is held against it. */
async function planned(tx: Transaction): Promise<string> {
  const lines = await tx`
    explain select count(*), count(*) filter (where t.id is not null and f.paid = t.paid)
      from (select * from frozen where as_of = date '2024-01-31') f left join staged t on f.id = t.id`;
  return lines.map((line) => line["QUERY PLAN"]).join("\n");
}

const settled: [string, (tx: Transaction) => Promise<unknown>][] = [
  ["a run's own transaction", settleLong],
  ["a transaction beside it", (tx) => settleBeside(tx, "1s")],
];

test.each(settled)("%s joins what is staged by hashes", async (_, settle) => {
  await database.sql.begin(async (tx) => {
    // What is in order already is the strongest reason to merge it.
    await tx`set local enable_seqscan = off`;
    expect(await planned(tx)).toContain("Merge");
    await settle(tx);
    expect(await planned(tx)).toMatch(/Hash (Left|Right) Join/);
  });
});
