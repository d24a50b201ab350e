-- The live tables: one row a user, as of the newest published month. Feature stores read them; names, columns and
-- types are a public interface. Safe to apply to a database that already holds them.

create table if not exists users (
  user_id          text primary key,
  signup_date      date,
  user_gender      text,
  user_is_senior   boolean,
  has_family       boolean,
  has_dependents   boolean
);

create table if not exists subscriptions (
  user_id               text primary key references users (user_id),
  months_active         int,
  plan_stream_tv        boolean,
  plan_stream_movies    boolean,
  contract_type         text,
  paperless_billing     boolean,
  monthly_fee           numeric,
  total_paid            numeric,
  net_service           text,
  add_on_security       boolean,
  add_on_backup         boolean,
  add_on_device_protect boolean,
  add_on_support        boolean
);

-- Every row changes every month. With more than half of each page free the monthly rewrite stays in the page (HOT) and
-- touches no index; the tables below leave as much room as their usual share of changes takes.
create table if not exists usage_agg_30d (
  user_id               text primary key references users (user_id),
  watch_hours_30d       numeric,
  avg_session_mins_7d   numeric,
  unique_devices_30d    int,
  skips_7d              int,
  rebuffer_events_7d    int
) with (fillfactor = 45);

create table if not exists payments_agg_90d (
  user_id               text primary key references users (user_id),
  failed_payments_90d   int
) with (fillfactor = 90);

create table if not exists support_agg_90d (
  user_id                        text primary key references users (user_id),
  support_tickets_90d            int,
  ticket_avg_resolution_hrs_90d  numeric
) with (fillfactor = 85);

create table if not exists labels (
  user_id      text primary key references users (user_id),
  churn_label  boolean
) with (fillfactor = 60);
