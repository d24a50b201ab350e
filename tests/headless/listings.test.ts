import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { ConsoleError } from "../../src/core/errors.ts";
import type {
  Comparison,
  DropCheck,
  MonthEntry,
  RunDetail,
  RunEntry,
  ServerStatus,
  Validation,
} from "../../src/core/messages/listings.ts";
import type { Replies } from "../../src/core/messages/requests.ts";
import type { SealCheck } from "../../src/core/messages/seals.ts";
import { checkView, validationView } from "../../src/headless/views/checks.ts";
import { doctorView, partitionView, serverView, urlView } from "../../src/headless/views/health.ts";
import { monthsView } from "../../src/headless/views/months.ts";
import { plain } from "../../src/headless/views/output.ts";
import { runsView } from "../../src/headless/views/runs.ts";
import { showView } from "../../src/headless/views/show.ts";
import { compareView } from "../../src/headless/views/snapshots/compare.ts";
import { sealsView, snapshotsView } from "../../src/headless/views/snapshots/seals.ts";
import { scenario } from "../helpers/scenarios.ts";

setDefaultTimeout(60_000);

const pipe = { columns: null, paint: plain };

const published: RunEntry = {
  run: 1,
  month: "month_000",
  as_of: "2024-01-31",
  mode: "publish",
  status: "published",
  started_at: "2024-04-01T03:00:00.000Z",
  finished_at: "2024-04-01T03:00:00.834Z",
  tables: [
    { table: "users", rows: 7043, inserted: 7043, updated: 0, unchanged: 0, absent: 0 },
    { table: "labels", rows: 7043, inserted: 7043, updated: 0, unchanged: 0, absent: 0 },
  ],
  expectations: { passed: 24, failed: 0, warned: 0, unevaluated: 0 },
  warned: 0,
};

const rejected: RunEntry = {
  ...published,
  run: 2,
  month: "month_001",
  as_of: "2024-02-29",
  mode: "restamp",
  status: "rejected",
  tables: [{ table: "users", rows: 7043 }],
  expectations: { passed: 21, failed: 1, warned: 1, unevaluated: 1 },
};

const months: Replies["months"] = {
  server: "embedded PostgreSQL 18.4",
  unsealed_dates: [],
  months: [
    {
      month: "month_002",
      as_of: "2024-03-31",
      own_stamp: false,
      due_since: null,
      state: "incomplete",
      files: [
        { table: "users", path: "data/seeds/month_002/users.csv", bytes: 312_000, present: true },
        { table: "labels", path: "data/seeds/month_002/labels.csv", bytes: 0, present: false },
      ],
      last_run: null,
    },
    {
      month: "month_000",
      as_of: "2024-01-31",
      own_stamp: false,
      due_since: null,
      state: "ok",
      files: [],
      last_run: published,
    },
  ],
};

const seal = { table: "usage_agg_30d_snapshots", as_of: "2024-01-31", rows: 7043, fingerprint: `3-${"1f".repeat(32)}` };

const detail: RunDetail = {
  ...rejected,
  operator: "loader",
  host: "vault",
  moves: [],
  suites: [],
  failure: {
    stage: "validate",
    code: "expectation_failed",
    title: "month_001 was rejected: 1 of 24 expectations failed.",
    hint: "Mend the drop, then run the month again.",
    fault_count: 3,
    fault_groups: [
      {
        file: "users.csv",
        column: "signup_date",
        code: "not_date",
        reason: "not a date",
        count: 1,
        first: [{ line: 3, value: "2024-02-30" }],
      },
      { file: "labels.csv", code: "row_short", reason: "2 values", count: 2, first: [{ line: 4 }, { line: 9 }] },
    ],
    reject_file: ".streamflow/rejects/month_001-2.csv",
  },
  files: [
    { table: "users", path: "data/seeds/month_001/users.csv", bytes: 312_000, sha256: "ab".repeat(32), rows: 7043 },
    { table: "labels", path: "data/seeds/month_001/labels.csv", bytes: 119_000, sha256: null, rows: null },
  ],
  verdicts: [
    {
      table: "users",
      type: "expect_column_values_to_not_be_null",
      column: "user_id",
      kwargs: { column: "user_id" },
      severity: "critical",
      verdict: "passed",
      success: true,
      observed: null,
      unexpected_count: 0,
      unexpected_percent: 0,
    },
    {
      table: "usage_agg_30d",
      type: "expect_column_values_to_be_between",
      column: "watch_hours_30d",
      kwargs: { column: "watch_hours_30d", min_value: 0 },
      severity: "critical",
      verdict: "failed",
      success: false,
      observed: null,
      unexpected_count: 12,
      unexpected_percent: 0.1704,
    },
    {
      table: "users",
      type: "unexpected_rows_expectation",
      kwargs: { unexpected_rows_query: "select 1 / 0" },
      severity: "critical",
      verdict: "unevaluated",
      success: false,
      error: "division by zero",
      observed: null,
      unexpected_count: null,
      unexpected_percent: null,
    },
    {
      table: "users",
      type: "expect_column_to_exist",
      column: "user_id",
      kwargs: { column: "user_id" },
      severity: "critical",
      verdict: "unknown",
      success: false,
      observed: null,
      unexpected_count: null,
      unexpected_percent: null,
    },
  ],
  faults: [
    { file: "users.csv", line: 3, column: "signup_date", value: "2024-02-30", code: "not_date", reason: "not a date" },
  ],
  snapshots: [{ ...seal, source: "usage_agg_30d" }],
  lifted: [
    {
      ...seal,
      run: 2,
      reason: "restamp",
      lifted_by: 5,
      operator: null,
      host: null,
      lifted_at: "2024-04-01T12:00:00.000Z",
    },
    {
      ...seal,
      run: 1,
      reason: "restamp",
      lifted_by: 2,
      operator: null,
      host: null,
      lifted_at: "2024-04-01T12:00:00.000Z",
    },
    {
      ...seal,
      run: 2,
      reason: "retention",
      lifted_by: null,
      operator: "ann",
      host: "db1",
      lifted_at: "2024-04-02T12:00:00.000Z",
    },
  ],
  warnings: [{ title: "labels: 12 % fewer rows.", hint: "Check that the export is complete." }],
};

const comparison: Comparison = {
  from: "2024-01-31",
  to: "2024-02-29",
  threshold: 0.2,
  not_as_sealed: [{ table: "usage_agg_30d_snapshots", as_of: "2024-02-29", rows: 7120, sealed: 7121 }],
  tables: [
    {
      table: "usage_agg_30d_snapshots",
      from_rows: 7043,
      to_rows: 7120,
      added: 117,
      removed: 40,
      changed: 7003,
      rounded: 21,
      columns: [
        {
          ...{ column: "watch_hours_30d", changed: 6982, rounded: 21, measure: "psi", distance: 0.31, chance: null },
          ...{ ks: 0.12, beyond: 0.004, missing: 0.123, mean: 0.611, drifts: ["psi", "missing", "mean"] },
        },
        {
          ...{ column: "skips_7d", changed: 0, rounded: 0, measure: "psi", distance: 0, chance: null },
          ...{ ks: 0, beyond: 0, missing: 0, mean: 0, drifts: [] },
        },
        {
          ...{ column: "note", changed: 3, rounded: 0, measure: null, distance: null, chance: null },
          ...{ ks: null, beyond: null, missing: null, mean: null, drifts: [] },
        },
      ],
    },
  ],
};

const noException = { raised_exception: false, exception_message: null };
const validation: Validation = {
  success: false,
  result: {
    success: false,
    meta: {},
    statistics: { evaluated_expectations: 3, successful_expectations: 1 },
    results: [
      {
        success: true,
        expectation_config: {
          type: "expect_column_values_to_not_be_null",
          kwargs: { column: "user_id" },
          severity: "critical",
        },
        result: { unexpected_count: 0, unexpected_percent: 0 },
        exception_info: noException,
      },
      {
        success: false,
        expectation_config: {
          type: "expect_column_mean_to_be_between",
          kwargs: { column: "monthly_fee", min_value: 20, max_value: 60 },
          severity: "warning",
        },
        result: { observed_value: 64.76 },
        exception_info: noException,
      },
      {
        success: false,
        expectation_config: { type: "expect_column_to_exist", kwargs: { column: "x" }, severity: "info" },
        result: {},
        exception_info: { raised_exception: true, exception_message: "The suite is odd." },
      },
    ],
  },
};

const drops: DropCheck[] = [
  {
    month: "month_000",
    files: [{ table: "users", path: "data/seeds/month_000/users.csv", bytes: 312_000, rows: 7043 }],
    fault_count: 0,
    fault_groups: [],
    faults: [],
    reject_file: null,
    warnings: [{ title: "users: control characters in user_gender (1 value, first on line 3).", hint: "Ask." }],
  },
  {
    month: "month_001",
    files: [{ table: "labels", path: "data/seeds/month_001/labels.csv", bytes: 12, rows: null }],
    fault_count: 10_000,
    fault_groups: [
      {
        file: "labels.csv",
        column: "churn_label",
        code: "not_boolean",
        reason: "not True or False",
        count: 10_000,
        first: [{ line: 3, value: "maybe" }],
      },
    ],
    faults: [],
    reject_file: ".streamflow/rejects/month_001-check.csv",
    warnings: [],
  },
];

const sealed = { ...seal, run: 1, month: "month_002", mode: "publish", sealed_at: "2024-04-01T03:00:00Z" } as const;

const partitioned: Replies["partition"] = {
  checks: [{ name: "snapshots", state: "ok", detail: "partitioned by as_of", remedy: null }],
  converted: [
    { table: "usage_agg_30d_snapshots", partitions: 36, rows: 253_548 },
    { table: "labels_snapshots", partitions: 0, rows: 0 },
  ],
};

describe("as text", () => {
  test("compare", () => expect(compareView.text(comparison, pipe)).toMatchSnapshot());
  test("validate", () => expect(validationView.text(validation, pipe)).toMatchSnapshot());
  test("check", () => expect(checkView.text({ drops }, pipe)).toMatchSnapshot());
  test("months", () => expect(monthsView.text(months, pipe)).toMatchSnapshot());
  test("months that are not there are a line for each stretch, and every month as JSON", () => {
    const reply = { ...months, months: scenario("lacking").months };
    const lines = monthsView.text(reply, pipe).split("\n");
    expect(lines.slice(1).map((line) => line.replace(/ {2,}\d\/.*/, ""))).toEqual([
      "month_004..month_015  2024-05-31..2025-04-30  12 months due since 2024-06-03",
      "month_003             2024-04-30              ok",
      "month_002             2024-03-31              missing, due since 2024-04-03",
      "month_001             2024-02-29              ok",
      "",
    ]);
    expect(monthsView.json?.(reply)).toMatchObject({ months: { length: 15 } });
  });
  test("a run that counted no rows says none, not nought", () => {
    const ended = { ...published, status: "interrupted" as const, tables: [] };
    const month: MonthEntry = {
      month: "month_000",
      as_of: "2024-01-31",
      own_stamp: false,
      due_since: null,
      state: "ok",
      files: [],
      last_run: ended,
    };
    expect(monthsView.text({ months: [month], server: "", unsealed_dates: [] }, pipe)).toMatch(/0 B +run 1 cancelled/);
  });
  test("runs", () => expect(runsView.text({ runs: [rejected, published] }, pipe)).toMatchSnapshot());
  test("show", () => expect(showView.text(detail, pipe)).toMatchSnapshot());
  test("snapshots", () => expect(snapshotsView.text({ snapshots: [sealed], unsealed: [] }, pipe)).toMatchSnapshot());

  test("tables that were partitioned, behind the checks", () => {
    expect(partitionView.text(partitioned, pipe)).toMatchSnapshot();
    const nothing = { ...partitioned, converted: [] };
    expect(partitionView.text(nothing, pipe)).toBe(doctorView.text(nothing, pipe));
    expect([partitionView.note?.(nothing), partitionView.note?.(partitioned)]).toEqual([
      "There was no snapshot table to convert.",
      null,
    ]);
  });

  test("seals, with the rows that broke them and what mends them", () => {
    const check = {
      ...seal,
      found_rows: 7042,
      found_fingerprint: `3-${"2f".repeat(32)}`,
      lost_columns: [],
      differences: [],
      unnamed_groups: 0,
    };
    const broken: SealCheck = {
      ...check,
      state: "broken",
      differences: [
        { key: "3668-CHVWT", change: "changed" },
        { key: "9237\u202e", change: "removed" },
      ],
      unnamed_groups: 2,
    };
    const seals: SealCheck[] = [broken, { ...check, as_of: "2024-02-29", state: "intact" }];
    expect(sealsView.text({ seals }, pipe)).toMatchSnapshot();
    expect(sealsView.note?.({ seals })).toContain("--restamp");
  });

  test("nothing to list is said on stderr, and stdout stays empty", () => {
    const nothing = { months: [], server: "", unsealed_dates: [], runs: [], snapshots: [], unsealed: [], seals: [] };
    for (const view of [monthsView, runsView, snapshotsView, sealsView]) {
      expect(view.text(nothing, pipe)).toBe("");
      expect(view.note?.(nothing)).toMatch(/^There are no /);
    }
  });
});

describe("as JSON, exactly what the contract says", () => {
  const runMembers = ["run", "month", "as_of", "status", "started_at", "finished_at", "tables", "expectations"];

  test("months", () => {
    const json = JSON.parse(JSON.stringify(monthsView.json?.(months)));
    expect(Object.keys(json)).toEqual(["months"]);
    expect(Object.keys(json.months[0])).toEqual(["month", "as_of", "state", "files", "last_run"]);
    expect(Object.keys(json.months[0].files[0])).toEqual(["table", "path", "bytes", "present"]);
    expect(Object.keys(json.months[1].last_run)).toEqual(runMembers);
  });

  test("runs", () => {
    const json = JSON.parse(JSON.stringify(runsView.json?.({ runs: [rejected] })));
    expect(Object.keys(json)).toEqual(["runs"]);
    expect(Object.keys(json.runs[0])).toEqual(runMembers);
    expect(json.runs[0].expectations).toEqual({ passed: 21, failed: 1, warned: 1, unevaluated: 1 });
  });

  test("tables that were partitioned", () => {
    const json = JSON.parse(JSON.stringify(partitionView.json?.(partitioned)));
    expect(json).toEqual({ checks: partitioned.checks, converted: partitioned.converted });
  });

  test("a validation is Great Expectations' own result", () => {
    expect(validationView.json?.(validation)).toBe(validation.result);
  });

  test("snapshots", () => {
    const json = JSON.parse(JSON.stringify(snapshotsView.json?.({ snapshots: [sealed], unsealed: [] })));
    expect(json).toEqual({ snapshots: [{ ...seal, run: 1 }] });
  });
});

describe("exit codes", () => {
  test("a broken seal is 1, intact ones are 0", () => {
    const check = {
      ...seal,
      found_rows: 7043,
      found_fingerprint: seal.fingerprint,
      lost_columns: [],
      differences: [],
      unnamed_groups: 0,
    };
    expect(sealsView.exitCode?.({ seals: [{ ...check, state: "intact" }] })).toBe(0);
    expect(
      sealsView.exitCode?.({
        seals: [
          { ...check, state: "intact" },
          { ...check, state: "broken" },
        ],
      }),
    ).toBe(1);
    expect(sealsView.exitCode?.({ seals: [{ ...check, state: "missing", found_rows: 0 }] })).toBe(1);
  });

  test("a failed critical expectation is 1, one that only warns is 0", () => {
    expect(validationView.exitCode?.(validation)).toBe(1);
    expect(validationView.exitCode?.({ ...validation, success: true })).toBe(0);
  });

  test("a drop with faults is 1, sound ones are 0", () => {
    expect(checkView.exitCode?.({ drops })).toBe(1);
    expect(checkView.exitCode?.({ drops: drops.slice(0, 1) })).toBe(0);
  });

  test("doctor fails when a check does, and prints every remedy in full", () => {
    const fine = { name: "data", state: "ok", detail: "data/seeds", remedy: null } as const;
    const odd = {
      name: "snapshots",
      state: "warn",
      detail: "Not partitioned.",
      remedy: "Nothing needs doing.",
    } as const;
    const ill = { name: "database", state: "fail", detail: "Unreachable.", remedy: "Start it." } as const;
    expect(doctorView.exitCode?.({ checks: [fine, odd] })).toBe(0);
    expect(doctorView.exitCode?.({ checks: [fine, odd, ill] })).toBe(3);
    expect(partitionView.exitCode?.({ checks: [fine, odd, ill], converted: [] })).toBe(3);
    expect(doctorView.text({ checks: [fine, odd, ill] }, { columns: 20, paint: plain })).toEndWith(
      "\nsnapshots: Nothing needs doing.\ndatabase: Start it.\n",
    );
  });
});

describe("the embedded server", () => {
  const stopped: ServerStatus = {
    running: false,
    reachable: false,
    kept: false,
    version: null,
    pid: null,
    url: null,
    home: ".streamflow",
  };
  const url = "postgresql://streamflow@/streamflow?host=%2Ftmp%2Fx";
  const running: ServerStatus = {
    ...stopped,
    running: true,
    reachable: true,
    kept: true,
    version: "18.4",
    pid: 42,
    url,
  };

  test("its URL stands alone on a line", () => {
    expect(urlView.text(running, pipe)).toBe(`${url}\n`);
    expect(urlView.json?.(running)).toEqual({ url });
  });

  test("without a server there is no URL", () => {
    expect(() => urlView.text(stopped, pipe)).toThrow(ConsoleError);
  });

  test("its state", () => {
    expect(serverView.text(stopped, pipe)).toBe("server  stopped\nhome    .streamflow\n");
    expect(serverView.text(running, pipe)).toMatchSnapshot();
  });
});
