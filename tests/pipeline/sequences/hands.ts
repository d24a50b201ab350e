import type { Sql } from "../../../src/postgres/connection/connect.ts";
import type { Hand } from "./commands.ts";
import type { Contents } from "./contents.ts";
import { type Delivery, deliveredColumn, extraColumn, extraTable, frozenTables, tables } from "./deliveries.ts";
import { copyLive, fillAsOlderFlow } from "./older-flow.ts";

/** A number of each table that a hand can change. Users have none, and labels neither. */
const numbers: Readonly<Record<string, string>> = {
  subscriptions: "monthly_fee",
  usage_agg_30d: "watch_hours_30d",
  payments_agg_90d: "failed_payments_90d",
  support_agg_90d: "support_tickets_90d",
};

/** Where a row stands: `asOf` is null in a live table. */
interface Place {
  table: string;
  asOf: string | null;
  user: string;
}

/** The rows that hands can be laid on: all but those that others refer to. */
function placesOf({ live, frozen }: Contents, of: "frozen" | "live"): Place[] {
  if (of === "live") {
    const children = [...live].filter(([table]) => table !== "users");
    return children.flatMap(([table, rows]) => [...rows.keys()].map((user) => ({ table, asOf: null, user })));
  }
  return [...frozen].flatMap(([table, dates]) =>
    [...dates].flatMap(([asOf, rows]) => [...rows.keys()].map((user) => ({ table, asOf, user }))),
  );
}

/** Do what others do, by plain SQL, if there is something to do it to; `filesOf` is what a month delivers. */
export async function layHand(
  sql: Sql,
  hand: Hand,
  contents: Contents,
  filesOf: (month: number) => Delivery,
): Promise<void> {
  switch (hand.hand) {
    case "truncate live":
      await sql`truncate ${sql(tables[0] ?? "")} cascade`;
      return;
    case "freeze live rows":
      return copyLive(sql, hand.asOf);
    case "run the older flow":
      return fillAsOlderFlow(sql, filesOf(hand.month), hand.asOf).catch(unlessOrphaned);
    case "drop the column":
      for (const table of [extraTable, frozenTables[extraTable] ?? ""]) {
        await sql`alter table ${sql(table)} drop column if exists ${sql(extraColumn)}`;
      }
      return;
    case "add a column":
      return addColumn(sql, hand);
    default: {
      const places = placesOf(contents, hand.of);
      const place = places[hand.pick % places.length];
      if (place !== undefined) await changeRow(sql, hand.hand, place);
    }
  }
}

/** A flow that commits each table by itself stops where one has rows of users that no users.csv has. */
function unlessOrphaned(error: unknown): void {
  const isOrphaned = error instanceof Error && "code" in error && error.code === "23503";
  if (!isOrphaned) throw error;
}

async function addColumn(sql: Sql, { to, filled }: Extract<Hand, { hand: "add a column" }>): Promise<void> {
  const frozen = frozenTables[extraTable] ?? "";
  const where = { live: [extraTable], frozen: [frozen], both: [extraTable, frozen] }[to];
  const initial = filled ? sql`default 'by itself'` : sql``;
  for (const table of where) {
    await sql`alter table ${sql(table)} add column if not exists ${sql(extraColumn)} text ${initial}`;
  }
}

type Change = Extract<Hand, { pick: number }>["hand"];

async function changeRow(sql: Sql, change: Change, { table, asOf, user }: Place): Promise<void> {
  const own = sql`user_id = ${user}`;
  const here = asOf === null ? own : sql`${own} and as_of = ${asOf}`;
  if (change === "delete") {
    await sql`delete from ${sql(table)} where ${here}`;
    return;
  }
  if (change === "insert beside") return insertBeside(sql, { table, asOf, user });
  const [source] = Object.entries(frozenTables).find(([, snapshot]) => snapshot === table) ?? [table];
  const number = numbers[source];
  if (number === undefined) await sql`update ${sql(table)} set churn_label = not churn_label where ${here}`;
  else if (change === "update") await sql`update ${sql(table)} set ${sql(number)} = ${sql(number)} + 7 where ${here}`;
  else await sql`update ${sql(table)} set ${sql(number)} = - ${sql(number)} where ${here}`;
}

/** A row of somebody whom no drop knows, and a label of the same month as those beside it. */
async function insertBeside(sql: Sql, { table, asOf, user }: Place): Promise<void> {
  const stranger = `beside ${user}`;
  if (asOf === null) {
    await sql`insert into users (user_id) values (${stranger}) on conflict do nothing`;
    await sql`insert into ${sql(table)} (user_id) values (${stranger}) on conflict do nothing`;
    return;
  }
  const delivered = table === frozenTables.labels ? sql`, ${sql(deliveredColumn)}` : sql``;
  await sql`
    insert into ${sql(table)} (user_id, as_of ${delivered})
    select ${stranger}, as_of ${delivered} from ${sql(table)} where user_id = ${user} and as_of = ${asOf}
    on conflict do nothing`;
}
