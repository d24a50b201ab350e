-- One month by hand, as a careful engineer would write it for psql: run it in the drop's folder with -v as_of=YYYY-MM-DD
-- and -v ending=commit, or rollback to try it. All in one transaction; any error ends it.

begin;

create temporary table new_users (like users) on commit drop;
create temporary table new_subscriptions (like subscriptions) on commit drop;
create temporary table new_usage (like usage_agg_30d) on commit drop;
create temporary table new_payments (like payments_agg_90d) on commit drop;
create temporary table new_support (like support_agg_90d) on commit drop;
create temporary table new_labels (like labels) on commit drop;

\copy new_users from 'users.csv' with (format csv, header)
\copy new_subscriptions (user_id, months_active, plan_stream_tv, plan_stream_movies, contract_type, paperless_billing, monthly_fee, total_paid, net_service) from 'subscriptions.csv' with (format csv, header)
\copy new_usage from 'usage_agg_30d.csv' with (format csv, header)
\copy new_payments from 'payments_agg_90d.csv' with (format csv, header)
\copy new_support from 'support_agg_90d.csv' with (format csv, header)
\copy new_labels from 'labels.csv' with (format csv, header)

insert into users
select * from new_users
on conflict (user_id) do update set
  signup_date = excluded.signup_date,
  user_gender = excluded.user_gender,
  user_is_senior = excluded.user_is_senior,
  has_family = excluded.has_family,
  has_dependents = excluded.has_dependents;

-- The drop does not carry the add-on columns, so they are left as they are.
insert into subscriptions (user_id, months_active, plan_stream_tv, plan_stream_movies, contract_type, paperless_billing,
  monthly_fee, total_paid, net_service)
select user_id, months_active, plan_stream_tv, plan_stream_movies, contract_type, paperless_billing,
  monthly_fee, total_paid, net_service
from new_subscriptions
on conflict (user_id) do update set
  months_active = excluded.months_active,
  plan_stream_tv = excluded.plan_stream_tv,
  plan_stream_movies = excluded.plan_stream_movies,
  contract_type = excluded.contract_type,
  paperless_billing = excluded.paperless_billing,
  monthly_fee = excluded.monthly_fee,
  total_paid = excluded.total_paid,
  net_service = excluded.net_service;

insert into usage_agg_30d
select * from new_usage
on conflict (user_id) do update set
  watch_hours_30d = excluded.watch_hours_30d,
  avg_session_mins_7d = excluded.avg_session_mins_7d,
  unique_devices_30d = excluded.unique_devices_30d,
  skips_7d = excluded.skips_7d,
  rebuffer_events_7d = excluded.rebuffer_events_7d;

insert into payments_agg_90d
select * from new_payments
on conflict (user_id) do update set failed_payments_90d = excluded.failed_payments_90d;

insert into support_agg_90d
select * from new_support
on conflict (user_id) do update set
  support_tickets_90d = excluded.support_tickets_90d,
  ticket_avg_resolution_hrs_90d = excluded.ticket_avg_resolution_hrs_90d;

insert into labels
select * from new_labels
on conflict (user_id) do update set churn_label = excluded.churn_label;

-- One SELECT a check; a failed one divides by zero, which ends the transaction.
select 1 / (string_agg(column_name, ',' order by ordinal_position) = 'user_id,signup_date,user_gender,user_is_senior,has_family,has_dependents')::int
from information_schema.columns where table_schema = 'public' and table_name = 'users';
select 1 / (string_agg(column_name, ',' order by ordinal_position) = 'user_id,months_active,plan_stream_tv,plan_stream_movies,contract_type,paperless_billing,monthly_fee,total_paid,net_service,add_on_security,add_on_backup,add_on_device_protect,add_on_support')::int
from information_schema.columns where table_schema = 'public' and table_name = 'subscriptions';
select 1 / (string_agg(column_name, ',' order by ordinal_position) = 'user_id,watch_hours_30d,avg_session_mins_7d,unique_devices_30d,skips_7d,rebuffer_events_7d')::int
from information_schema.columns where table_schema = 'public' and table_name = 'usage_agg_30d';
select 1 / (count(*) = 0)::int from users where user_id is null;
select 1 / (count(*) = 0)::int from subscriptions where user_id is null;
select 1 / (count(*) = 0)::int from usage_agg_30d where user_id is null;
select 1 / (count(*) = 0)::int from payments_agg_90d where user_id is null;
select 1 / (count(*) = 0)::int from support_agg_90d where user_id is null;
select 1 / (count(*) = 0)::int from labels where user_id is null;
select 1 / (count(*) = 0)::int from subscriptions where months_active < 0;
select 1 / (count(*) = 0)::int from subscriptions where monthly_fee < 0;
select 1 / (count(*) = 0)::int from usage_agg_30d where watch_hours_30d < 0;
select 1 / (count(*) = 0)::int from usage_agg_30d where avg_session_mins_7d < 0;
select 1 / (count(*) = 0)::int from usage_agg_30d where unique_devices_30d < 0;
select 1 / (count(*) = 0)::int from usage_agg_30d where skips_7d < 0;
select 1 / (count(*) = 0)::int from usage_agg_30d where rebuffer_events_7d < 0;
select 1 / (count(*) = 0)::int from payments_agg_90d where failed_payments_90d < 0;
select 1 / (count(*) = 0)::int from support_agg_90d where support_tickets_90d < 0;
select 1 / (count(*) = 0)::int from support_agg_90d where ticket_avg_resolution_hrs_90d < 0;
select 1 / ((select count(*) from subscriptions) = (select count(*) from users))::int;
select 1 / ((select count(*) from usage_agg_30d) = (select count(*) from users))::int;
select 1 / ((select count(*) from payments_agg_90d) = (select count(*) from users))::int;
select 1 / ((select count(*) from support_agg_90d) = (select count(*) from users))::int;
select 1 / ((select count(*) from labels) = (select count(*) from users))::int;

-- A corrected drop must correct its snapshot too, hence DO UPDATE.
insert into subscriptions_profile_snapshots
select user_id, date :'as_of', months_active, monthly_fee, paperless_billing, plan_stream_tv, plan_stream_movies, net_service
from subscriptions
on conflict (user_id, as_of) do update set
  months_active = excluded.months_active,
  monthly_fee = excluded.monthly_fee,
  paperless_billing = excluded.paperless_billing,
  plan_stream_tv = excluded.plan_stream_tv,
  plan_stream_movies = excluded.plan_stream_movies,
  net_service = excluded.net_service;

insert into usage_agg_30d_snapshots
select user_id, date :'as_of', watch_hours_30d, avg_session_mins_7d, unique_devices_30d, skips_7d, rebuffer_events_7d
from usage_agg_30d
on conflict (user_id, as_of) do update set
  watch_hours_30d = excluded.watch_hours_30d,
  avg_session_mins_7d = excluded.avg_session_mins_7d,
  unique_devices_30d = excluded.unique_devices_30d,
  skips_7d = excluded.skips_7d,
  rebuffer_events_7d = excluded.rebuffer_events_7d;

insert into payments_agg_90d_snapshots
select user_id, date :'as_of', failed_payments_90d
from payments_agg_90d
on conflict (user_id, as_of) do update set failed_payments_90d = excluded.failed_payments_90d;

insert into support_agg_90d_snapshots
select user_id, date :'as_of', support_tickets_90d, ticket_avg_resolution_hrs_90d
from support_agg_90d
on conflict (user_id, as_of) do update set
  support_tickets_90d = excluded.support_tickets_90d,
  ticket_avg_resolution_hrs_90d = excluded.ticket_avg_resolution_hrs_90d;

:ending;
