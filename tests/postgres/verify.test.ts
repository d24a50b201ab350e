import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { Transaction } from "../../src/postgres/connection/connect.ts";
import type { Sealed } from "../../src/postgres/snapshots/fingerprint.ts";
import { sealSnapshot } from "../../src/postgres/snapshots/sealing.ts";
import { type Frozen, isFrozen, takeSnapshot } from "../../src/postgres/snapshots/snapshots.ts";
import { findSuspects, nameRows } from "../../src/postgres/snapshots/suspects.ts";
import { migrated, tablesOf } from "../helpers/database.ts";
import { type TestDatabase, testDatabase } from "../helpers/server.ts";

setDefaultTimeout(60_000);

const asOf = "2024-01-31";
const users = 2_000;
let database: TestDatabase;
let tables: Frozen[];
let sealed: Map<string, Sealed>;

beforeAll(async () => {
  database = await testDatabase(migrated);
  const { sql } = database;
  tables = (await tablesOf(sql)).filter(isFrozen);
  await sql`insert into users (user_id) select 'u' || i from generate_series(1, ${users}::int) i`;
  sealed = await sql.begin(async (tx) => {
    const seals = new Map<string, Sealed>();
    for (const table of tables) {
      await tx`insert into stage.${tx(table.name)} (user_id) select user_id from users`;
      await tx`insert into ${tx(table.name)} (user_id) select user_id from users`;
      await takeSnapshot(tx, table, { asOf, month: "month_000" });
      seals.set(table.name, await sealSnapshot(tx, table, asOf));
    }
    return seals;
  });
});
afterAll(() => database.drop());

class Undo extends Error {}

/** What verifying tells of a snapshot after `tamper`, which is undone. */
async function told(table: Frozen, tamper: (tx: Transaction) => Promise<unknown>) {
  const before = sealed.get(table.name);
  if (before === undefined) throw new Error(`${table.name} was not sealed`);
  let result: { broken: boolean; rows: string[]; unnamed: number } | undefined;
  const undone = database.sql.begin(async (tx) => {
    await tamper(tx);
    const after = await sealSnapshot(tx, table, asOf);
    const { suspects, unnamed } = findSuspects(before.groups, after.groups);
    const rows = (await nameRows(tx, table, { as_of: asOf, fingerprint: after.fingerprint }, suspects)).map(
      ({ key, change }) => `${key} ${change}`,
    );
    result = { broken: after.fingerprint !== before.fingerprint, rows, unnamed };
    throw new Undo();
  });
  await expect(undone).rejects.toThrow(Undo);
  return result;
}

const values: Record<string, string> = { int4: "7", numeric: "7.5", bool: "true", text: "other" };

test("any one changed cell breaks the seal, and its row is named", async () => {
  const cells = tables.flatMap((table) =>
    table.snapshot.table.columns
      .filter(({ name }) => name !== "user_id" && name !== "as_of")
      .map((column) => ({ table, column })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...cells), fc.integer({ min: 1, max: users }), async ({ table, column }, user) => {
      const name = table.snapshot.table.name;
      const result = await told(
        table,
        (tx) => tx`update ${tx(name)} set ${tx(column.name)} = ${values[column.type] ?? ""}
                    where as_of = ${asOf} and user_id = ${`u${user}`}`,
      );
      expect(result).toEqual({ broken: true, rows: [`u${user} changed`], unnamed: 0 });
    }),
    { numRuns: 30 },
  );
});

test("a row that was removed, added or given another key is named", async () => {
  const [table] = tables;
  if (table === undefined) throw new Error("nothing is frozen");
  const target = database.sql(table.snapshot.table.name);
  expect(await told(table, (tx) => tx`delete from ${target} where user_id = 'u17'`)).toEqual({
    broken: true,
    rows: ["u17 removed"],
    unnamed: 0,
  });
  expect(await told(table, (tx) => tx`insert into ${target} (user_id, as_of) values ('x', ${asOf})`)).toEqual({
    broken: true,
    rows: ["x added"],
    unnamed: 0,
  });
  expect(await told(table, (tx) => tx`update ${target} set user_id = 'x' where user_id = 'u17'`)).toEqual({
    broken: true,
    rows: ["u17 removed", "x added"],
    unnamed: 0,
  });
});

test("of many changed rows none is named wrongly, and where several share a group that is said", async () => {
  const table = tables.find(({ name }) => name === "payments_agg_90d");
  if (table === undefined) throw new Error("payments_agg_90d is not frozen");
  const target = database.sql(table.snapshot.table.name);
  const few = await told(table, (tx) => tx`update ${target} set failed_payments_90d = 1 where user_id like 'u77%'`);
  expect(few?.rows.length).toBeGreaterThan(0);
  expect(few?.rows.every((row) => row.startsWith("u77") && row.endsWith(" changed"))).toBe(true);
  expect((few?.rows.length ?? 0) + 2 * (few?.unnamed ?? 0)).toBeLessThanOrEqual(11);
  const all = await told(table, (tx) => tx`update ${target} set failed_payments_90d = 1`);
  // Here and there a group holds just one key, which is then named rightly.
  expect((all?.rows.length ?? 0) + (all?.unnamed ?? 0)).toBe(256);
  expect(all?.unnamed).toBeGreaterThan(240);
});
