-- What a user would set up by hand: the six live tables and four plain snapshot tables.

create table users (
  user_id         text primary key,
  signup_date     date,
  user_gender     text,
  user_is_senior  boolean,
  has_family      boolean,
  has_dependents  boolean
);

create table subscriptions (
  user_id                text primary key references users (user_id),
  months_active          int,
  plan_stream_tv         boolean,
  plan_stream_movies     boolean,
  contract_type          text,
  paperless_billing      boolean,
  monthly_fee            numeric,
  total_paid             numeric,
  net_service            text,
  add_on_security        boolean,
  add_on_backup          boolean,
  add_on_device_protect  boolean,
  add_on_support         boolean
);

create table usage_agg_30d (
  user_id              text primary key references users (user_id),
  watch_hours_30d      numeric,
  avg_session_mins_7d  numeric,
  unique_devices_30d   int,
  skips_7d             int,
  rebuffer_events_7d   int
);

create table payments_agg_90d (
  user_id              text primary key references users (user_id),
  failed_payments_90d  int
);

create table support_agg_90d (
  user_id                        text primary key references users (user_id),
  support_tickets_90d            int,
  ticket_avg_resolution_hrs_90d  numeric
);

create table labels (
  user_id      text primary key references users (user_id),
  churn_label  boolean
);

create table subscriptions_profile_snapshots (
  user_id             text,
  as_of               date,
  months_active       int,
  monthly_fee         numeric,
  paperless_billing   boolean,
  plan_stream_tv      boolean,
  plan_stream_movies  boolean,
  net_service         text,
  primary key (user_id, as_of)
);

create table usage_agg_30d_snapshots (
  user_id              text,
  as_of                date,
  watch_hours_30d      numeric,
  avg_session_mins_7d  numeric,
  unique_devices_30d   int,
  skips_7d             int,
  rebuffer_events_7d   int,
  primary key (user_id, as_of)
);

create table payments_agg_90d_snapshots (
  user_id              text,
  as_of                date,
  failed_payments_90d  int,
  primary key (user_id, as_of)
);

create table support_agg_90d_snapshots (
  user_id                        text,
  as_of                          date,
  support_tickets_90d            int,
  ticket_avg_resolution_hrs_90d  numeric,
  primary key (user_id, as_of)
);
