import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monthName } from "../../src/core/month.ts";
import { type Activity, activityOf, drifted, type Life, sessionMinutes } from "./activity.ts";
import { lifeOf } from "./life.ts";
import { joinedBy, type Population, userId } from "./population.ts";
import { perDollar } from "./subscription.ts";

/** All that one month's drop tells about one user. */
interface Row extends Life {
  id: string;
  activity: Activity;
}

interface Table {
  header: string;
  line(row: Row): string;
}

const tables: Record<string, Table> = {
  users: {
    header: "user_id,signup_date,user_gender,user_is_senior,has_family,has_dependents",
    line: ({ id, user }) =>
      `${id},${user.signup},${user.gender},${flag(user.senior)},${flag(user.family)},${flag(user.dependents)}\n`,
  },
  subscriptions: {
    header:
      "user_id,months_active,plan_stream_tv,plan_stream_movies,contract_type,paperless_billing,monthly_fee,total_paid,net_service",
    line: ({ id, subscription: it }) => {
      const plans = it.service === "No" ? "," : `${flag(it.tv)},${flag(it.movies)}`;
      const sums = `${decimal(it.fee / perDollar)},${decimal(it.paid / perDollar)}`;
      return `${id},${it.tenure},${plans},${it.contract},${flag(it.paperless)},${sums},${it.service}\n`;
    },
  },
  usage_agg_30d: {
    header: "user_id,watch_hours_30d,avg_session_mins_7d,unique_devices_30d,skips_7d,rebuffer_events_7d",
    line: ({ id, activity: it }) =>
      `${id},${decimal(it.watchHours)},${sessionMinutes},${it.devices},${it.skips},${it.rebuffers}\n`,
  },
  payments_agg_90d: {
    header: "user_id,failed_payments_90d",
    line: ({ id, activity }) => `${id},${activity.failedPayments}\n`,
  },
  support_agg_90d: {
    header: "user_id,support_tickets_90d,ticket_avg_resolution_hrs_90d",
    line: ({ id, activity }) =>
      `${id},${activity.tickets},${activity.resolution === null ? "" : decimal(activity.resolution / 10)}\n`,
  },
  labels: {
    header: "user_id,churn_label",
    line: ({ id, activity }) => `${id},${flag(activity.churned)}\n`,
  },
};

const usersPerWrite = 10_000;

/**
 * Writes the six files of one month into `out`/month_NNN and returns the number of users in them. Memory stays flat:
 * every value is drawn anew from the seed, the user's index and the month.
 */
export function writeDrop(population: Population, month: number, out: string): number {
  const folder = join(out, monthName(month));
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(tables).map(([name, table]) => {
    return { table, descriptor: openSync(join(folder, `${name}.csv`), "w"), text: `${table.header}\n` };
  });
  let users = 0;
  try {
    const end = joinedBy(population, month);
    for (let from = 0; from < end; from += usersPerWrite) {
      for (let index = from; index < Math.min(from + usersPerWrite, end); index++) {
        const row = rowOf(population, index, month);
        if (row === undefined) continue;
        for (const file of files) file.text += file.table.line(row);
        users++;
      }
      for (const file of files) {
        writeFileSync(file.descriptor, file.text);
        file.text = "";
      }
    }
  } finally {
    for (const file of files) closeSync(file.descriptor);
  }
  return users;
}

/** Undefined once the user has left. */
function rowOf(population: Population, index: number, month: number): Row | undefined {
  const { seed, drift = Number.POSITIVE_INFINITY } = population;
  const life = lifeOf(population, index, month);
  if (life === undefined) return undefined;
  const usual = activityOf(seed, index, month, life);
  const activity = month < drift ? usual : drifted(seed, index, month, usual);
  return { ...life, id: userId(seed, index), activity };
}

function flag(value: boolean): string {
  return value ? "True" : "False";
}

/** A number as Python prints a float: whole ones end in `.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
