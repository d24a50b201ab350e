import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Cells of one file, header first. */
export type Rows = readonly (readonly string[])[];

/** The six files of a small sound drop of these users; `salt` varies what changes from month to month. */
export function smallDrop(users: readonly string[], salt = 0): Record<string, Rows> {
  const each = (row: (user: string, index: number) => string[]) =>
    users.map((user, index) => [user, ...row(user, index)]);
  return {
    "users.csv": [
      ["user_id", "signup_date", "user_gender", "user_is_senior", "has_family", "has_dependents"],
      ...each((_, i) => [
        `2022-01-${String((i % 28) + 1).padStart(2, "0")}`,
        i % 2 ? "Male" : "Female",
        "False",
        "True",
        "",
      ]),
    ],
    "subscriptions.csv": [
      [
        ...["user_id", "months_active", "plan_stream_tv", "plan_stream_movies", "contract_type"],
        ...["paperless_billing", "monthly_fee", "total_paid", "net_service"],
      ],
      ...each((_, i) => [String(i), "True", "False", "One year", "True", `${20 + i}.50`, "", "DSL"]),
    ],
    "usage_agg_30d.csv": [
      [
        ...["user_id", "watch_hours_30d", "avg_session_mins_7d", "unique_devices_30d", "skips_7d"],
        "rebuffer_events_7d",
      ],
      ...each((_, i) => [`${i + salt}.483650766787413`, "29.1", "1", "6", "4"]),
    ],
    "payments_agg_90d.csv": [["user_id", "failed_payments_90d"], ...each((_, i) => [String((i + salt) % 3)])],
    "support_agg_90d.csv": [
      ["user_id", "support_tickets_90d", "ticket_avg_resolution_hrs_90d"],
      ...each((_, i) => [String(i % 2), "16.0"]),
    ],
    "labels.csv": [["user_id", "churn_label"], ...each((_, i) => [(i + salt) % 2 ? "True" : "False"])],
  };
}

/** Change a file and leave its modification time as it was, to the last digit, which a Date does not hold. */
export function keepingTime(path: string, change: () => void): void {
  const kept = join(tmpdir(), `time-${process.pid}`);
  const touch = (from: string, to: string) => {
    if (!Bun.spawnSync(["touch", "-r", from, to]).success) throw new Error(`touch -r ${from} ${to} failed`);
  };
  touch(path, kept);
  change();
  touch(kept, path);
  rmSync(kept);
}

/** A folder of drops in the temporary directory. */
export interface DropFolder {
  path: string;
  /** Write a month's files; cells are written as they are, without quoting. */
  write(month: string, files: Record<string, Rows>): void;
  /** Remove every month. */
  empty(): void;
  remove(): void;
}

export function writeDrop(folder: string, files: Record<string, Rows>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, rows] of Object.entries(files)) {
    writeFileSync(join(folder, name), rows.map((cells) => `${cells.join(",")}\n`).join(""));
  }
}

export function dropFolder(): DropFolder {
  const path = mkdtempSync(join(tmpdir(), "streamflow-drops-"));
  return {
    path,
    write: (month, files) => writeDrop(join(path, month), files),
    empty() {
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
