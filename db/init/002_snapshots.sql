-- The frozen past: one row a user and as_of. A partition for each as_of is built with its month's run, so that
-- freezing a month writes nothing but that month and dropping one is instant.

create table if not exists subscriptions_profile_snapshots (
  user_id             text not null,
  as_of               date not null,
  months_active       int,
  monthly_fee         numeric,
  paperless_billing   boolean,
  plan_stream_tv      boolean,
  plan_stream_movies  boolean,
  net_service         text,
  primary key (user_id, as_of)
) partition by list (as_of);

create table if not exists usage_agg_30d_snapshots (
  user_id               text not null,
  as_of                 date not null,
  watch_hours_30d       numeric,
  avg_session_mins_7d   numeric,
  unique_devices_30d    int,
  skips_7d              int,
  rebuffer_events_7d    int,
  primary key (user_id, as_of)
) partition by list (as_of);

create table if not exists payments_agg_90d_snapshots (
  user_id               text not null,
  as_of                 date not null,
  failed_payments_90d   int,
  primary key (user_id, as_of)
) partition by list (as_of);

create table if not exists support_agg_90d_snapshots (
  user_id                        text not null,
  as_of                          date not null,
  support_tickets_90d            int,
  ticket_avg_resolution_hrs_90d  numeric,
  primary key (user_id, as_of)
) partition by list (as_of);
