import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Sql } from "../../src/postgres/connection/connect.ts";
import { emptied } from "../helpers/database.ts";
import { type Rows, smallDrop } from "../helpers/drops.ts";
import { digest, lastOf, type RunFlags, ranIn, type Workplace, workplace } from "../helpers/pipeline.ts";

setDefaultTimeout(60_000);
const asOf = ["2024-01-31", "2024-02-29", "2024-03-31"];
const names = ["month_000", "month_001", "month_002"];
/** Each month has users, values and labels that no other has. */
const months = names.map((_, month) => smallDrop(["u1", "u2", "u3", `only_${month}`], month * 101));
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

let close: Workplace["close"];
let database: Workplace["database"];
let drops: Workplace["drops"];
let pipeline: Workplace["pipeline"];
beforeAll(async () => {
  ({ database, drops, pipeline, close } = await workplace());
});
afterAll(() => close());
beforeEach(async () => {
  for (const [index, files] of months.entries()) drops.write(names[index] ?? "", files);
  await emptied(database.sql);
});

/** Run one month; resolves to its last word: a status, or a failure's code. */
async function play(month: number, flags?: RunFlags): Promise<string> {
  const events = await ranIn(pipeline, [names[month] ?? ""], flags);
  return lastOf(events, "run.finished")?.status ?? lastOf(events, "run.failed")?.code ?? "";
}

/** Play months in this order; those that the live tables have passed already are refused, and then backfilled. */
async function playInOrder(order: readonly number[]): Promise<void> {
  let newest = -1;
  for (const month of order) {
    const late = month < newest;
    const before = late ? await digest(database.sql) : "";
    expect(await play(month)).toBe(late ? "out_of_order" : "published");
    newest = Math.max(newest, month);
    if (!late) continue;
    expect(await digest(database.sql)).toBe(before);
    const live = await database.sql`select * from usage_agg_30d natural join labels order by user_id`;
    expect(await play(month, { backfill: true })).toBe("published");
    expect([...(await database.sql`select * from usage_agg_30d natural join labels order by user_id`)]).toEqual([
      ...live,
    ]);
  }
}

async function seals(): Promise<unknown[]> {
  const { snapshots } = await pipeline.call({ kind: "snapshots" });
  return snapshots.map(({ table, as_of, month, rows, fingerprint }) => ({ table, as_of, month, rows, fingerprint }));
}

/** Rows as text, by key. */
const cellsOf = (rows: Rows) =>
  rows
    .slice(1)
    .map((cells) => cells.join(","))
    .sort();

/** What stands in the snapshot, written as its drop was. */
async function frozen(sql: Sql, table: string, day: string): Promise<string[]> {
  const rows = await sql<{ row: string }[]>`
    select concat_ws(',', user_id, ${
      {
        usage_agg_30d_snapshots: sql`watch_hours_30d, avg_session_mins_7d, unique_devices_30d, skips_7d, rebuffer_events_7d`,
        support_agg_90d_snapshots: sql`support_tickets_90d, ticket_avg_resolution_hrs_90d`,
        payments_agg_90d_snapshots: sql`failed_payments_90d`,
        labels_snapshots: sql`initcap(churn_label::text)`,
      }[table] ?? sql``
    }) as row from ${sql(table)} where as_of = ${day}`;
  return rows.map(({ row }) => row).sort();
}

let inOrder: unknown[] | undefined;

for (const order of orders) {
  test(`months in the order ${order.join(", ")}: every snapshot holds its own drop and nothing else`, async () => {
    await playInOrder(order);
    for (const [index, files] of months.entries()) {
      const day = asOf[index] ?? "";
      for (const table of ["usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"]) {
        expect(await frozen(database.sql, `${table}_snapshots`, day)).toEqual(cellsOf(files[`${table}.csv`] ?? []));
      }
      const [delivered] = await database.sql`
        select array_agg(distinct delivered) as months from labels_snapshots where as_of = ${day}`;
      expect(delivered?.months).toEqual([names[index]]);
    }
    inOrder ??= await seals();
    expect(await seals()).toEqual(inOrder);
    const { seals: checks } = await pipeline.call({ kind: "verify", as_of: null });
    expect(checks.map(({ state }) => state)).toEqual(Array(15).fill("intact"));
    expect(await play(order[2] ?? 0, { backfill: true })).toBe("unchanged");
  });
}

test("the same files again after a backfill are nothing to do, for the live tables have gone on", async () => {
  expect(await play(0)).toBe("published");
  expect(await play(2)).toBe("published");
  expect(await play(1, { backfill: true })).toBe("published");
  expect(await play(0, { backfill: true, force: true })).toBe("published");
  for (const month of [0, 1, 2]) expect(await play(month)).toBe("unchanged");
});

test("a month that was only backfilled still gets to the live tables, and stays out of later snapshots till then", async () => {
  expect(await play(0)).toBe("published");
  expect(await play(2, { backfill: true })).toBe("published");
  const [live] = await database.sql`select count(*) as rows from users where user_id = 'only_2'`;
  expect(live?.rows).toBe(0);
  expect(await play(1)).toBe("published");
  expect(await play(2)).toBe("published");
  const [arrived] = await database.sql`select count(*) as rows from users where user_id = 'only_2'`;
  expect(arrived?.rows).toBe(1);
  expect(await seals()).toEqual(inOrder ?? []);
});

test("a stamp out of the months' order would be a leak, and so would another month's stamp", async () => {
  expect(await play(0)).toBe("published");
  for (const flags of [{ as_of: "2024-01-15" }, { as_of: "2024-01-31" }, { as_of: "2024-01-31", restamp: true }]) {
    const before = await digest(database.sql);
    expect(await play(1, { ...flags, backfill: true })).toBe("leak");
    expect(await digest(database.sql)).toBe(before);
  }
  expect(await play(1, { as_of: "2024-02-15" })).toBe("published");
});

test("a backfill's keys are held to what the live tables would demand", async () => {
  expect(await play(2)).toBe("published");
  const orphan = [...(months[0]?.["labels.csv"] ?? []), ["ghost", "True"]];
  drops.write("month_000", { "labels.csv": orphan });
  expect(await play(0, { backfill: true })).toBe("drop_rejected");
  const twice = [...(months[0]?.["users.csv"] ?? []), ...(months[0]?.["users.csv"]?.slice(1, 2) ?? [])];
  drops.write("month_000", { "labels.csv": months[0]?.["labels.csv"] ?? [], "users.csv": twice });
  expect(await play(0, { backfill: true })).toBe("drop_rejected");
});
