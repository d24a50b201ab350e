import { existsSync, rmSync, writeFileSync } from "node:fs";
import { asOfOf, type MonthName, monthName } from "../../../src/core/month.ts";
import { type DropFolder, keepingTime } from "../../helpers/drops.ts";

/** A cell as a drop means it and as `to_jsonb` gives it back. */
export type Cell = string | number | boolean | null;
/** A row's cells by column, its key among them. */
export type Cells = Readonly<Record<string, Cell>>;
/** Rows of one table, or of one date of a snapshot table, by user. */
export type Rows = ReadonlyMap<string, Cells>;

export const tables = [
  ...["users", "subscriptions", "usage_agg_30d", "payments_agg_90d", "support_agg_90d", "labels"],
] as const;

/** The snapshot table of each table that is frozen, and the column for the month that some of them have. */
export const frozenTables: Readonly<Record<string, string>> = {
  subscriptions: "subscriptions_profile_snapshots",
  usage_agg_30d: "usage_agg_30d_snapshots",
  payments_agg_90d: "payments_agg_90d_snapshots",
  support_agg_90d: "support_agg_90d_snapshots",
  labels: "labels_snapshots",
};
export const deliveredColumn = "delivered";

/** The column that others add to a table of the dataset and drop again. */
export const extraColumn = "extra";
export const extraTable = "support_agg_90d";

/** The files of one month as they lie on disk: for each table, its rows. */
export type Delivery = ReadonlyMap<string, Rows>;

/**
 * How the files of a month are rewritten. Those that are disguised are others of the same size and time. A borrowed user is
 * another month's, whose row is in no users.csv of this one.
 */
export type Rewriting =
  | { how: "corrected" | "disguised" | "shrunk" | "grown" | "same" }
  | { how: "borrowed"; from: number };

export const lastDay = (month: number) => asOfOf(month, "2024-01");

/**
 * The rows of these users in a month's table. No two months, nor two versions of one, agree on a number or a text, so
 * that every cell tells where it is from.
 */
function rowOf(table: string, user: string, month: number, version: number, place: number): Cells {
  const number = (month + 1) * 1000 + version * 10 + place;
  const name = `m${month}v${version}`;
  const payload: Record<string, Cells> = {
    users: {
      ...{ signup_date: "2022-01-01", user_gender: name, user_is_senior: false, has_family: true },
      has_dependents: null,
    },
    subscriptions: {
      ...{ months_active: number, plan_stream_tv: true, plan_stream_movies: false, contract_type: name },
      ...{ paperless_billing: true, monthly_fee: number + 0.25, total_paid: null, net_service: name },
    },
    usage_agg_30d: {
      ...{ watch_hours_30d: number + 0.5, avg_session_mins_7d: 29.1, unique_devices_30d: 1, skips_7d: number },
      rebuffer_events_7d: null,
    },
    payments_agg_90d: { failed_payments_90d: number },
    support_agg_90d: { support_tickets_90d: number, ticket_avg_resolution_hrs_90d: 16 },
    labels: { churn_label: (month + version + place) % 2 === 0 },
  };
  return { user_id: user, ...payload[table] };
}

/** What a month delivers of these users. */
export function delivery(month: number, users: readonly string[], version = 0): Map<string, Rows> {
  const rows = (table: string) =>
    new Map(users.map((user, place) => [user, rowOf(table, user, month, version, place)] as const));
  return new Map(tables.map((table) => [table, rows(table)]));
}

/** Two users that every month has, and one of its own. */
export const firstUsers = (month: number) => ["u1", "u2", `m${month}`];

/** The files after a rewriting; `version` is one that the month had not yet. */
export function rewritten(before: Delivery, month: number, version: number, rewriting: Rewriting): Delivery {
  const users = [...(before.get("users")?.keys() ?? [])];
  switch (rewriting.how) {
    case "same":
      return before;
    case "corrected":
    case "disguised":
      return delivery(month, users, version);
    case "shrunk":
      return delivery(month, users.slice(0, Math.max(1, users.length - 1)), version);
    case "grown":
      return delivery(month, [...users, `n${month}${version}`], version);
    case "borrowed": {
      const after = delivery(month, users, version);
      const borrowed = `m${rewriting.from}`;
      if (users.includes(borrowed)) return after;
      for (const table of ["usage_agg_30d", "labels"]) {
        const row = rowOf(table, borrowed, month, version, 9);
        after.set(table, new Map([...(after.get(table) ?? []), [borrowed, row]]));
      }
      return after;
    }
  }
}

/** The files with a cell more in each row of the table that others gave a column. */
export function withExtra(files: Delivery, version: number): Delivery {
  const rows = [...(files.get(extraTable) ?? [])];
  const filled = rows.map(([user, row]) => [user, { ...row, [extraColumn]: `x${version}` }] as const);
  return new Map([...files, [extraTable, new Map(filled)]]);
}

export const nameOf = (month: number): MonthName => monthName(month);

/** Write a month's files, each a new one in the place of the old, as an export does; or in its place, and of its time. */
export function writeDelivery(drops: DropFolder, month: number, files: Delivery, disguised = false): void {
  drops.write(nameOf(month), {});
  for (const [table, rows] of files) {
    const path = `${drops.path}/${nameOf(month)}/${table}.csv`;
    const isDisguised = disguised && existsSync(path);
    if (!isDisguised) rmSync(path, { force: true });
    const header = Object.keys([...rows.values()][0] ?? {});
    const lines = [...rows.values()].map((row) => header.map((column) => written(row[column] ?? null)));
    const write = () => writeFileSync(path, [header, ...lines].map((cells) => `${cells.join(",")}\n`).join(""));
    if (isDisguised) keepingTime(path, write);
    else write();
  }
}

function written(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return String(cell);
}
