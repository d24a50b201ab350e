import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Hashing } from "../../src/core/messages/seals.ts";
import { partitionKeyName, partitionName } from "../../src/postgres/snapshots/partitions.ts";
import { stagedChanges } from "../../src/postgres/snapshots/row-changes.ts";
import { newestSealing, sealSnapshot, sealStaged } from "../../src/postgres/snapshots/sealing.ts";
import {
  clearSnapshot,
  countFrozen,
  dropSnapshots,
  type Frozen,
  isFrozen,
  sealedColumns,
  takeSnapshot,
} from "../../src/postgres/snapshots/snapshots.ts";
import { migrated, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

const asOf = "2024-01-31";
let database: TestDatabase;
let support: Frozen;

beforeAll(async () => {
  database = await testDatabase(migrated);
  const found = (await tablesOf(database.sql)).filter(isFrozen).find((table) => table.name === "support_agg_90d");
  if (found === undefined) throw new Error("support_agg_90d is not frozen");
  support = found;
});
afterAll(() => database.drop());

async function stage(rows: [string, number | null, string | null][]): Promise<void> {
  await database.sql`truncate stage.support_agg_90d`;
  for (const [user, tickets, hours] of rows) {
    await database.sql`insert into stage.support_agg_90d values (${user}, ${tickets}, ${hours})`;
  }
}

// The same on every version: were they not, upgrading the server would break every seal. Of three kinds, as rows were
// hashed otherwise at first: a seal is held against rows that are hashed as they were for it.
test.each<[Hashing, string]>([
  ["exact", "3-e90f0a4866e0300e8fef5990e2c5ea703275513b2853555bccc848cdc829636b"],
  ["cells", "2-4d586dafdfef058a"],
  ["text", "5ffc027f18b9a56a"],
])(
  "a seal of the kind %s (%s) does not depend on row order or on how a number is written, but on every cell",
  async (hashing, known) => {
    const { sql } = database;
    const seal = () => sql.begin((tx) => sealStaged(tx, support, "month_000", { ...newestSealing(support), hashing }));
    await stage([
      ["a", 1, "16.0"],
      ["b", null, null],
    ]);
    const first = await seal();
    expect(first).toMatchObject({ rows: 2, fingerprint: known });
    await stage([
      ["b", null, null],
      ["a", 1, "16.00"],
    ]);
    expect(await seal()).toEqual(first);
    for (const changed of [
      [
        ["a", 1, "16.01"],
        ["b", null, null],
      ],
      [
        ["a", 1, "16"],
        ["b", 0, null],
      ],
      [
        ["a", 1, "16"],
        ["c", null, null],
      ],
      [
        ["a", null, "16"],
        ["b", 1, null],
      ],
      [
        ["a", 1, null],
        ["b", null, "16"],
      ],
      [["a", 1, "16"]],
    ] satisfies [string, number | null, string | null][][]) {
      await stage(changed);
      expect((await seal()).fingerprint).not.toBe(first.fingerprint);
    }
  },
);

test("a snapshot is taken into a partition of its own, seals as the stage did, and is cleared alone", async () => {
  const { sql } = database;
  await stage([
    ["a", 1, "16.0"],
    ["b", null, null],
  ]);
  await sql.begin(async (tx) => {
    await takeSnapshot(tx, support, { asOf, month: "month_000" });
    await takeSnapshot(tx, support, { asOf: "2024-02-29", month: "month_001" });
    expect(await sealSnapshot(tx, support, asOf)).toEqual(await sealStaged(tx, support, "month_000"));
  });
  const [partition] = await sql`select count(*) as rows from support_agg_90d_snapshots_20240131`;
  expect(partition?.rows).toBe(2);
  const checks = await sql`
    select conname from pg_constraint
     where conrelid = 'support_agg_90d_snapshots_20240131'::regclass and contype = 'c'`;
  expect([...checks]).toEqual([]);
  await sql.begin((tx) => clearSnapshot(tx, support, asOf));
  expect((await sealSnapshot(sql, support, asOf)).rows).toBe(0);
  expect((await sealSnapshot(sql, support, "2024-02-29")).rows).toBe(2);
});

const march = { asOf: "2024-03-31", month: "month_002" };

test("the difference between a drop and a snapshot is told in rows", async () => {
  const { sql } = database;
  await stage([
    ["a", 1, "2"],
    ["b", 1, "2"],
    ["c", null, "2"],
  ]);
  await sql.begin((tx) => takeSnapshot(tx, support, march));
  await stage([
    ["b", 1, "2.0"],
    ["c", 0, "2"],
    ["d", 1, "1"],
    ["e", 1, "1"],
  ]);
  const difference = await sql.begin((tx) => stagedChanges(tx, support, march, sealedColumns(support)));
  expect(difference).toMatchObject({ from_rows: 3, to_rows: 4, added: 2, removed: 1, changed: 1 });
  expect(difference.columns.map(({ column, changed }) => [column.name, changed])).toEqual([
    ["support_tickets_90d", 1],
    ["ticket_avg_resolution_hrs_90d", 0],
  ]);
});

test("a snapshot is taken into a table with a check and an index of somebody else's", async () => {
  const { sql } = database;
  await stage([["a", 1, "2"]]);
  const undone = sql.begin(async (tx) => {
    await tx`alter table support_agg_90d_snapshots add constraint sane check (support_tickets_90d >= 0)`;
    await tx`create index support_by_tickets on support_agg_90d_snapshots (support_tickets_90d)`;
    const april = { asOf: "2024-04-30", month: "month_003" };
    await takeSnapshot(tx, support, april);
    expect(await countFrozen(tx, support, april.asOf)).toBe(1);
    throw new Error("undo");
  });
  await expect(undone).rejects.toThrow("undo");
});

test("a snapshot table that is not partitioned, as an older system made it, is taken, replaced and dropped by rows", async () => {
  const { sql } = database;
  await stage([
    ["a", 1, "2"],
    ["b", 1, "2"],
  ]);
  const undone = sql.begin(async (tx) => {
    await tx`drop table support_agg_90d_snapshots`;
    await tx`create table support_agg_90d_snapshots (user_id text, as_of date, support_tickets_90d int,
      ticket_avg_resolution_hrs_90d numeric, primary key (user_id, as_of))`;
    const plain: Frozen = {
      ...support,
      snapshot: { ...support.snapshot, table: { ...support.snapshot.table, partitioned: false } },
    };
    await takeSnapshot(tx, plain, march);
    await takeSnapshot(tx, plain, { asOf, month: "month_000" });
    expect((await sealSnapshot(tx, plain, asOf)).fingerprint).toBe(
      (await sealStaged(tx, plain, "month_000")).fingerprint,
    );
    await dropSnapshots(tx, [plain], asOf);
    expect([await countFrozen(tx, plain, asOf), await countFrozen(tx, plain, march.asOf)]).toEqual([0, 2]);
    throw new Error("undo");
  });
  await expect(undone).rejects.toThrow("undo");
});

test("a partition's name fits PostgreSQL's 63 bytes", () => {
  expect(partitionName({ name: "labels_snapshots", distribution: null }, asOf)).toBe("labels_snapshots_20240131");
  for (const name of ["é".repeat(60), "long_".repeat(12)]) {
    const [here, spread] = [null, { column: "user_id", colocation: 1 }].map((distribution) => ({ name, distribution }));
    if (here === undefined || spread === undefined) throw new Error("two tables");
    expect(Buffer.byteLength(partitionName(here, asOf))).toBeLessThanOrEqual(63);
    // Citus would wait for itself to spread a longer one in a run.
    expect(Buffer.byteLength(partitionName(spread, asOf))).toBeLessThan(50);
    const keys = [asOf, "2024-02-29"].map((day) => partitionKeyName(here, day));
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(63);
  }
});
