import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

setDefaultTimeout(60_000);

const root = join(import.meta.dir, "../..");
const committed = join(root, "data/seeds");
const tables = ["labels", "payments_agg_90d", "subscriptions", "support_agg_90d", "usage_agg_30d", "users"];
const months = ["month_000", "month_001", "month_002", "month_003"];

type Row = Record<string, string>;

let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "generate-test-"));
  generate("defaults");
  generate("years", "--users", "2000", "--months", "4", "--seed", "7");
  generate("again", "--users", "2000", "--months", "4", "--seed", "7");
  generate("other", "--users", "2000", "--months", "1", "--seed", "8");
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function run(...options: string[]): { exitCode: number; stderr: string } {
  const done = Bun.spawnSync([process.execPath, join(root, "data/generate.ts"), ...options], { stderr: "pipe" });
  return { exitCode: done.exitCode, stderr: done.stderr.toString() };
}

function generate(folder: string, ...options: string[]): void {
  expect(run("--out", join(scratch, folder), ...options)).toEqual({ exitCode: 0, stderr: "" });
}

function bytes(folder: string, month: string, table: string): Buffer {
  return readFileSync(join(folder, month, `${table}.csv`));
}

/** The drops hold no quotes, so splitting is enough. */
function rows(folder: string, month: string, table: string): Row[] {
  const [header = "", ...lines] = bytes(folder, month, table).toString().trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [names[at] ?? "", cell])));
}

function ids(folder: string, month: string, table: string): string[] {
  return rows(folder, month, table).map((row) => row.user_id ?? "");
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share<T>(values: T[], is: (value: T, at: number) => boolean): number {
  return values.filter(is).length / values.length;
}

/** Share of rows that differ between two months, which must hold the same users in the same order. */
function changed(folder: string, table: string, from: string, to: string, column?: string): number {
  const after = rows(folder, to, table);
  return share(rows(folder, from, table), (row, at) =>
    column === undefined ? !Bun.deepEquals(row, after[at]) : row[column] !== after[at]?.[column],
  );
}

describe("the committed drops", () => {
  test("are what the generator makes by default, byte for byte", () => {
    expect(readdirSync(committed).sort()).toEqual(["month_000", "month_001"]);
    for (const month of ["month_000", "month_001"]) {
      expect(readdirSync(join(committed, month)).sort()).toEqual(tables.map((table) => `${table}.csv`));
      for (const table of tables) {
        expect(bytes(join(scratch, "defaults"), month, table).equals(bytes(committed, month, table))).toBe(true);
      }
    }
  });

  test("hold 7,043 distinct users, the same in all files of both months", () => {
    const users = ids(committed, "month_000", "users");
    expect(new Set(users).size).toBe(7043);
    for (const id of users) expect(id).toMatch(/^\d{4}-[A-Z]{5}$/);
    for (const month of ["month_000", "month_001"]) {
      for (const table of tables) expect(ids(committed, month, table)).toEqual(users);
    }
  });

  test("write cells as the real export does", () => {
    const shapes: Record<string, RegExp> = {
      users: /^[^,]+,\d{4}-\d\d-\d\d,(Male|Female),(True|False),(True|False),(True|False)$/,
      subscriptions:
        /^[^,]+,\d+,((True|False),(True|False)|,),(Month-to-month|One year|Two year),(True|False),\d+\.\d{1,2},\d+\.\d{1,2},(DSL|Fiber optic|No)$/,
      usage_agg_30d: /^[^,]+,\d+\.\d+,28\.\d{14},[123],\d+,\d+$/,
      payments_agg_90d: /^[^,]+,\d$/,
      support_agg_90d: /^[^,]+,\d,\d+\.\d$/,
      labels: /^[^,]+,(True|False)$/,
    };
    for (const [table, shape] of Object.entries(shapes)) {
      const text = bytes(committed, "month_001", table).toString();
      expect(text).toEndWith("\n");
      const [, ...lines] = text.trimEnd().split("\n");
      expect(lines.filter((line) => !shape.test(line))).toEqual([]);
    }
    const hours = rows(committed, "month_000", "usage_agg_30d").map((row) => row.watch_hours_30d ?? "");
    expect(new Set(hours).size).toBe(7043);
    expect(share(hours, (text) => text.length >= 17)).toBeGreaterThan(0.9);
  });

  test("leave a streaming plan empty where there is no service, and nowhere else", () => {
    const subscriptions = rows(committed, "month_000", "subscriptions");
    for (const row of subscriptions) expect(row.plan_stream_tv === "").toBe(row.net_service === "No");
    expect(share(subscriptions, (row) => row.plan_stream_tv === "")).toBeCloseTo(0.217, 1);
  });
});

describe("distributions are close to the real export's", () => {
  const subscriptions = rows(committed, "month_000", "subscriptions");
  const labels = rows(committed, "month_000", "labels");
  const of = (column: string, value: string) => subscriptions.filter((row) => row[column] === value);
  const churnOf = (column: string, value: string) => {
    const members = labels.filter((_, at) => subscriptions[at]?.[column] === value);
    return share(members, (row) => row.churn_label === "True");
  };
  const within = (value: number, expected: number, tolerance: number) => {
    expect(value).toBeGreaterThan(expected - tolerance);
    expect(value).toBeLessThan(expected + tolerance);
  };

  test("contracts and fees", () => {
    within(of("contract_type", "Month-to-month").length / 7043, 0.55, 0.02);
    within(mean(subscriptions.map((row) => Number(row.months_active))), 32.4, 1.5);
    within(mean(of("net_service", "No").map((row) => Number(row.monthly_fee))), 21.1, 0.5);
    within(mean(of("net_service", "DSL").map((row) => Number(row.monthly_fee))), 58.1, 2);
    within(mean(of("net_service", "Fiber optic").map((row) => Number(row.monthly_fee))), 91.5, 2);
  });

  test("what was paid is about months times fee", () => {
    const long = subscriptions.filter((row) => Number(row.months_active) >= 24);
    const ratios = long.map((row) => Number(row.total_paid) / (Number(row.months_active) * Number(row.monthly_fee)));
    within(mean(ratios), 1, 0.01);
    expect(Math.min(of("months_active", "1").length, of("months_active", "0").length)).toBeGreaterThan(0);
    for (const row of of("months_active", "1")) expect(row.total_paid).toBe(row.monthly_fee ?? "");
    for (const row of of("months_active", "0")) expect(row.total_paid).toBe("0.0");
  });

  test("churn hangs on the contract", () => {
    within(
      share(labels, (row) => row.churn_label === "True"),
      0.265,
      0.02,
    );
    within(churnOf("contract_type", "Month-to-month"), 0.427, 0.03);
    within(churnOf("contract_type", "One year"), 0.113, 0.03);
    within(churnOf("contract_type", "Two year"), 0.028, 0.02);
  });

  test("usage, payments and support", () => {
    const numbers = (table: string, column: string) =>
      rows(committed, "month_000", table).map((row) => Number(row[column]));
    within(mean(numbers("usage_agg_30d", "watch_hours_30d")), 29.6, 0.5);
    within(mean(numbers("usage_agg_30d", "skips_7d")), 5, 0.15);
    within(mean(numbers("usage_agg_30d", "rebuffer_events_7d")), 2.31, 0.1);
    within(mean(numbers("payments_agg_90d", "failed_payments_90d")), 0.16, 0.02);
    within(mean(numbers("support_agg_90d", "support_tickets_90d")), 0.3, 0.03);
    within(mean(numbers("support_agg_90d", "ticket_avg_resolution_hrs_90d")), 10, 0.3);
  });

  test("the second month changes what the real one changes", () => {
    const share = (table: string, column?: string) => changed(committed, table, "month_000", "month_001", column);
    expect(share("users")).toBe(0);
    expect(share("subscriptions")).toBe(0);
    expect(share("usage_agg_30d", "watch_hours_30d")).toBe(1);
    expect(share("usage_agg_30d", "avg_session_mins_7d")).toBe(0);
    expect(share("usage_agg_30d", "skips_7d")).toBe(0);
    within(share("usage_agg_30d", "rebuffer_events_7d"), 0.26, 0.03);
    within(share("payments_agg_90d"), 0.029, 0.01);
    within(share("support_agg_90d"), 0.051, 0.01);
    within(share("labels"), 0.377, 0.03);
  });
});

describe("later months", () => {
  const folder = () => join(scratch, "years");

  test("the same seed gives the same bytes, another seed other users", () => {
    for (const month of months) {
      for (const table of tables) {
        expect(bytes(folder(), month, table).equals(bytes(join(scratch, "again"), month, table))).toBe(true);
      }
    }
    const first = new Set(ids(folder(), "month_000", "users"));
    const other = ids(join(scratch, "other"), "month_000", "users");
    expect(share(other, (id) => first.has(id))).toBeLessThan(0.01);
  });

  test("all six files of a month hold the same users", () => {
    for (const month of months) {
      const users = ids(folder(), month, "users");
      expect(new Set(users).size).toBe(users.length);
      for (const table of tables) expect(ids(folder(), month, table)).toEqual(users);
    }
  });

  test("from the third month on users join, and some leave for good", () => {
    const seen = new Set(ids(folder(), "month_000", "users"));
    expect(ids(folder(), "month_001", "users")).toEqual([...seen]);
    const left = new Set<string>();
    let before = [...seen];
    for (const month of ["month_002", "month_003"]) {
      const now = ids(folder(), month, "users");
      const present = new Set(now);
      const joined = now.filter((id) => !seen.has(id));
      expect(joined.length).toBe(52);
      expect(now.filter((id) => left.has(id))).toEqual([]);
      const gone = before.filter((id) => !present.has(id));
      expect(gone.length).toBeGreaterThan(15);
      expect(gone.length).toBeLessThan(75);
      for (const id of gone) left.add(id);
      for (const id of joined) seen.add(id);
      before = now;
    }
  });

  const byId = (month: string, table: string) =>
    new Map(rows(folder(), month, table).map((row) => [row.user_id ?? "", row]));
  const pairs = (table: string, from: string, to: string) => {
    const now = byId(to, table);
    return [...byId(from, table)].flatMap(([id, before]): [Row, Row][] => {
      const after = now.get(id);
      return after === undefined ? [] : [[before, after]];
    });
  };

  test("those who stay are a month older and have paid for it; some change plan or contract", () => {
    expect(share(pairs("users", "month_002", "month_003"), ([before, after]) => Bun.deepEquals(before, after))).toBe(1);
    const kept = pairs("subscriptions", "month_002", "month_003");
    for (const [before, after] of kept) {
      expect(Number(after.months_active)).toBe(Number(before.months_active) + 1);
      expect(Number(after.total_paid)).toBeCloseTo(Number(before.total_paid) + Number(after.monthly_fee), 6);
    }
    const changes = (column: string) => share(kept, ([before, after]) => before[column] !== after[column]);
    for (const column of ["plan_stream_tv", "contract_type", "monthly_fee"]) {
      expect(changes(column)).toBeGreaterThan(0);
      expect(changes(column)).toBeLessThan(0.05);
    }
  });

  test("who is labelled leaves far more often than others", () => {
    for (const [from, to] of [
      ["month_001", "month_002"],
      ["month_002", "month_003"],
    ] as const) {
      const stay = new Set(ids(folder(), to, "users"));
      const labels = rows(folder(), from, "labels");
      const leaving = (label: string) =>
        share(
          labels.filter((row) => row.churn_label === label),
          (row) => !stay.has(row.user_id ?? ""),
        );
      expect(leaving("True")).toBeGreaterThan(0.03);
      expect(leaving("False")).toBeLessThan(0.01);
    }
  });

  test("usage has seasons", () => {
    const hours = months.map((month) =>
      mean(rows(folder(), month, "usage_agg_30d").map((row) => Number(row.watch_hours_30d))),
    );
    expect(hours).toEqual(hours.toSorted((a, b) => b - a));
    expect((hours[3] ?? 0) / (hours[0] ?? 1)).toBeLessThan(0.95);
  });

  test("a drift begins where it is asked to, and changes nothing before", () => {
    generate("drifting", "--users", "2000", "--months", "4", "--seed", "7", "--drift", "3");
    const drifting = join(scratch, "drifting");
    for (const table of tables) {
      expect(bytes(drifting, "month_002", table).equals(bytes(folder(), "month_002", table))).toBe(true);
    }
    const of = (from: string, table: string, column: string) =>
      rows(from, "month_003", table).map((row) => row[column] ?? "");
    const hours = (from: string) => mean(of(from, "usage_agg_30d", "watch_hours_30d").map(Number));
    expect(hours(drifting) / hours(folder())).toBeCloseTo(1.3, 6);
    const missing = (from: string) =>
      share(of(from, "support_agg_90d", "ticket_avg_resolution_hrs_90d"), (cell) => cell === "");
    expect(missing(folder())).toBe(0);
    expect(missing(drifting)).toBeGreaterThan(0.12);
    expect(bytes(drifting, "month_003", "labels").equals(bytes(folder(), "month_003", "labels"))).toBe(true);
  });
});

test("a wrong option is a usage error that says what is right", () => {
  const wrong = run("--users", "none");
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain("Write a whole number from 1 to");
});

test("a folder that cannot be written is named, with a remedy", () => {
  const wrong = run("--out", join(import.meta.path, "below-a-file"));
  expect(wrong.exitCode).toBe(3);
  expect(wrong.stderr).toContain(import.meta.path);
  expect(wrong.stderr).toContain("--out");
});
