import type { Sql } from "../../../src/postgres/connection/connect.ts";

export interface BenchTable {
  name: string;
  /** Such as `6 columns like usage_agg_30d`. */
  about: string;
  expectations: { type: string; kwargs: Record<string, unknown> }[];
  fill(sql: Sql, rows: number): Promise<unknown>;
  /** Make one row in a hundred fail. */
  spoil(sql: Sql): Promise<unknown>;
  /** One of the expectations by hand, which the suite is held against. */
  filter(sql: Sql): Promise<unknown>;
}

const notNull = (column: string) => ({ type: "expect_column_values_to_not_be_null", kwargs: { column } });
const between = (column: string, bounds: Record<string, unknown>) => ({
  type: "expect_column_values_to_be_between",
  kwargs: { column, ...bounds },
});
const inSet = (column: string, ...values: unknown[]) => ({
  type: "expect_column_values_to_be_in_set",
  kwargs: { column, value_set: values },
});
const lengths = (column: string, min: number, max: number) => ({
  type: "expect_column_value_lengths_to_be_between",
  kwargs: { column, min_value: min, max_value: max },
});

const usage = ["watch_hours_30d", "avg_session_mins_7d", "unique_devices_30d", "skips_7d", "rebuffer_events_7d"];

/** Few columns, many expectations on each. */
const narrow: BenchTable = {
  name: "bench_usage",
  about: "6 columns, as usage_agg_30d has",
  expectations: [
    ...["user_id", ...usage].map(notNull),
    ...usage.flatMap((column) => [
      between(column, { min_value: 0 }),
      between(column, { max_value: 100_000 }),
      between(column, { min_value: -1, strict_min: true }),
      between(column, { min_value: 0, max_value: 10_000 }),
      between(column, { max_value: 10_000, strict_max: true }),
    ]),
    lengths("user_id", 1, 20),
    lengths("user_id", 10, 10),
    { type: "expect_column_values_to_match_like_pattern", kwargs: { column: "user_id", like_pattern: "0%" } },
    ...["unique_devices_30d", "skips_7d", "rebuffer_events_7d"].flatMap((column) => [
      { type: "expect_column_values_to_not_be_in_set", kwargs: { column, value_set: [-99] } },
      between(column, { min_value: 0, max_value: 1_000 }),
    ]),
  ],
  fill: (sql, rows) => sql`
    create unlogged table bench_usage as
    select lpad(to_hex(n), 10, '0') as user_id,
           (7 + n * 7919 % 7200 / 10.0)::numeric(8, 1)::numeric as watch_hours_30d,
           (n * 104729 % 1800 / 10.0)::numeric(8, 1)::numeric as avg_session_mins_7d,
           (n % 6 + 1)::int as unique_devices_30d,
           (n * 31 % 90)::int as skips_7d,
           (n * 17 % 12)::int as rebuffer_events_7d
      from generate_series(1, ${rows}::int8) n`,
  spoil: (sql) => sql`
    update bench_usage set watch_hours_30d = -1, skips_7d = null where user_id like '%77'`,
  filter: (sql) => sql`
    select count(*) filter (where not (watch_hours_30d >= 0 and watch_hours_30d <= 10000)) from bench_usage`,
};

const counts = [
  "months_active",
  "unique_devices_30d",
  "skips_7d",
  "rebuffer_events_7d",
  "failed_payments_90d",
  "support_tickets_90d",
];
const amounts = [
  "monthly_fee",
  "total_paid",
  "watch_hours_30d",
  "avg_session_mins_7d",
  "ticket_avg_resolution_hrs_90d",
];
const flags = [
  "user_is_senior",
  "has_family",
  "plan_stream_tv",
  "plan_stream_movies",
  "paperless_billing",
  "churn_label",
];

/** Many columns, two expectations on each. */
const wide: BenchTable = {
  name: "bench_wide",
  about: "22 columns, as all live tables have together",
  expectations: [
    ...["user_id", "signup_date", "user_gender", "contract_type", "net_service", ...counts, ...amounts, ...flags].map(
      notNull,
    ),
    ...counts.map((column) => between(column, { min_value: 0, max_value: 1_000 })),
    ...amounts.map((column) => between(column, { min_value: 0 })),
    between("signup_date", { min_value: "2000-01-01" }),
    between("signup_date", { max_value: "2100-01-01" }),
    lengths("user_id", 10, 10),
    inSet("user_gender", "Female", "Male"),
    inSet("contract_type", "Month-to-month", "One year", "Two year"),
    inSet("net_service", "DSL", "Fiber optic", "No"),
    inSet("churn_label", true, false),
  ],
  fill: (sql, rows) => sql`
    create unlogged table bench_wide as
    select lpad(to_hex(n), 10, '0') as user_id, date '2018-01-01' + (n % 2000)::int as signup_date,
           (array['Female', 'Male'])[1 + n % 2] as user_gender, n % 7 = 0 as user_is_senior, n % 2 = 0 as has_family,
           (n % 73)::int as months_active, n % 2 = 1 as plan_stream_tv, n % 4 = 1 as plan_stream_movies,
           (array['Month-to-month', 'One year', 'Two year'])[1 + n % 3] as contract_type, n % 5 = 1 as paperless_billing,
           (20 + n * 7919 % 9900 / 100.0)::numeric(8, 2)::numeric as monthly_fee,
           (n * 104729 % 800000 / 100.0)::numeric(8, 2)::numeric as total_paid,
           (array['DSL', 'Fiber optic', 'No'])[1 + n % 3] as net_service,
           (n * 7919 % 7200 / 10.0)::numeric(8, 1)::numeric as watch_hours_30d,
           (n * 104729 % 1800 / 10.0)::numeric(8, 1)::numeric as avg_session_mins_7d,
           (n % 6 + 1)::int as unique_devices_30d, (n * 31 % 90)::int as skips_7d,
           (n * 17 % 12)::int as rebuffer_events_7d, (n % 4)::int as failed_payments_90d,
           (n % 8)::int as support_tickets_90d,
           (n * 7919 % 500 / 10.0)::numeric(8, 1)::numeric as ticket_avg_resolution_hrs_90d, n % 4 = 0 as churn_label
      from generate_series(1, ${rows}::int8) n`,
  spoil: (sql) => sql`
    update bench_wide set monthly_fee = -1, contract_type = null where user_id like '%77'`,
  filter: (sql) => sql`
    select count(*) filter (where not (watch_hours_30d >= 0 and watch_hours_30d < 'Infinity')) from bench_wide`,
};

export const benchTables: readonly BenchTable[] = [narrow, wide];
